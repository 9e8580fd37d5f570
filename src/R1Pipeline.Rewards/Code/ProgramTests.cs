using System.Globalization;
using System.Text;
using System.Text.Json;
using R1Pipeline.Rewards.Code.Calls;
using R1Pipeline.Rewards.Sandboxing;

namespace R1Pipeline.Rewards.Code;

/// <summary>Compiles one program and runs its tests, each in sandboxes of its own.</summary>
internal sealed class ProgramTests(Sandbox sandbox, Toolchain toolchain, CodeTask task, string source, string? built) : IDisposable
{
    private const int CompileSeconds = 30, MessageBytes = 64 << 20;
    private static readonly UTF8Encoding Plain = new(false);
    private readonly string _driver = SandboxFolder.Create("driver", writable: false);

    public void Dispose() => Directory.Delete(_driver, recursive: true);

    /// <summary>Compiles once; what is wrong, or null.</summary>
    public CodeOutcome? Compile()
    {
        if (task.Language == "python") WriteDrivers();
        string[] calls = [.. task.Tests.OfType<CallTest>().Select(test => test.Function)];
        if (calls.Length > 0) CallHarness.Write(task.Language, source, calls);
        if (toolchain.Compile is not { } command) return null;
        if (task.Language == "csharp")
        {
            File.WriteAllText(Path.Combine(source, "usings.cs"), string.Concat(new[] { "System", "System.IO", "System.Linq", "System.Collections.Generic", "System.Text", "System.Threading", "System.Threading.Tasks" }.Select(name => $"global using {name};\n")));
            File.WriteAllText(Path.Combine(built!, "main.runtimeconfig.json"), JsonSerializer.Serialize(new { runtimeOptions = new { framework = new { name = "Microsoft.NETCore.App", version = Environment.Version.ToString(3) } } }));
        }
        if (calls.Length == 0) return Compile(command);

        // Only its compiler knows whether a C# program has top-level statements.
        CodeOutcome? outcome = Compile(CallHarness.Compile(toolchain, topLevel: false)!);
        return outcome is null || task.Language != "csharp" ? outcome : Compile(CallHarness.Compile(toolchain, topLevel: true)!);
    }

    private CodeOutcome? Compile(IReadOnlyList<string> command)
    {
        var order = new SandboxOrder(command, source, built, toolchain.Visible, toolchain.Environment, CompileSeconds, TimeSpan.FromSeconds(2 * CompileSeconds), 2L << 30, false, 1 << 20);
        using SandboxedProcess process = sandbox.Start(order);
        process.Input.Close();
        Task<byte[]> output = process.Collect(errors: false), errors = process.Collect(errors: true);
        process.Wait(order.Patience);
        Task.WaitAll(output, errors);
        process.DemandStarted();
        return process.ExitCode == 0 && process.End == SandboxEnd.Itself ? null : CodeOutcome.CompileError;
    }

    public TestVerdict Run(CodeTest test, TimeSpan? rest) => test switch
    {
        StreamTest stream => Run(stream, rest),
        AssertTest assert => Run(assert, rest),
        CallTest call => Run(call, rest),
        _ => throw new ArgumentOutOfRangeException(nameof(test)),
    };

    private TestVerdict Run(StreamTest test, TimeSpan? rest)
    {
        SandboxOrder order = Order(toolchain.Run, built ?? source, rest);
        using SandboxedProcess process = sandbox.Start(order);
        Task feeding = Feed(process, test.Input);
        Task<byte[]> output = process.Collect(errors: false), errors = process.Collect(errors: true);
        process.Wait(order.Patience);
        Task.WaitAll(feeding, output, errors);
        process.DemandStarted();
        CodeOutcome outcome = Ended(process, Encoding.UTF8.GetString(errors.Result)) ?? (task.Comparison.Same(test.Output, Encoding.UTF8.GetString(output.Result)) ? CodeOutcome.Passed : CodeOutcome.Failed);
        return new TestVerdict(outcome, process.Elapsed);
    }

