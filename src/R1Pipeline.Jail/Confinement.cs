using System.Runtime.InteropServices;
using System.Text;

namespace R1Pipeline.Jail;

/// <summary>
/// Gives up everything, then becomes the program. The order matters: what needs rights first, no new privileges, Landlock, seccomp,
/// the limits last (an address space limit would end this program's own runtime), then <c>execve</c>.
/// </summary>
internal static unsafe class Confinement
{
    /// <summary>Exit code of a jail that could not be closed: the program was not started.</summary>
    private const int NotConfined = 125, ExitGroup = 231;

    /// <summary>
    /// What the error stream of a program that was started begins with. Without it nothing was started, whatever the exit code: a program can pose as a jail that
    /// failed, but cannot take this back.
    /// </summary>
    private const string Started = "r1-jail: started\n";

    /// <returns>Only on failure; <see cref="NotConfined"/>. <c>landlock</c> prints the version, <c>sweep UID</c> kills every process of that user.</returns>
    public static int Enter(string[] arguments)
    {
        try
        {
            if (arguments is ["landlock"])
            {
                Console.WriteLine(Landlock.Version);
                return 0;
            }
            if (arguments is ["sweep", var user])
            {
                Become(uint.Parse(user, System.Globalization.CultureInfo.InvariantCulture));
                _ = Linux.kill(-1, 9);
                return 0;
            }
            Execute(JailOrder.Parse(arguments));
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException)
        {
            Console.Error.WriteLine("r1-jail: " + error.Message);
        }
        return NotConfined;
    }

    private static void Execute(JailOrder order)
    {
        byte* path = Text(order.Command[0]);
        byte** command = Texts(order.Command), environment = Texts([.. order.Environment]);
        byte* started = Text(Started);
        _ = Linux.setsid();
        if (order.Directory is { } directory) Check(Linux.chdir(directory), "chdir");
        if (order.User is { } user)
        {
            // The pipes belong to the user that made them; /dev/stdin opens them again, as the other user. Nobody but their maker reads what was written.
            // Anything else, such as /dev/null, is not ours to change.
            for (int descriptor = 0; descriptor <= 2; descriptor++)
            {
                if (Linux.IsPipe(descriptor)) _ = Linux.fchmod(descriptor, Convert.ToUInt32(descriptor == 0 ? "444" : "222", 8));
            }
            Become(user);
        }
        Check(Linux.prctl(Linux.NoNewPrivileges, 1, 0, 0, 0), "no_new_privs");
        if (!order.LimitsOnly)
        {
            if (order.Readable.Count + order.Writable.Count > 0) Landlock.Enter(order.Readable, order.Writable, ownUser: order.User is not null);
            SystemCallFilter.Install();
        }

        const int executable = 1;
        Check(Linux.access(path, executable), order.Command[0]);

        // Descriptors of this runtime, and any that were inherited by mistake, end here.
        _ = Linux.close_range(3, uint.MaxValue, 4);
        const int core = 4;
        order.Limits[core] = 0;
        foreach ((int resource, ulong value) in order.Limits)
        {
            // The CPU limit's soft part sends SIGXCPU; one second later the hard part kills.
            var limit = new Linux.Limit { Soft = value, Hard = resource == 0 ? value + 1 : value };
            Check(Linux.setrlimit(resource, &limit), "setrlimit");
        }
        if (Linux.write(2, started, (nuint)Started.Length) == Started.Length) _ = Linux.execve(path, command, environment);
        _ = Linux.Call(ExitGroup, NotConfined, 0, 0, 0);
    }

    private static void Become(uint user)
    {
        Check(Linux.setgroups(0, null), "changing to a user of its own (root needs CAP_SETUID and CAP_SETGID for it; a plain user does without)");
        Check(Linux.setresgid(user, user, user), "setresgid");
        Check(Linux.setresuid(user, user, user), "setresuid");
    }

    private static void Check(int result, string what)
    {
        if (result != 0) throw new InvalidOperationException($"{what} was refused, error {Marshal.GetLastPInvokeError()}");
    }

    private static byte* Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte* copy = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        return copy;
    }

    private static byte** Texts(string[] texts)
    {
        byte** list = (byte**)NativeMemory.AllocZeroed((nuint)texts.Length + 1, (nuint)sizeof(byte*));
        for (int i = 0; i < texts.Length; i++) list[i] = Text(texts[i]);
        return list;
    }
}
