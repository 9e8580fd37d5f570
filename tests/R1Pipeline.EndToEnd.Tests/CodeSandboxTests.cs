using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using R1Pipeline.Benchmarks.Torture;
using R1Pipeline.EndToEnd.Tests.Harness;

namespace R1Pipeline.EndToEnd.Tests;

/// <summary>
/// Which sandbox is used on machines of different kinds, set up for real: as root, as a plain user, where no namespace can be made (as in a container), where
/// the kernel has no Landlock. Set up by root with bubblewrap and util-linux; skipped elsewhere, unless R1_REQUIRE_SANDBOX=1.
/// </summary>
public sealed class CodeSandboxTests : IDisposable
{
    private const string User = "65534", Rows = """
        {"id":"right","language":"python","completion":"print(sum(map(int,input().split())))","tests":[{"stdin":"2 3","stdout":"5"}]}
        {"id":"wrong","language":"python","completion":"print(7)","tests":[{"stdin":"2 3","stdout":"5"}]}
        {"id":"escaped","language":"python","completion":"import os,time\nif os.fork()==0:\n  try: os.setsid()\n  except OSError: pass\n  if os.fork()==0: time.sleep(4321)\n  os._exit(0)\nprint('x')","tests":[{"stdin":"","stdout":"x"}]}
        """;

    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(3);
    private readonly TemporaryFolder _folder = new();
    private readonly string _program;

    /// <summary>A copy of the program, without the worker, where a plain user can read it: the repository may lie in a folder of root's own.</summary>
    public CodeSandboxTests()
    {
        string built = Path.GetDirectoryName(R1.Executable)!;
        _program = Directory.CreateDirectory(Path.Combine(_folder.Path, "r1")).FullName;
        foreach (string file in Directory.GetFiles(built)) File.Copy(file, Path.Combine(_program, Path.GetFileName(file)));
        foreach (string folder in Directory.GetDirectories(built).Where(folder => Path.GetFileName(folder) != "worker")) StateFolders.Copy(folder, Path.Combine(_program, Path.GetFileName(folder)));
    }

