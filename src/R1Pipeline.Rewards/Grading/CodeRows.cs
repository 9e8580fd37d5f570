using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Rewards.Code;
using R1Pipeline.Rewards.Code.Calls;
using R1Pipeline.Rewards.Sandboxing;

namespace R1Pipeline.Rewards.Grading;

/// <summary>
/// Rows of code: in <c>{id, language, completion, setup?, tests, entry_point?, compare?, limits?, total_wall_s?}</c>, out
/// <c>{id, outcome, passed, total, tests: [{outcome, wall_ms}], wall_ms}</c>, with <c>reason</c> where nothing could be run and <c>sandbox: unsafe</c> where it ran without one.
/// </summary>
public static class CodeRows
{
    private static readonly CodeLimits Defaults = new();

    /// <summary>A row's grade.</summary>
    /// <exception cref="Contracts.Stages.StageFailedException">A field is missing or of another kind (UserData).</exception>
    public static JsonObject Grade(JsonElement row, CodeGrader grader)
    {
        RowFields.RequireId(row);
        CodeVerdict verdict = Read(row) is { } task ? grader.Grade(task) : new CodeVerdict(CodeOutcome.CompileError, [], TimeSpan.Zero, "there is no code after the thinking");
        var answer = new JsonObject
        {
            ["outcome"] = verdict.Outcome.Word(),
            ["passed"] = verdict.Tests.Count(test => test.Outcome == CodeOutcome.Passed),
            ["total"] = Tests(row).Count,
            ["tests"] = new JsonArray([.. verdict.Tests.Select(test => new JsonObject { ["outcome"] = test.Outcome.Word(), ["wall_ms"] = Milliseconds(test.Elapsed) })]),
            ["wall_ms"] = Milliseconds(verdict.Elapsed),
        };
        if (verdict.Reason is not null) answer["reason"] = verdict.Reason;
        if (grader.Kind == SandboxKind.Unsafe) answer["sandbox"] = SandboxKind.Unsafe.Word();
        return answer;
    }

    /// <summary>A row's task; null where the completion holds no code.</summary>
    /// <exception cref="Contracts.Stages.StageFailedException">A field is missing or of another kind (UserData).</exception>
    public static CodeTask? Read(JsonElement row) => Read(row, RowFields.Text(row, "completion"));

    /// <summary>The task that a row's tests and a completion make; null where it holds no code.</summary>
    /// <param name="row">All fields of a row but id and completion.</param>
    /// <param name="completion">The output.</param>
    /// <exception cref="Contracts.Stages.StageFailedException">A field is missing or of another kind (UserData).</exception>
    public static CodeTask? Read(JsonElement row, string completion)
    {
        string language = RowFields.Text(row, "language");
        language = language switch { "c++" => "cpp", "js" => "javascript", "c#" => "csharp", "py" or "python3" => "python", _ => language };
        if (!Toolchain.Languages.Contains(language)) throw RowFields.Refused($"there is no language '{language}'; one of {string.Join(", ", Toolchain.Languages)} is expected");
        IReadOnlyList<CodeTest> tests = Tests(row);
        if (language != "python" && tests.Any(test => test is AssertTest)) throw RowFields.Refused($"tests of {language} are a list of {{stdin, stdout}} or {{call, args, expected}}; assert statements are for python");
        if (tests.Select(test => test.GetType()).Distinct().Count() > 1) throw RowFields.Refused("tests of a line are all of one kind: {stdin, stdout}, {call, args, expected} or assert statements");
        string compare = Optional(row, "compare") ?? "tokens";
        OutputComparison comparison = OutputComparison.Named(compare) ?? throw RowFields.Refused($"there is no compare '{compare}'; tokens, exact-line, exact-bytes or float:EPS is expected");
        if (tests is [CallTest, ..])
        {
            if (!string.IsNullOrWhiteSpace(Optional(row, "setup"))) throw RowFields.Refused("setup is for assert statements; tests of {call, args, expected} take none");
            if (Optional(row, "compare") is not null && comparison.Name is not "tokens" && comparison.Epsilon == 0) throw RowFields.Refused($"compare '{compare}' is for {{stdin, stdout}}; tests of {{call, args, expected}} take float:EPS");
            if (language == "javascript" && row.GetProperty("tests").EnumerateArray().Any(test => HoldsLargeNumber(test.GetProperty("args")))) throw RowFields.Refused("an argument is a whole number of 2^53 or more, which JavaScript's numbers cannot hold");
        }
        return CodeExtraction.Extract(completion) is { } code ? new CodeTask(language, code, tests, Optional(row, "setup") ?? "", Optional(row, "entry_point"), comparison, Limits(row)) : null;
    }

