namespace R1Pipeline.Jail;

/// <summary>The kernel's own file view for a process that cannot have a mount namespace: what is not named cannot be opened.</summary>
internal static unsafe class Landlock
{
    private const int CreateRuleset = 444, AddRule = 445, RestrictSelf = 446;
    private const ulong Execute = 1, WriteFile = 2, ReadFile = 4, ReadDirectory = 8, Truncate = 1 << 14;
    private const ulong ForFiles = Execute | WriteFile | ReadFile | Truncate;

    /// <summary>The kernel's version of it; 0: it has none.</summary>
    public static int Version => (int)Math.Max(0, Linux.Call(CreateRuleset, 0, 0, 1, 0));

    /// <summary>Confines this process. Signals cannot leave it and no abstract socket can be reached from version 6 (Linux 6.12) on.</summary>
    /// <param name="readable">Paths that may be read and executed.</param>
    /// <param name="writable">Paths that may be written too.</param>
    /// <param name="ownUser">Whether no process outside has the same user: without it signals must be kept in by Landlock.</param>
    /// <exception cref="InvalidOperationException">The kernel refused, or cannot do what is needed.</exception>
    public static void Enter(List<string> readable, List<string> writable, bool ownUser)
    {
        int version = Version;
        if (version < 1) throw new InvalidOperationException("the kernel has no Landlock: Linux 5.13 or later is needed, with landlock among its lsm= modules and, in a container, in the seccomp profile");
        if (version < 6 && !ownUser) throw new InvalidOperationException($"Landlock's version {version} cannot keep signals in: Linux 6.12 or later is needed, or root");

        // Rights that the version knows: REFER came with 2, TRUNCATE with 3, IOCTL_DEV with 5.
        ulong all = version switch { 1 => (1UL << 13) - 1, 2 => (1UL << 14) - 1, < 5 => (1UL << 15) - 1, _ => (1UL << 16) - 1 };
        ulong* attributes = stackalloc ulong[3];
        attributes[0] = all;
        attributes[1] = version >= 4 ? 3UL : 0;
        attributes[2] = version >= 6 ? 3UL : 0;
        nint size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
        nint ruleset = Linux.Call(CreateRuleset, (nint)attributes, size, 0, 0);
        if (ruleset < 0) throw new InvalidOperationException("landlock_create_ruleset was refused");
        foreach (string path in readable) Allow(path, Execute | ReadFile | ReadDirectory);
        foreach (string path in writable) Allow(path, all & ~(1UL << 6 | 1UL << 11));
        if (Linux.Call(RestrictSelf, ruleset, 0, 0, 0) != 0) throw new InvalidOperationException("landlock_restrict_self was refused");
        _ = Linux.close((int)ruleset);

        void Allow(string path, ulong rights)
        {
            const int openPath = 0x200000 | 0x80000;
            int descriptor = Linux.open(path, openPath);
            if (descriptor < 0) return;
            byte* rule = stackalloc byte[12];
            *(ulong*)rule = (System.IO.Directory.Exists(path) ? rights : rights & ForFiles) & all;
            *(int*)(rule + 8) = descriptor;
            if (Linux.Call(AddRule, ruleset, 1, (nint)rule, 0) != 0) throw new InvalidOperationException($"Landlock refused a rule for {path}");
            _ = Linux.close(descriptor);
        }
    }
}
