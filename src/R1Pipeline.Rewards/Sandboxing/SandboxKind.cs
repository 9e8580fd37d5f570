namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>How a program is confined.</summary>
public enum SandboxKind
{
    /// <summary>bubblewrap's own view of files, processes and network, and the jail in it.</summary>
    Bubblewrap,

    /// <summary>The jail alone (containers): another user, Landlock, seccomp and limits.</summary>
    Jail,
}
