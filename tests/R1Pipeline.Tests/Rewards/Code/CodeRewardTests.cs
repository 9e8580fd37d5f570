using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Rewards.Code;
using R1Pipeline.Rewards.Grading;
using R1Pipeline.Tests.Data;

namespace R1Pipeline.Tests.Rewards.Code;

/// <summary>Programs and their tests in the real sandbox.</summary>
public class CodeRewardTests
{
    [Theory]
    [InlineData("cpp", "#include <iostream>\nint main(){long long a,b;std::cin>>a>>b;std::cout<<a+b;}")]
    [InlineData("javascript", "const [a,b]=require('fs').readFileSync(0,'utf8').split(/\\s+/).map(Number);console.log(a+b)")]
    [InlineData("csharp", "var p=Console.ReadLine()!.Split().Select(long.Parse).ToArray();Console.WriteLine(p[0]+p[1]);")]
    [InlineData("python", "print(sum(map(int,input().split())))")]
    public void Grade_EachLanguage_ByItsStreams(string language, string code)
    {
        using CodeGrader grader = SandboxNeeded.Grader();
        if (Toolchain.Find(language, out string remedy) is null) Assert.Skip($"no {language}: {remedy}");
        JsonObject grade = Grade(grader, new JsonObject { ["language"] = language, ["completion"] = $"Here:\n```\n{code}\n```", ["tests"] = new JsonArray(Stream("2 3\n", "5\n"), Stream("2 3\n", "6\n")) });
        Assert.Equal("failed", grade["outcome"]!.GetValue<string>());
        Assert.Equal(["passed", "failed"], Outcomes(grade));
    }

