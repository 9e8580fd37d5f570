using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Cli.Benchmarks;
using R1Pipeline.Rewards.Code;
using R1Pipeline.Rewards.Grading;
using R1Pipeline.Rewards.Sandboxing;
using R1Pipeline.Tests.Data;

namespace R1Pipeline.Tests.Rewards.Code;

/// <summary>Hostile programs in the real sandbox: the verdict is right, nothing outside is touched or read, and nothing is left.</summary>
[Collection(AloneCollection.Name)]
public class HostileCodeTests
{
    private const double Grace = 3;

    [Theory]
    [InlineData(SandboxKind.Bubblewrap)]
    [InlineData(SandboxKind.Jail)]
    public void Grade_HostileCases_Hold(SandboxKind kind)
    {
        using CodeGrader grader = SandboxNeeded.Grader(kind);
        using var ground = new HostileGround();
        string folder = SharedFiles.Path("data/code");
        var wrong = new List<string>();
        int number = 0;
        foreach ((JsonElement row, CodeCase one) in SharedFiles.JsonLines("data/code/hostile_cases.jsonl").Zip(CodeCases.Hostile(folder, ground.Canary, ground.Port)))
        {
            // The default run takes a twelfth of them in each kind of sandbox, not the same one.
            if (!SandboxNeeded.Long && number++ % 12 != (int)kind) continue;
            long memory = Environment.WorkingSet;
            JsonObject grade = CodeRows.Grade(JsonSerializer.SerializeToElement(one.Row), grader);
            List<string> problems = [.. ground.Harm(dead: SandboxNeeded.Long && kind == SandboxKind.Jail)];
            if (one.Complaint(grade) is { } complaint) problems.Add(complaint);
            double limit = 1000 * (row.GetProperty("limits").GetProperty("wall_s").GetDouble() + Grace);
            if (grade["tests"]!.AsArray().Any(test => test!["wall_ms"]!.GetValue<double>() > limit)) problems.Add("a test came back late");
            if (Environment.WorkingSet - memory > 200 << 20) problems.Add($"the grader grew by {Environment.WorkingSet - memory} bytes");
            if (row.GetProperty("expect").GetProperty("must_hold").EnumerateArray().Any(text => text.GetString()!.Contains("next case", StringComparison.Ordinal)) && Benign(grader) is not "passed" and var next) problems.Add($"the next case is {next}");
            wrong.AddRange(problems.Select(problem => $"{one.Id}: {problem}; {grade.ToJsonString()}"));
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    // Orphans by name, which a dead process keeps: whether the program ends or is killed, not even their remains are left when the grade is there.
    [Theory]
    [InlineData(SandboxKind.Bubblewrap, "print('done')", "passed")]
    [InlineData(SandboxKind.Jail, "print('done')", "passed")]
    [InlineData(SandboxKind.Jail, "time.sleep(600)", "timeout")]
    public void Grade_Orphans_LiveOrDead_NoneIsLeft(SandboxKind kind, string end, string expected)
    {
        using CodeGrader grader = SandboxNeeded.Grader(kind);
        string name = string.Concat("r1o", Guid.NewGuid().ToString("N").AsSpan(0, 10));
        string code = $$"""
            import ctypes, os, time
            ctypes.CDLL(None).prctl(15, b"{{name}}", 0, 0, 0)
            for i in range(8):
                if os.fork() == 0:
                    if os.fork() == 0 or i % 2: time.sleep(600)
                    os._exit(0)
            time.sleep(0.3)
            def named(p):
                try: return p.isdigit() and open(f"/proc/{p}/comm").read().strip() == "{{name}}"
                except OSError: return False
            count = sum(map(named, os.listdir("/proc")))
            if count != 17: raise SystemExit(f"{count} processes")
            {{end}}
            """;
        JsonObject grade = Grade(grader, code, new JsonArray(Stream("", "done\n")), seconds: expected == "timeout" ? 3 : 30);
        List<string> left = [.. Directory.EnumerateDirectories("/proc").Where(folder => Named(folder, name))];
        Assert.True(grade["outcome"]!.GetValue<string>() == expected, grade.ToJsonString());
        Assert.Empty(left);
    }

    // The program is told the secret and looks for it: that it does not find it says more than that it prints nothing.
    [Theory]
    [InlineData("found |= secret in repr(os.environ)", SandboxKind.Bubblewrap)]
    [InlineData("found |= secret in repr(os.environ)", SandboxKind.Jail)]
    [InlineData("for p in os.listdir('/proc'):\n    for n in ('environ', 'cmdline', 'maps', 'fd/0'):\n        look('/proc/%s/%s' % (p, n))", SandboxKind.Bubblewrap)]
    [InlineData("for p in os.listdir('/proc'):\n    for n in ('environ', 'cmdline', 'maps', 'mem'):\n        look('/proc/%s/%s' % (p, n))", SandboxKind.Jail)]
    [InlineData("for t in ('/tmp', '/var', '/home', '/root', '/etc', '/dev/shm', folder):\n    for r, d, f in os.walk(t):\n        for n in f: look(os.path.join(r, n))", SandboxKind.Bubblewrap)]
    [InlineData("for t in ('/tmp', '/var', '/home', '/root', '/etc', '/dev/shm', folder):\n    for r, d, f in os.walk(t):\n        for n in f: look(os.path.join(r, n))", SandboxKind.Jail)]
    [InlineData("for n in os.listdir('/proc/self/fd'): look('/proc/self/fd/' + n)", SandboxKind.Jail)]
    [InlineData("os.symlink(folder, 'link')\nfor r, d, f in os.walk('link', followlinks=True):\n    for n in f: look(os.path.join(r, n))", SandboxKind.Jail)]
    public void Grade_SearchForTheSecret_FindsNothing(string search, SandboxKind kind)
    {
        using CodeGrader grader = SandboxNeeded.Grader(kind);
        using var ground = new HostileGround();
        string code = "import os, stat\nsecret, folder = input().split()\nfound = False\ndef look(p):\n    global found\n    try:\n        if stat.S_ISREG(os.stat(p).st_mode): found |= secret.encode() in open(p, 'rb').read(1 << 20)\n    except (OSError, MemoryError):\n        pass\n"
            + search + "\nprint(found, 'done')\n";
        JsonObject grade = Grade(grader, code, new JsonArray(Stream($"{ground.Secret} {ground.Folder}\n", "False done\n")));
        Assert.True(grade["outcome"]!.GetValue<string>() == "passed", grade.ToJsonString());
        Assert.Empty(ground.Harm());
    }

    [Theory]
    [InlineData(SandboxKind.Bubblewrap)]
    [InlineData(SandboxKind.Jail)]
    public void Grade_EveryWayOut_IsClosed(SandboxKind kind)
    {
        using CodeGrader grader = SandboxNeeded.Grader(kind);
        using var ground = new HostileGround();
        string code = $$"""
            import os, socket, ctypes
            out = []
            def attempt(name, act):
                try:
                    act()
                    out.append(name)
                except Exception: pass
            def connect(family, kind, address):
                s = socket.socket(family, kind); s.connect(address); s.send(b"leak")
            attempt("tcp", lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", {{ground.Port}})))
            attempt("udp", lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", {{ground.Port}})))
            attempt("unix", lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, "{{ground.UnixPath}}"))
            attempt("abstract", lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, "\0{{ground.AbstractName}}"))
            attempt("raw", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
            attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
            attempt("bash", lambda: 0 / (os.system("bash -c 'echo leak >/dev/tcp/127.0.0.1/{{ground.Port}}' 2>/dev/null") == 0))
            attempt("write", lambda: open("{{ground.Canary}}", "a"))
            attempt("truncate", lambda: os.truncate("{{ground.Canary}}", 0))
            attempt("remove", lambda: os.remove("{{ground.Canary}}"))
            attempt("rename", lambda: os.rename("{{ground.Canary}}", "{{ground.Folder}}/other"))
            attempt("mkdir", lambda: os.mkdir("{{ground.Folder}}/made"))
            attempt("link", lambda: os.link("{{ground.Canary}}", "taken"))
            attempt("chmod", lambda: os.chmod("{{ground.Canary}}", 0))
            attempt("kill", lambda: os.kill({{ground.Bystander}}, 15))
            attempt("setuid", lambda: os.setuid(0))
            attempt("chroot", lambda: os.chroot("."))
            libc = ctypes.CDLL(None, use_errno=True)
            def call(name, *a): attempt(name, lambda: 0 / (libc.syscall(*a) >= 0))
            call("ptrace", 101, 16, 1, 0, 0)
            call("unshare", 272, 0x10000000)
            call("mount", 165, 0, b"/", 0, 0x1000, 0)
            call("bpf", 321, 0, 0, 0)
            call("io_uring", 425, 1, 0)
            call("keyctl", 250, 0, 0)
            call("userfaultfd", 323, 0)
            call("process_vm_readv", 310, 1, 0, 0, 0, 0, 0)
            print("open:", *out)
            """;
        JsonObject grade = Grade(grader, code, new JsonArray(Stream("", "open:\n")));
        Assert.True(grade["outcome"]!.GetValue<string>() == "passed", grade.ToJsonString());
        Assert.Empty(ground.Harm());
    }

    [Theory]
    [InlineData(SandboxKind.Bubblewrap, "print(0)", "failed")]
    [InlineData(SandboxKind.Jail, "print(0)", "failed")]
    [InlineData(SandboxKind.Bubblewrap, "import sys\nprint(len(sys.stdin.read()))", "passed")]
    [InlineData(SandboxKind.Jail, "import sys\nprint(len(sys.stdin.read()))", "passed")]
    [InlineData(SandboxKind.Jail, "import os\nos.close(0)\nprint(10485760)", "passed")]
    public void Grade_TenMegabytesOfInput_ReadOrNot(SandboxKind kind, string code, string expected)
    {
        using CodeGrader grader = SandboxNeeded.Grader(kind);
        JsonObject grade = Grade(grader, code, new JsonArray(Stream(new string('a', 10 << 20), "10485760\n")));
        Assert.Equal(expected, grade["outcome"]!.GetValue<string>());
    }

    private static bool Named(string folder, string name)
    {
        try
        {
            return int.TryParse(Path.GetFileName(folder), out _) && File.ReadAllText(Path.Combine(folder, "comm")).Trim() == name;
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return false;
        }
    }

    private static string Benign(CodeGrader grader) => Grade(grader, $"print(sum(map(int, input().split())))  # {Guid.NewGuid()}", new JsonArray(Stream("1 2\n", "3\n")))["outcome"]!.GetValue<string>();

    private static JsonObject Grade(CodeGrader grader, string code, JsonArray tests, double? seconds = null) =>
        CodeRows.Grade(JsonSerializer.SerializeToElement(new JsonObject { ["id"] = 1, ["language"] = "python", ["completion"] = code, ["tests"] = tests, ["limits"] = seconds is null ? null : new JsonObject { ["wall_s"] = seconds } }), grader);

    private static JsonObject Stream(string input, string output) => new() { ["stdin"] = input, ["stdout"] = output };
}