    private static List<CodeTest> Tests(JsonElement row)
    {
        if (!row.TryGetProperty("tests", out JsonElement tests)) throw RowFields.Refused("the line has no tests; a list or a string is expected");
        if (tests.ValueKind == JsonValueKind.String) return [new AssertTest(tests.GetString()!)];
        if (tests.ValueKind != JsonValueKind.Array) throw RowFields.Refused($"tests is {tests.ValueKind}; a list or a string is expected");
        return [.. tests.EnumerateArray().Select(test => Test(test, row))];
    }

    private static CodeTest Test(JsonElement test, JsonElement row) => test.ValueKind switch
    {
        JsonValueKind.String => new AssertTest(test.GetString()!),
        JsonValueKind.Object when test.TryGetProperty("expected", out JsonElement expected) => Call(test, expected, row),
        JsonValueKind.Object => new StreamTest(RowFields.Text(test, "stdin"), RowFields.Text(test, "stdout")),
        _ => throw RowFields.Refused($"a test is {test.ValueKind}; {{stdin, stdout}}, {{call, args, expected}} or an assert statement is expected"),
    };

    private static CallTest Call(JsonElement test, JsonElement expected, JsonElement row)
    {
        string function = (Optional(test, "call") ?? Optional(row, "entry_point")) is { } name && CallHarness.IsCallable(name) ? name : throw RowFields.Refused("a test of {call, args, expected} has no call, nor the line an entry_point; a function's name or CLASS.METHOD is expected");
        if (!test.TryGetProperty("args", out JsonElement arguments) || arguments.ValueKind != JsonValueKind.Array) throw RowFields.Refused($"a test that calls {function} has no args; a list is expected");
        return new CallTest(function, arguments.GetRawText(), expected.GetRawText());
    }

    /// <summary>Whether a whole number in it has no exact double.</summary>
    private static bool HoldsLargeNumber(JsonElement value)
    {
        const double exact = 9007199254740992;
        return value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray().Any(HoldsLargeNumber),
            JsonValueKind.Object => value.EnumerateObject().Any(member => HoldsLargeNumber(member.Value)),
            JsonValueKind.Number => value.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0 && Math.Abs(value.GetDouble()) >= exact,
            _ => false,
        };
    }

    private static CodeLimits Limits(JsonElement row)
    {
        JsonElement limits = row.TryGetProperty("limits", out JsonElement given) && given.ValueKind != JsonValueKind.Null ? given : default;
        if (limits.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Object)) throw RowFields.Refused($"limits is {limits.ValueKind}; an object is expected");
        return new CodeLimits(
            Number(limits, "wall_s", 0.05, 3600) ?? Defaults.WallSeconds,
            (int)(Number(limits, "memory_mb", 16, 1 << 20) ?? Defaults.MemoryMegabytes),
            (int)(Number(limits, "output_kb", 1, 1 << 20) ?? Defaults.OutputKilobytes),
            Number(row, "total_wall_s", 0.05, 86400) ?? (limits.ValueKind == JsonValueKind.Object ? Number(limits, "total_wall_s", 0.05, 86400) : null));
    }

    private static double? Number(JsonElement holder, string field, double least, double most)
    {
        if (holder.ValueKind != JsonValueKind.Object || !holder.TryGetProperty(field, out JsonElement value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && number >= least && number <= most) return number;
        throw RowFields.Refused(string.Create(CultureInfo.InvariantCulture, $"{field} is {value.GetRawText()}; a number from {least} to {most} is expected"));
    }

    private static string? Optional(JsonElement row, string field) => row.TryGetProperty(field, out _) ? RowFields.TextOrNull(row, field) : null;

    private static double Milliseconds(TimeSpan span) => Math.Round(span.TotalMilliseconds, 1);
}
