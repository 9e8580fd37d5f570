using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace R1Pipeline.Rewards.Sandboxing;

/// <summary>Confines programs: no network, no environment, a private view of files, bounded time, memory, processes and output.</summary>
public sealed class Sandbox
{
    private const long ScratchBytes = 64L << 20, FileBytes = 64L << 20;
    private const int MaxProcesses = 48, MaxFiles = 256, MaxLooks = 100;
    private static readonly string[] SystemFolders = ["/usr", "/lib", "/lib64", "/bin", "/sbin"];
    private static readonly string[] SystemFiles = ["/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime"];
    private readonly IReadOnlyList<string> _jail;
    private readonly string _jailFolder;
    private readonly string? _bubblewrap;

    private Sandbox(SandboxKind kind, IReadOnlyList<string> jail, string? bubblewrap)
    {
        (Kind, _jail, _bubblewrap) = (kind, jail, bubblewrap);
        _jailFolder = Path.GetDirectoryName(jail[^1])!;
    }

    /// <summary>How it confines.</summary>
    public SandboxKind Kind { get; }

    /// <summary>Whether the jail is compiled ahead of time.</summary>
    public bool Compiled => _jail.Count == 1;

    /// <summary>For people: what confines, and as which user.</summary>
    public string Description
    {
        get
        {
            string what = Kind switch { SandboxKind.Bubblewrap => "bubblewrap and the jail", SandboxKind.Jail => "the jail alone (Landlock, seccomp)", _ => "none: limits only" };
            return $"{what}, {(Compiled ? "compiled ahead of time" : "on the .NET runtime")}, {(Environment.IsPrivilegedProcess ? "a user of its own" : "as this user")}";
        }
    }

    /// <summary>
    /// The strongest sandbox that works here: each is tried with a program that must run, and must not see a file, this process's environment or this
    /// process. <see cref="SandboxKind.Unsafe"/> is taken only where it is asked for.
    /// </summary>
    /// <param name="problem">Why no stronger one was taken: what is missing and how to get it.</param>
    /// <param name="only">Only this kind; null: the strongest.</param>
    /// <param name="compiled">Only with a jail that is (true) or is not (false) compiled ahead of time; null: compiled where that works.</param>
    public static Sandbox? Find(out string problem, SandboxKind? only = null, bool? compiled = null)
    {
        (Sandbox? found, problem) = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64
            ? Search(only is { } one ? [one] : SandboxKinds.Confining, [.. JailProgram.Find().Where(jail => compiled is null || jail.Count == 1 == compiled)])
            : (null, "code is only run on Linux x64");
        return found;
    }

    private static (Sandbox? Found, string Problem) Search(IReadOnlyList<SandboxKind> kinds, IReadOnlyList<IReadOnlyList<string>> jails)
    {
        if (jails.Count == 0) return (null, $"r1-jail is missing from the folder jail beside this program: build or publish it again, or name one by {JailProgram.Variable}");
        var problems = new List<string>();
        foreach (SandboxKind kind in kinds)
        {
            string? bubblewrap = kind == SandboxKind.Bubblewrap ? new[] { "/usr/bin/bwrap", "/usr/local/bin/bwrap" }.FirstOrDefault(File.Exists) : null;
            if (kind == SandboxKind.Bubblewrap && bubblewrap is null)
            {
                problems.Add("bubblewrap is missing (apt-get install bubblewrap)");
                continue;
            }
            foreach (IReadOnlyList<string> jail in jails)
            {
                var sandbox = new Sandbox(kind, jail, bubblewrap);
                if (SandboxProbe.Complaint(sandbox) is not { } complaint) return (sandbox, string.Join("; ", problems));
                string lacks = kind == SandboxKind.Bubblewrap && complaint.Contains("namespace", StringComparison.Ordinal) ? " (allow user namespaces: sysctl user.max_user_namespaces, in a container its seccomp profile)" : "";
                string told = $"{kind.Word()}: {complaint}{lacks}";
                if (!problems.Contains(told)) problems.Add(told);
            }
        }
        return (null, string.Join("; ", problems));
    }