    /// <summary>The completion's process gets a name and arguments and says a result; only here it meets the expected value.</summary>
    private TestVerdict Run(CallTest test, TimeSpan? rest)
    {
        SandboxOrder order = Order(CallHarness.Run(toolchain), built ?? source, rest);
        using SandboxedProcess process = sandbox.Start(order);
        Task feeding = Feed(process, $"{{\"call\":{JsonSerializer.Serialize(test.Function)},\"args\":{test.Arguments},\"mark\":\"{CallHarness.Mark}\"}}\n");
        Task<byte[]> output = process.Collect(errors: false), errors = process.Collect(errors: true);
        process.Wait(order.Patience);
        Task.WaitAll(feeding, output, errors);
        process.DemandStarted();
        return new TestVerdict(Ended(process, Encoding.UTF8.GetString(errors.Result)) ?? Returned(test, Encoding.UTF8.GetString(output.Result)), process.Elapsed);
    }

    /// <summary>What a program that ended well returned. None: it ended before its function did. Several: it spoke for itself.</summary>
    private CodeOutcome Returned(CallTest test, string output)
    {
        string[] results = [.. output.Split('\n').Where(line => line.StartsWith(CallHarness.Mark, StringComparison.Ordinal))];
        if (results.Length != 1) return results.Length == 0 ? CodeOutcome.RuntimeError : CodeOutcome.Failed;
        try
        {
            var deep = new JsonDocumentOptions { MaxDepth = 256 };
            using JsonDocument expected = JsonDocument.Parse(test.Expected, deep), actual = JsonDocument.Parse(results[0].AsMemory(CallHarness.Mark.Length), deep);
            return CallComparison.Same(expected.RootElement, actual.RootElement, task.Comparison.Epsilon) ? CodeOutcome.Passed : CodeOutcome.Failed;
        }
        catch (JsonException)
        {
            // Not a value that JSON knows, such as NaN: equal to nothing that a test can expect.
            return CodeOutcome.Failed;
        }
    }

    /// <summary>Two processes: one with the model's code, which sees calls and never the tests; one that is ours, runs the tests and alone says the verdict.</summary>
    private TestVerdict Run(AssertTest test, TimeSpan? rest)
    {
        string question = SandboxFolder.Create("test", writable: false);
        try
        {
            File.Copy(Path.Combine(_driver, "tests.py"), Path.Combine(question, "tests.py"));
            File.WriteAllText(Path.Combine(question, "task.json"), JsonSerializer.Serialize(new { setup = task.Setup, test = test.Program, entry = task.EntryPoint }), Plain);
            List<string> python = [.. toolchain.Run.SkipLast(1)];
            SandboxOrder order = Order([.. python, "{in}/candidate.py", "{in}/main.py"], _driver, rest);
            using SandboxedProcess candidate = sandbox.Start(order);
            using SandboxedProcess tests = sandbox.Start(order with { Command = [.. python, "{in}/tests.py", "{in}/task.json"], Input = question });
            Task<byte[]> candidateErrors = candidate.Collect(errors: true), testErrors = tests.Collect(errors: true);
            Task answers = Long(() => Pass(candidate.Output, tests.Input, stopAt: null, tooMuch: () => candidate.Stop(SandboxEnd.Output)));
            string? word = null;
            Task questions = Long(() => word = Pass(tests.Output, candidate.Input, stopAt: (byte)'V', tooMuch: () => tests.Stop(SandboxEnd.Output)));

            // The verdict ends the tests' process; without questions the candidate ends too, or is ended by its disposal.
            tests.Wait(order.Patience);
            questions.Wait();
            if (word is null or "gone" && tests.End == SandboxEnd.Itself) candidate.Wait(order.Patience);
            CodeOutcome? verdict = word is not (null or "gone") && tests.End == SandboxEnd.Itself ? CodeOutcomes.Parse(word) : null;
            CodeOutcome outcome = verdict ?? Ended(tests.End != SandboxEnd.Itself && candidate.End == SandboxEnd.Itself ? tests : candidate, word is null ? "" : "gone") ?? CodeOutcome.RuntimeError;
            TimeSpan elapsed = tests.Elapsed;
            candidate.Stop(SandboxEnd.Time);
            candidate.Wait(TimeSpan.Zero);

            // Unconfined, a process that escaped may keep its end of the pipe open.
            if (sandbox.Kind == SandboxKind.Unsafe) Task.WaitAll(candidateErrors, testErrors);
            else Task.WaitAll(answers, candidateErrors, testErrors);
            if (verdict is null)
            {
                tests.DemandStarted();
                candidate.DemandStarted();
            }
            return new TestVerdict(outcome, elapsed);
        }
        finally
        {
            Directory.Delete(question, recursive: true);
        }
    }