    [Theory]
    [InlineData("abs = lambda x: 0\ndef f(x): return 7", "assert abs(f(2) - 2) < 1e-6", "failed")]
    [InlineData("import unittest.mock\nf = unittest.mock.ANY", "assert f == 3", "failed")]
    [InlineData("class math: isclose = staticmethod(lambda *a, **k: True)\ndef f(x): return 7", "import math\nassert math.isclose(f(2), 2)", "failed")]
    [InlineData("def f(x): raise StopIteration", "assert all(map(lambda x: f(x) == x, [1, 2]))", "runtime-error")]
    [InlineData("class A(AssertionError): pass\ndef f(x): raise A", "assert f(1) == 1", "runtime-error")]
    [InlineData("import os\ndef f(x): os._exit(0)", "assert f(1) == 1", "runtime-error")]
    [InlineData("class L(list):\n    def __eq__(s, o): return True\ndef f(x): return L()", "assert f(1) == [1]", "failed")]
    [InlineData("def sum(a, b): return a - b", "assert sum(5, 3) == 2", "passed")]
    [InlineData("class S:\n    def __init__(s, v): s.v = v\n    def get(s): return {s.v: (1, 2.5, None, {3})}", "s = S(4)\nassert s.get() == {4: (1, 2.5, None, {3})} and s.v == 4", "passed")]
    [InlineData("from collections import Counter, OrderedDict\ndef f(x): return Counter(x)", "assert f('aab') == {'a': 2, 'b': 1}", "passed")]
    [InlineData("def f(x): raise ValueError('no')", "try:\n    f(1)\n    assert False\nexcept ValueError as e:\n    assert str(e) == 'no'", "passed")]
    [InlineData("def f(n):\n    for i in range(n): yield i", "assert list(f(3)) == [0, 1, 2]", "passed")]
    [InlineData("def f(x):\n  return (", "assert f(1) == 1", "compile-error")]
    [InlineData("def f(x): return x", "import time\ntime.sleep(60)", "timeout")]
    public void Grade_AssertTests_SeeValuesOnly(string code, string test, string expected)
    {
        using CodeGrader grader = SandboxNeeded.Grader();
        JsonObject grade = Grade(grader, new JsonObject { ["language"] = "python", ["completion"] = code, ["tests"] = new JsonArray(test), ["limits"] = new JsonObject { ["wall_s"] = 2 } });
        Assert.Equal(expected, grade["outcome"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("def check(f):\n    assert f(1) == 1", "passed")]
    [InlineData("def check(f):\n    assert True", "failed")]
    public void Grade_ProgramThatNeverCallsTheCompletion_Fails(string program, string expected)
    {
        using CodeGrader grader = SandboxNeeded.Grader();
        JsonObject grade = Grade(grader, new JsonObject { ["language"] = "python", ["completion"] = "def f(x): return x", ["tests"] = program, ["entry_point"] = "f" });
        Assert.Equal(expected, grade["outcome"]!.GetValue<string>());
    }

    [Fact]
    public void Grade_HumanEval_ReferencesPassAndEmptyOnesDoNot()
    {
        using CodeGrader grader = SandboxNeeded.Grader();
        var wrong = new List<string>();
        int number = 0;
        foreach (JsonElement row in SharedFiles.JsonLines("data/code/humaneval.jsonl"))
        {
            if (!SandboxNeeded.Long && number++ % 16 != 0) continue;
            foreach (bool whole in new[] { true, false })
            {
                JsonObject grade = Grade(grader, new JsonObject
                {
                    ["language"] = "python",
                    ["completion"] = Text(row, "prompt") + (whole ? Text(row, "canonical_solution") : "    return\n"),
                    ["tests"] = Text(row, "test"),
                    ["entry_point"] = Text(row, "entry_point"),
                });
                if ((grade["outcome"]!.GetValue<string>() == "passed") != whole) wrong.Add($"{Text(row, "task_id")} {(whole ? "reference" : "empty")}: {grade.ToJsonString()}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Grade_Mbpp_ReferencesPass()
    {
        using CodeGrader grader = SandboxNeeded.Grader();
        var wrong = new List<string>();
        int number = 0;
        foreach (JsonElement row in SharedFiles.JsonLines("data/code/mbpp.jsonl"))
        {
            if (!SandboxNeeded.Long && number++ % 120 != 0) continue;
            JsonObject grade = Grade(grader, new JsonObject
            {
                ["language"] = "python",
                ["completion"] = Text(row, "code"),
                ["setup"] = Text(row, "test_setup_code"),
                ["tests"] = JsonNode.Parse(row.GetProperty("test_list").GetRawText()),
            });
            if (grade["outcome"]!.GetValue<string>() != "passed") wrong.Add($"{row.GetProperty("task_id")}: {grade.ToJsonString()}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Grade_LabelledSolutions_AgreeTestByTest()
    {
        using CodeGrader grader = SandboxNeeded.Grader();
        Dictionary<string, JsonElement> problems = SharedFiles.JsonLines("data/code/stdin_problems.jsonl").ToDictionary(row => Text(row, "id"));
        var wrong = new List<string>();
        int number = 0;
        foreach (JsonElement row in SharedFiles.JsonLines("data/code/stdin_labelled_solutions.jsonl"))
        {
            if (!SandboxNeeded.Long && number++ % 5 != 0) continue;
            JsonElement problem = problems[Text(row, "problem")];
            JsonObject grade = Grade(grader, new JsonObject
            {
                ["language"] = "python",
                ["completion"] = Text(row, "code"),
                ["compare"] = Text(problem, "compare"),
                ["tests"] = new JsonArray([.. problem.GetProperty("tests").EnumerateArray().Select(test => Stream(Text(test, "input"), Text(test, "output")))]),
                ["limits"] = new JsonObject { ["wall_s"] = problem.GetProperty("time_limit_s").GetDouble() },
            });
            bool[] expected = [.. row.GetProperty("expected_pass").EnumerateArray().Select(value => value.GetBoolean())];
            if (!expected.SequenceEqual(Outcomes(grade).Select(word => word == "passed"))) wrong.Add($"{Text(row, "id")} {Text(row, "label")}: {grade.ToJsonString()}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Grade_ThirdPartyCases_Agree()
    {
        using CodeGrader grader = SandboxNeeded.Grader();
        var wrong = new List<string>();
        foreach (JsonElement row in SharedFiles.JsonLines("data/code/third_party_exec_cases.jsonl"))
        {
            if (Text(row, "kind") is not ("assert" or "stdin" or "response:codeforces") || row.GetProperty("policy").GetArrayLength() > 0) continue;
            var tests = new JsonArray([.. row.GetProperty("tests").EnumerateArray().Select(test => test.ValueKind == JsonValueKind.String ? JsonValue.Create(test.GetString()) : (JsonNode)Stream(Text(test, "input"), Text(test, "output")))]);
            var task = new JsonObject { ["language"] = "python", ["completion"] = Text(row, "code"), ["tests"] = tests };
            if (row.GetProperty("timeout_s").ValueKind == JsonValueKind.Number) task["limits"] = new JsonObject { ["wall_s"] = row.GetProperty("timeout_s").GetDouble() };
            JsonObject grade = Grade(grader, task);
            JsonElement expected = row.GetProperty("expected");
            double rate = grade["passed"]!.GetValue<int>() / (double)grade["total"]!.GetValue<int>();
            bool agrees = expected.ValueKind switch
            {
                JsonValueKind.Array => expected.EnumerateArray().Select(value => value.GetBoolean()).SequenceEqual(Outcomes(grade).Select(word => word == "passed")),
                JsonValueKind.Number => Math.Abs(rate - expected.GetDouble()) < 1e-6,
                _ => expected.GetBoolean() == (rate == 1),
            };
            if (!agrees) wrong.Add($"{Text(row, "id")}: expected {expected.GetRawText()}, {grade.ToJsonString()}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Extract_SharedCases_Agree()
    {
        foreach (JsonElement row in SharedFiles.JsonLines("data/code/code_extraction.jsonl"))
        {
            Assert.Equal(row.GetProperty("expected_code").GetString(), CodeExtraction.Extract(Text(row, "response")));
        }
    }

    [Theory]
    [InlineData("""{"id":1,"completion":"x","tests":[]}""", "language")]
    [InlineData("""{"id":1,"language":"cobol","completion":"x","tests":[]}""", "cobol")]
    [InlineData("""{"id":1,"language":"cpp","completion":"x","tests":["assert 1"]}""", "assert")]
    [InlineData("""{"id":1,"language":"python","completion":"x","tests":[],"compare":"loose"}""", "loose")]
    [InlineData("""{"id":1,"language":"python","completion":"x","tests":[],"limits":{"wall_s":-1}}""", "wall_s")]
    public void Read_BadRow_SaysWhatIsWrong(string row, string names)
    {
        using JsonDocument document = JsonDocument.Parse(row);
        StageFailedException error = Assert.Throws<StageFailedException>(() => CodeRows.Read(document.RootElement));
        Assert.Contains(names, error.Message, StringComparison.Ordinal);
    }

    private static JsonObject Grade(CodeGrader grader, JsonObject row)
    {
        row["id"] = 1;
        return CodeRows.Grade(JsonSerializer.SerializeToElement(row), grader);
    }

    private static JsonObject Stream(string input, string output) => new() { ["stdin"] = input, ["stdout"] = output };

    private static string Text(JsonElement row, string field) => row.GetProperty(field).GetString()!;

    private static string[] Outcomes(JsonObject grade) => [.. grade["tests"]!.AsArray().Select(test => test!["outcome"]!.GetValue<string>())];
}