    /// <summary>Starts a program.</summary>
    /// <exception cref="IOException">It cannot be started: a sandbox user, a pipe or memory is lacking.</exception>
    internal SandboxedProcess Start(SandboxOrder order)
    {
        SandboxSlot? slot = Environment.IsPrivilegedProcess ? SandboxSlot.Take() : null;
        string? work = Kind != SandboxKind.Bubblewrap ? SandboxFolder.Create("work", writable: true) : null;
        try
        {
            string input = work is null ? "/in" : order.Input, output = work is null ? "/out" : order.Output ?? "";
            var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = "/" };
            start.Environment.Clear();
            List<string> words = [];
            if (_bubblewrap is not null) words.AddRange([_bubblewrap, .. View(order, slot)]);
            words.AddRange(_jail);
            words.AddRange(JailWords(order, slot, work, input, output));
            words.Add("--");
            words.AddRange(order.Command.Select(word => word.Replace("{in}", input, StringComparison.Ordinal).Replace("{out}", output, StringComparison.Ordinal)));
            start.FileName = words[0];
            foreach (string word in words.Skip(1)) start.ArgumentList.Add(word);
            return new SandboxedProcess(this, order, slot, work, start);
        }
        catch (Exception failed)
        {
            slot?.Dispose();
            if (work is not null) Directory.Delete(work, recursive: true);
            if (failed is Win32Exception) throw new IOException($"the sandbox cannot be started: {failed.Message}", failed);
            throw;
        }
    }

    /// <summary>Kills what is left of a program: all of its slot's user or, without a user of its own, its process group. In bubblewrap nothing can be left:
    /// the kernel ends a process namespace with its first process.</summary>
    internal void Sweep(SandboxSlot? slot, int leader, string? work)
    {
        if (Kind == SandboxKind.Bubblewrap) return;
        if (slot is null)
        {
            ProcessGroup.Kill(leader);

            // Unconfined it may leave its group, and where this program is confined itself it may not have been given one; it is still known by the folder that was its home.
            // One look can miss a child whose parent ended between the list and the look at it: two that find nothing end it.
            for (int look = 0, quiet = 0; look < MaxLooks && quiet < 2; look++)
            {
                List<int> left = [.. ProcessTree.WithEnvironment("HOME=" + work)];
                left.ForEach(ProcessGroup.KillOne);
                quiet = left.Count == 0 ? quiet + 1 : 0;
            }

            return;
        }
        var start = new ProcessStartInfo { FileName = _jail[0], UseShellExecute = false };
        foreach (string word in _jail.Skip(1).Append("sweep").Append(slot.User.ToString(CultureInfo.InvariantCulture))) start.ArgumentList.Add(word);
        using Process sweep = Process.Start(start)!;
        sweep.WaitForExit();
    }

    private List<string> View(SandboxOrder order, SandboxSlot? slot)
    {
        List<string> words = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv", "--hostname", "sandbox"];
        words.AddRange(slot is null ? ["--unshare-user", "--disable-userns", "--cap-drop", "ALL"] : ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]);
        foreach (string folder in SystemFolders.Where(Directory.Exists))
        {
            if (new DirectoryInfo(folder).LinkTarget is { } target) words.AddRange(["--symlink", target, folder]);
            else words.AddRange(["--ro-bind", folder, folder]);
        }

        // Before what may lie in it: a program that is installed below /tmp is still there.
        words.AddRange(["--perms", "1777", "--size", Text(ScratchBytes), "--tmpfs", "/tmp"]);

        // Folders that only lead to a mount are closed to other users unless made before it.
        IEnumerable<string> leading = order.Visible.Append("/etc/x").SelectMany(Above).Distinct().Where(folder => !SystemFolders.Contains("/" + folder.Split('/')[1]));
        foreach (string folder in leading.OrderBy(folder => folder.Length)) words.AddRange(["--perms", "0755", "--dir", folder]);
        foreach (string file in SystemFiles) words.AddRange(["--ro-bind-try", file, file]);
        foreach (string folder in order.Visible.Append(_jailFolder)) words.AddRange(["--ro-bind", folder, folder]);
        if (_jail.Count > 1) words.AddRange(["--ro-bind-try", Path.GetDirectoryName(_jail[0])!, Path.GetDirectoryName(_jail[0])!]);
        words.AddRange(["--ro-bind", order.Input, "/in"]);
        if (order.Output is { } output) words.AddRange(["--bind", output, "/out"]);
        words.AddRange(["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]);
        return words;
    }

    private List<string> JailWords(SandboxOrder order, SandboxSlot? slot, string? work, string input, string output)
    {
        string home = work ?? "/tmp";
        List<string> words = [$"cwd={home}", "env=PATH=/usr/local/bin:/usr/bin:/bin", $"env=HOME={home}", $"env=TMPDIR={home}", "env=LANG=C.UTF-8", .. order.Environment.Select(pair => "env=" + pair)];
        if (slot is not null) words.Add($"uid={slot.User}");
        if (Kind == SandboxKind.Unsafe)
        {
            words.Add("limits-only=yes");
        }
        else if (work is not null)
        {
            words.AddRange([.. SystemFolders.Concat(SystemFiles).Concat(order.Visible).Append(input).Append("/proc").Select(path => "read=" + path)]);
            words.AddRange([.. new[] { work, "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random" }.Select(path => "write=" + path)]);
            if (output.Length > 0) words.Add("write=" + output);
        }

        // Without a user of its own, all that this user already runs counts.
        int processes = MaxProcesses + (slot is null ? ProcessTree.Tasks() : 0);
        words.AddRange([$"cpu={order.ProcessorSeconds}", $"file={FileBytes}", $"processes={processes}", $"files={MaxFiles}"]);

        // A limit of the address space would end the .NET runtime of a jail on its last step; of writable memory it has hardly any.
        words.Add(!order.AddressSpace ? $"data={order.MemoryBytes + (1L << 30)}" : Compiled ? $"memory={order.MemoryBytes}" : $"data={order.MemoryBytes}");
        return words;
    }

    private static IEnumerable<string> Above(string path)
    {
        for (string? folder = Path.GetDirectoryName(path); folder is not (null or "/"); folder = Path.GetDirectoryName(folder)) yield return folder;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