    private SandboxOrder Order(IReadOnlyList<string> command, string input, TimeSpan? rest)
    {
        TimeSpan patience = rest < task.Limits.Patience ? rest.Value : task.Limits.Patience;
        List<string> words = [.. command];
        if (task.Language == "javascript") words.Insert(1, string.Create(CultureInfo.InvariantCulture, $"--max-old-space-size={task.Limits.MemoryMegabytes}"));
        return new SandboxOrder(words, input, null, toolchain.Visible, toolchain.Environment, (int)Math.Ceiling(task.Limits.WallSeconds), patience,
            (long)task.Limits.MemoryMegabytes << 20, toolchain.AddressSpace, (long)task.Limits.OutputKilobytes << 10);
    }

    /// <summary>Why a program ended badly; null: it did not.</summary>
    private static CodeOutcome? Ended(SandboxedProcess process, string errors)
    {
        const int signal = 128, aborted = signal + 6, killed = signal + 9, timeUp = signal + 24, badCall = signal + 31;
        string last = errors.TrimEnd() is var all ? all[(all.LastIndexOf('\n') + 1)..] : "";
        return process.End switch
        {
            SandboxEnd.Time => CodeOutcome.Timeout,
            SandboxEnd.Memory => CodeOutcome.Memory,
            SandboxEnd.Output => CodeOutcome.OutputLimit,
            _ => process.ExitCode switch
            {
                0 => null,
                timeUp => CodeOutcome.Timeout,
                badCall => CodeOutcome.Violation,
                killed => CodeOutcome.Memory,
                aborted when errors.Contains("bad_alloc", StringComparison.Ordinal) || errors.Contains("out of memory", StringComparison.Ordinal) => CodeOutcome.Memory,
                _ when last.StartsWith("MemoryError", StringComparison.Ordinal) || errors.Contains("OutOfMemoryException", StringComparison.Ordinal) => CodeOutcome.Memory,
                _ when !errors.Contains("Traceback (most", StringComparison.Ordinal) && (last.StartsWith("SyntaxError:", StringComparison.Ordinal) || last.StartsWith("IndentationError:", StringComparison.Ordinal) || last.StartsWith("TabError:", StringComparison.Ordinal)) => CodeOutcome.CompileError,
                _ => CodeOutcome.RuntimeError,
            },
        };
    }

    private void WriteDrivers()
    {
        File.Copy(Path.Combine(source, "main.py"), Path.Combine(_driver, "main.py"));
        foreach (string name in new[] { "candidate.py", "tests.py" }) File.WriteAllText(Path.Combine(_driver, name), Resource("wire.py") + Resource(name), Plain);
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(ProgramTests).Assembly.GetManifestResourceStream("R1Pipeline.Rewards.Code.Python." + name)!);
        return reader.ReadToEnd();
    }

    private static Task Feed(SandboxedProcess process, string input) => Long(() =>
    {
        try
        {
            using Stream stream = process.Input;
            stream.Write(Plain.GetBytes(input));
        }
        catch (IOException)
        {
            // The program ended, or closed its input, without reading it all: its right.
        }
    });

    /// <summary>Passes lines on until the end or until it is too much; one that begins with the given byte is the verdict instead.</summary>
    private static string? Pass(Stream from, Stream to, byte? stopAt, Action tooMuch)
    {
        byte[] buffer = new byte[65536];
        long passed = 0;
        bool lineStart = true;
        using var verdict = new MemoryStream();
        bool stopped = false;
        try
        {
            while (from.Read(buffer) is > 0 and var count)
            {
                if ((passed += count) > MessageBytes)
                {
                    tooMuch();
                    break;
                }
                if (stopped) verdict.Write(buffer, 0, count);
                for (int i = 0; i < count && !stopped && stopAt is not null; i++)
                {
                    if (lineStart && buffer[i] == stopAt)
                    {
                        stopped = true;
                        to.Write(buffer, 0, i);
                        verdict.Write(buffer, i + 1, count - i - 1);
                    }
                    lineStart = buffer[i] == (byte)'\n';
                }
                if (stopped) continue;
                to.Write(buffer, 0, count);
                to.Flush();
            }
            to.Close();
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // The other side ended: there is nobody to pass it to.
        }
        return stopped ? Encoding.UTF8.GetString(verdict.ToArray()).Trim() : null;
    }

    private static Task Long(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
