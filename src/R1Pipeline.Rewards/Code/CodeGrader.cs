using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using R1Pipeline.Rewards.Sandboxing;

namespace R1Pipeline.Rewards.Code;

/// <summary>Grades programs by their tests in the sandbox. Safe to call from several threads; grades are remembered by the hash of what was graded.</summary>
public sealed class CodeGrader : IDisposable
{
    private const int RememberedGrades = 20_000;
    private readonly ConcurrentDictionary<string, Lazy<CodeVerdict>> _remembered = new();
    private readonly SemaphoreSlim _budget;
    private readonly Sandbox? _sandbox;
    private readonly string _problem;

    /// <param name="parallelism">Tests that run at once; each of an assert test's two processes counts as half.</param>
    /// <param name="only">Only this kind of sandbox; null: the strongest that works here.</param>
    /// <param name="compiled">Only with a jail that is (true) or is not (false) compiled ahead of time; null: compiled where that works.</param>
    public CodeGrader(int parallelism, SandboxKind? only = null, bool? compiled = null)
    {
        _budget = new SemaphoreSlim(parallelism);
        Parallelism = parallelism;
        _sandbox = Sandbox.Find(out _problem, only, compiled);
    }

    /// <summary>Tests that run at once.</summary>
    public int Parallelism { get; }

    /// <summary>How programs are confined; null: none of the sandboxes works, and every grade is refused.</summary>
    public SandboxKind? Kind => _sandbox?.Kind;

    /// <summary>Why programs of a language are refused here; null: they are run.</summary>
    public string? Problem(string language) =>
        _sandbox is null ? $"no sandbox: {_problem}. The sandbox 'unsafe' runs code all the same, unconfined"
        : Toolchain.Find(language, out string remedy) is null ? $"{language} is not installed: {remedy}"
        : null;

    /// <summary>Grades a task.</summary>
    public CodeVerdict Grade(CodeTask task)
    {
        if (Problem(task.Language) is { } problem) return Refused(task, problem);
        Toolchain toolchain = Toolchain.Find(task.Language, out _)!;
        if (task.Tests.Count == 0) return Refused(task, "there are no tests");
        string key = Key(task);

        // Who asks for the same while it runs waits for it.
        Lazy<CodeVerdict> grade = _remembered.GetOrAdd(key, _ => new Lazy<CodeVerdict>(() => Run(task, toolchain)));
        bool keep = false;
        try
        {
            // Time may have run out because the machine was busy; the next try may show it.
            keep = grade.Value.Tests.All(test => test.Outcome is not (CodeOutcome.Timeout or CodeOutcome.Refused)) && _remembered.Count <= RememberedGrades;
            return grade.Value;
        }
        finally
        {
            if (!keep) _remembered.TryRemove(KeyValuePair.Create(key, grade));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _budget.Dispose();

    private CodeVerdict Run(CodeTask task, Toolchain toolchain)
    {
        var clock = Stopwatch.StartNew();
        string source = SandboxFolder.Create("code", writable: false);
        string? built = toolchain.Compile is null ? null : SandboxFolder.Create("built", writable: true);
        try
        {
            // No preamble: an interpreter may take it for code. A lone surrogate becomes a question mark.
            File.WriteAllText(Path.Combine(source, toolchain.SourceName), task.Code, new UTF8Encoding(false));
            using var tests = new ProgramTests(_sandbox!, toolchain, task, source, built);
            if (tests.Compile() is { } broken) return All(task, broken, clock.Elapsed);
            var verdicts = new TestVerdict[task.Tests.Count];
            Parallel.For(0, verdicts.Length, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, index =>
            {
                _budget.Wait();
                try
                {
                    TimeSpan? rest = task.Limits.TotalWallSeconds is { } total ? TimeSpan.FromSeconds(total) - clock.Elapsed : null;
                    verdicts[index] = rest <= TimeSpan.Zero ? new TestVerdict(CodeOutcome.Timeout, TimeSpan.Zero) : tests.Run(task.Tests[index], rest);
                }
                finally
                {
                    _budget.Release();
                }
            });
            CodeOutcome outcome = verdicts.Select(test => test.Outcome).FirstOrDefault(one => one != CodeOutcome.Passed);
            return new CodeVerdict(outcome, verdicts, clock.Elapsed);
        }
        catch (Exception failed) when (failed is IOException || failed is AggregateException all && all.InnerExceptions.All(one => one is IOException))
        {
            // No fault of the program: it was not run.
            return Refused(task, failed.GetBaseException().Message);
        }
        finally
        {
            Directory.Delete(source, recursive: true);
            if (built is not null) Directory.Delete(built, recursive: true);
        }
    }

    private static CodeVerdict Refused(CodeTask task, string why) => All(task, CodeOutcome.Refused, TimeSpan.Zero) with { Reason = why };

    private static CodeVerdict All(CodeTask task, CodeOutcome outcome, TimeSpan elapsed) => new(outcome, [.. task.Tests.Select(_ => new TestVerdict(outcome, TimeSpan.Zero))], elapsed);

    private static string Key(CodeTask task) => Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        new { task.Language, task.Code, Tests = task.Tests.Select(test => test switch { StreamTest stream => [stream.Input, stream.Output], CallTest call => [call.Function, call.Arguments, call.Expected], _ => new[] { ((AssertTest)test).Program } }), task.Setup, task.EntryPoint, Comparison = task.Comparison.Name, task.Limits })));
}
