namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>How a program is confined, the strongest first; <see cref="SandboxKinds"/> gives the words of options and reports.</summary>
public enum SandboxKind
{
    /// <summary>bubblewrap's own view of files, processes and network, and the jail in it.</summary>
    Bubblewrap,

    /// <summary>The jail alone (containers): Landlock, seccomp and limits; as root another user too.</summary>
    Jail,

    /// <summary>Not confined: limits and the end of the whole process group, no environment, as root another user. Only on the user's word.</summary>
    Unsafe,
}