    private string Jail => Path.Combine(_program, "jail", "r1-jail");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("root", "bubblewrap and the jail, compiled ahead of time, a user of its own")]
    [InlineData("root, runtime", "bubblewrap and the jail, on the .NET runtime, a user of its own")]
    [InlineData("user", "bubblewrap and the jail, compiled ahead of time, as this user")]
    [InlineData("user, runtime", "bubblewrap and the jail, on the .NET runtime, as this user")]
    [InlineData("root without namespaces", "the jail alone (Landlock, seccomp), compiled ahead of time, a user of its own")]
    [InlineData("root without namespaces, runtime", "the jail alone (Landlock, seccomp), on the .NET runtime, a user of its own")]
    [InlineData("user without namespaces", "the jail alone (Landlock, seccomp), compiled ahead of time, as this user")]
    [InlineData("user without namespaces, runtime", "the jail alone (Landlock, seccomp), on the .NET runtime, as this user")]
    public async Task Grade_OnThisKindOfMachine_IsConfinedAndDoctorSaysHow(string machine, string expected)
    {
        Ended doctor = await RunAsync(machine, "doctor");
        Assert.True(doctor.Output.Contains(expected, StringComparison.Ordinal), doctor.Output + doctor.Error);
        Ended graded = await RunAsync(machine, "grade", "code", "--in", _folder.Write("rows.jsonl", Rows));
        Assert.True(Outcomes(graded) is ["passed", "failed", "passed"], graded.Output + graded.Error);
        Assert.DoesNotContain("unsafe", graded.Output + graded.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(CommandLines(), line => line.Contains(_folder.Path, StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows()) Assert.True(File.GetUnixFileMode("/dev/null").HasFlag(UnixFileMode.OtherRead | UnixFileMode.OtherWrite), "the jail, whose input it was, changed /dev/null");
    }

    [Fact]
    public async Task Grade_WhereNothingConfines_IsRefusedUntilUnsafeIsAskedFor()
    {
        const string machine = "user without namespaces and Landlock";
        string rows = _folder.Write("rows.jsonl", Rows);
        Ended doctor = await RunAsync(machine, "doctor");
        Assert.Contains("none: grading code is refused", doctor.Output, StringComparison.Ordinal);
        Assert.Contains("user.max_user_namespaces", doctor.Output, StringComparison.Ordinal);
        Assert.Contains("the kernel has no Landlock", doctor.Output, StringComparison.Ordinal);

        Ended refused = await RunAsync(machine, "grade", "code", "--in", rows);
        Assert.Equal(["refused", "refused", "refused"], Outcomes(refused));
        Assert.Contains("The sandbox 'unsafe' runs code all the same", JsonDocument.Parse(refused.Output.Split('\n')[0]).RootElement.GetProperty("reason").GetString(), StringComparison.Ordinal);

        Ended graded = await RunAsync(machine, "grade", "code", "--sandbox", "unsafe", "--in", rows);
        Assert.Equal(["passed", "failed", "passed"], Outcomes(graded));
        Assert.StartsWith("WARNING: code written by a model runs WITHOUT a sandbox", graded.Error, StringComparison.Ordinal);
        Assert.All(graded.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Equal("unsafe", JsonDocument.Parse(line).RootElement.GetProperty("sandbox").GetString()));
        Assert.DoesNotContain(CommandLines(), line => line.Contains(_folder.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Grade_UnknownSandbox_IsRefused()
    {
        Ended ended = await new R1(_folder.Path).RunPlainAsync("grade", "code", "--sandbox", "none");
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("bubblewrap", ended.Error, StringComparison.Ordinal);
    }

    private static string[] Outcomes(Ended graded) => [.. graded.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("outcome").GetString()!)];

    private static IEnumerable<string> CommandLines()
    {
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            string text = "";
            try
            {
                text = File.ReadAllText(Path.Combine(folder, "cmdline"));
            }
            catch (IOException)
            {
                // No process, or it ended meanwhile.
            }
            yield return text;
        }
    }

    /// <summary>Runs r1 as on a machine of that kind.</summary>
    private async Task<Ended> RunAsync(string machine, params string[] arguments)
    {
        Need(Environment.IsPrivilegedProcess, "only root can set these machines up");
        Need(File.Exists("/usr/bin/bwrap") && File.Exists("/usr/bin/setpriv"), "bubblewrap or util-linux is missing");
        Need(File.Exists(Jail), "the jail is not compiled ahead of time: there was no C linker");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1ff);
        string dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        List<string> settings = [$"TMPDIR={_folder.Path}", $"HOME={_folder.Path}", $"DOTNET_ROOT={dotnet}", "DOTNET_EnableDiagnostics=0", "PATH=/usr/local/bin:/usr/bin:/bin", $"R1_STATE={_folder.Path}/state"];
        if (machine.EndsWith(", runtime", StringComparison.Ordinal)) settings.Add($"R1_JAIL={Jail}.dll");
        string[] asUser = ["/usr/bin/setpriv", "--reuid", User, "--regid", User, "--clear-groups"];

        // The jail's own filter allows no namespaces, like a container's. Landlock's system call is taken away by a filter for bubblewrap.
        string[] wrapping = machine.Split(',')[0] switch
        {
            "root" => [],
            "user" => asUser,
            "root without namespaces" => [Jail, "cwd=/", .. settings.Select(one => "env=" + one), "--"],
            "user without namespaces" => [Jail, $"uid={User}", "cwd=/", .. settings.Select(one => "env=" + one), "--"],
            "user without namespaces and Landlock" => ["/bin/sh", "-c", $"exec \"$@\" 9<{Filter()}", "sh", .. asUser, "/usr/bin/bwrap", "--unshare-user", "--disable-userns", "--dev-bind", "/", "/", "--seccomp", "9"],
            _ => throw new ArgumentOutOfRangeException(nameof(machine), machine, null),
        };
        List<string> line = ["/usr/bin/env", "-i", .. settings, .. wrapping, Path.Combine(_program, Path.GetFileName(R1.Executable)), .. arguments];
        await using R1Process process = new R1(Path.Combine(_folder.Path, "state")).Start(line[0], [.. line.Skip(1)]);
        return await process.WaitAsync(Watchdog);
    }

    private static void Need(bool there, string reason)
    {
        if (there) return;
        if (Environment.GetEnvironmentVariable("R1_REQUIRE_SANDBOX") == "1") Assert.Fail(reason);
        Assert.Skip(reason);
    }

    /// <summary>A file with a seccomp filter by which <c>landlock_create_ruleset</c> is a system call that the kernel does not have.</summary>
    private string Filter()
    {
        const uint landlock = 444, noSystemCall = 0x00050000 | 38, allow = 0x7fff0000;
        (ushort Code, byte True, byte False, uint Operand)[] program = [(0x20, 0, 0, 0), (0x15, 0, 1, landlock), (0x06, 0, 0, noSystemCall), (0x06, 0, 0, allow)];
        byte[] bytes = new byte[8 * program.Length];
        for (int i = 0; i < program.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8 * i), program[i].Code);
            (bytes[8 * i + 2], bytes[8 * i + 3]) = (program[i].True, program[i].False);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8 * i + 4), program[i].Operand);
        }
        string path = Path.Combine(_folder.Path, "filter");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
