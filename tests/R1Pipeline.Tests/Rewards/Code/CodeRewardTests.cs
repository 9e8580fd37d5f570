using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Cli.Benchmarks;
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

    // The default run takes every so many of them; R1_LONG_TESTS=1, or r1 bench code, all.
    [Theory]
    [InlineData("humaneval", 16)]
    [InlineData("humaneval-empty", 16)]
    [InlineData("mbpp", 120)]
    [InlineData("labelled", 5)]
    [InlineData("third-party", 1)]
    public void Grade_SharedCases_Agree(string cases, int every)
    {
        using CodeGrader grader = SandboxNeeded.Grader();
        string folder = SharedFiles.Path("data/code");
        IEnumerable<CodeCase> all = cases switch
        {
            "humaneval" => CodeCases.HumanEval(folder, empty: false),
            "humaneval-empty" => CodeCases.HumanEval(folder, empty: true),
            "mbpp" => CodeCases.Mbpp(folder),
            "labelled" => CodeCases.Labelled(folder),
            _ => CodeCases.ThirdParty(folder),
        };
        var wrong = new List<string>();
        foreach (CodeCase one in all.Where((_, index) => SandboxNeeded.Long || index % every == 0))
        {
            JsonObject grade = CodeRows.Grade(JsonSerializer.SerializeToElement(one.Row), grader);
            if (one.Complaint(grade) is { } complaint) wrong.Add($"{one.Id}: {complaint}; {grade.ToJsonString()}");
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
