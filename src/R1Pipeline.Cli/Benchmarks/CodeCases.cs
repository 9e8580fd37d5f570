using System.Text.Json;
using System.Text.Json.Nodes;

namespace R1Pipeline.Cli.Benchmarks;

/// <summary>The published and labelled cases of code in a folder as rows of <c>r1 grade code</c>, each with the grade that it must get.</summary>
internal static class CodeCases
{
    /// <summary>HumanEval's own solutions pass, or, with the bodies left out, completions that return nothing do not.</summary>
    public static IEnumerable<CodeCase> HumanEval(string folder, bool empty) => Lines(folder, "humaneval.jsonl").Select(row => new CodeCase(
        Text(row, "task_id"),
        Row(Text(row, "prompt") + (empty ? "    return None\n" : Text(row, "canonical_solution")), Text(row, "test"), ("entry_point", Text(row, "entry_point"))),
        grade => Passed(grade) == empty ? $"expected {(empty ? "no pass" : "a pass")}" : null));

    /// <summary>MBPP's own solutions pass all of their tests.</summary>
    public static IEnumerable<CodeCase> Mbpp(string folder) => Lines(folder, "mbpp.jsonl").Select(row => new CodeCase(
        row.GetProperty("task_id").GetRawText(),
        Row(Text(row, "code"), new JsonArray([.. Items(row, "test_list").Concat(Items(row, "challenge_test_list")).Select(test => JsonValue.Create(test.GetString()))]), ("setup", Text(row, "test_setup_code"))),
        grade => Passed(grade) ? null : "expected a pass"));

    /// <summary>Right and wrong solutions of stdin problems, labelled test by test.</summary>
    public static IEnumerable<CodeCase> Labelled(string folder)
    {
        Dictionary<string, JsonElement> problems = Lines(folder, "stdin_problems.jsonl").ToDictionary(row => Text(row, "id"));
        return Lines(folder, "stdin_labelled_solutions.jsonl").Select(row =>
        {
            JsonElement problem = problems[Text(row, "problem")];
            JsonObject graded = Row(Text(row, "code"), Tests(problem), ("compare", Text(problem, "compare")), ("limits", new JsonObject { ["wall_s"] = problem.GetProperty("time_limit_s").GetDouble() }));
            return new CodeCase(Text(row, "id"), graded, grade => Expected(grade, row.GetProperty("expected_pass")));
        });
    }

    /// <summary>Other projects' cases that ask for no policy of theirs.</summary>
    public static IEnumerable<CodeCase> ThirdParty(string folder) =>
        from row in Lines(folder, "third_party_exec_cases.jsonl")
        where Text(row, "kind") is "assert" or "stdin" or "response:codeforces" && !Items(row, "policy").Any()
        let limits = row.GetProperty("timeout_s").ValueKind == JsonValueKind.Number ? new JsonObject { ["wall_s"] = row.GetProperty("timeout_s").GetDouble() } : null
        select new CodeCase(Text(row, "id"), Row(Text(row, "code"), Tests(row), ("limits", limits)), grade => Expected(grade, row.GetProperty("expected")));

    /// <summary>Hostile programs.</summary>
    /// <param name="folder">Folder of the file.</param>
    /// <param name="canary">A file that they are told of.</param>
    /// <param name="port">A port on the loopback that they are told of.</param>
    public static IEnumerable<CodeCase> Hostile(string folder, string canary, int port) => Lines(folder, "hostile_cases.jsonl").Select(row =>
    {
        string code = Text(row, "code").Replace("{{CANARY_DIR}}", Path.GetDirectoryName(canary), StringComparison.Ordinal).Replace("{{CANARY_FILE}}", canary, StringComparison.Ordinal)
            .Replace("{{LOOPBACK_PORT}}", $"{port}", StringComparison.Ordinal);
        return new CodeCase($"{Text(row, "id")} {Text(row, "variant")}", Row(code, Tests(row.GetProperty("task")), ("limits", JsonNode.Parse(row.GetProperty("limits").GetRawText()))), grade => Verdict(grade, row.GetProperty("expect")));
    });

    private static bool Passed(JsonObject grade) => grade["outcome"]!.GetValue<string>() == "passed";

    private static string? Expected(JsonObject grade, JsonElement expected)
    {
        double rate = grade["passed"]!.GetValue<int>() / (double)grade["total"]!.GetValue<int>();
        bool agrees = expected.ValueKind switch
        {
            JsonValueKind.Array => expected.EnumerateArray().Select(value => value.GetBoolean()).SequenceEqual(Outcomes(grade).Select(word => word == "passed")),
            JsonValueKind.Number => Math.Abs(rate - expected.GetDouble()) < 1e-6,
            _ => expected.GetBoolean() == (rate == 1),
        };
        return agrees ? null : $"expected {expected.GetRawText()}";
    }

    private static string? Verdict(JsonObject grade, JsonElement expect)
    {
        string[] accepted = [.. Items(expect, "verdicts").Select(word => Word(word.GetString()!))];
        JsonElement reward = expect.GetProperty("reward");
        if (reward.ValueKind == JsonValueKind.Number && Passed(grade) != (reward.GetDouble() == 1)) return $"expected a reward of {reward}";
        if (Outcomes(grade).Count() != grade["total"]!.GetValue<int>()) return "a test has no verdict";

        // Each test is an attack of its own; where the whole may not pass, one that by chance gives the right answer may.
        return Outcomes(grade).FirstOrDefault(word => !accepted.Contains(word) && (word != "passed" || Passed(grade))) is { } other ? $"{other}, accepted {string.Join(", ", accepted)}" : null;
    }

    private static string Word(string verdict) => verdict switch
    {
        "accepted" => "passed",
        "wrong_answer" => "failed",
        "runtime_error" => "runtime-error",
        "compile_error" => "compile-error",
        "memory_limit" => "memory",
        "output_limit" => "output-limit",
        "security" => "violation",
        _ => verdict,
    };

    private static IEnumerable<string> Outcomes(JsonObject grade) => grade["tests"]!.AsArray().Select(test => test!["outcome"]!.GetValue<string>());

    private static JsonObject Row(string code, JsonNode tests, params (string Name, JsonNode? Value)[] more)
    {
        var row = new JsonObject { ["id"] = 1, ["language"] = "python", ["completion"] = code, ["tests"] = tests };
        foreach ((string name, JsonNode? value) in more) row[name] = value;
        return row;
    }

    private static JsonArray Tests(JsonElement row) => new([.. Items(row, "tests").Select(test => test.ValueKind == JsonValueKind.String ? JsonValue.Create(test.GetString()) : (JsonNode)new JsonObject { ["stdin"] = Text(test, "input"), ["stdout"] = Text(test, "output") })]);

    private static IEnumerable<JsonElement> Items(JsonElement row, string field) => row.GetProperty(field).EnumerateArray();

    private static string Text(JsonElement row, string field) => row.GetProperty(field).GetString()!;

    private static IEnumerable<JsonElement> Lines(string folder, string file)
    {
        foreach (string line in File.ReadLines(Path.Combine(folder, file)))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            yield return document.RootElement.Clone();
        }
    }
}
