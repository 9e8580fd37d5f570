using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Contracts.Stages;
using R1Pipeline.Rewards.Code;
using R1Pipeline.Rewards.Code.Calls;
using R1Pipeline.Rewards.Grading;

namespace R1Pipeline.Tests.Rewards.Code;

/// <summary>Tests of the form <c>{call, args, expected}</c> in the real sandbox: right programs pass, and nothing earns a pass but the right value.</summary>
public class CallTestsTests
{
    private const string Two = """[{"call":"two_sum","args":[[2,7,11],18],"expected":[1,2]},{"call":"two_sum","args":[[3,3],6],"expected":[0,1]}]""";

    [Theory]
    [InlineData("python", "def two_sum(a, t):\n    print('noise')\n    return next((i, j) for j in range(len(a)) for i in range(j) if a[i] + a[j] == t)")]
    [InlineData("javascript", "console.log('noise');\nconst two_sum = (a, t) => { for (let j = 0; j < a.length; j++) for (let i = 0; i < j; i++) if (a[i] + a[j] === t) return [i, j]; };")]
    [InlineData("cpp", "#include <bits/stdc++.h>\n#define int long long\nusing namespace std;\nvector<int> two_sum(vector<int>& a, const int& t) { cout << \"noise\"; for (int j = 0; j < (int)a.size(); j++) for (int i = 0; i < j; i++) if (a[i] + a[j] == t) return {i, j}; return {}; }\nsigned main() { return 0; }")]
    [InlineData("csharp", "int[] two_sum(int[] a, int t) { Console.WriteLine(\"noise\"); for (int j = 0; j < a.Length; j++) for (int i = 0; i < j; i++) if (a[i] + a[j] == t) return new[] { i, j }; return null; }\nConsole.WriteLine(1);")]
    public void Grade_RightFunction_Passes(string language, string code) => Assert.Equal(["passed", "passed"], Outcomes(Grade(language, code, Two)));

    [Theory]
    [InlineData("python", "class Solution:\n    def __init__(self): self.k = 2\n    def go(self, m, s, x, b): return {'m': {k: v * self.k for k, v in m.items()}, 's': s[::-1], 'x': x / 3, 'b': not b, 'n': None, 'big': 2 ** 70}")]
    [InlineData("javascript", "class Solution { constructor() { this.k = 2; }\n go(m, s, x, b) { return { m: new Map(Object.entries(m).map(([k, v]) => [k, v * this.k])), s: [...s].reverse().join(''), x: x / 3, b: !b, n: null, big: 2n ** 70n }; } }")]
    [InlineData("csharp", "public class Solution { int k = 2; static void Main() { }\n public object go(Dictionary<string, int> m, string s, double x, bool b) => new Dictionary<string, object> { [\"m\"] = m.ToDictionary(p => p.Key, p => p.Value * k), [\"s\"] = new string(s.Reverse().ToArray()), [\"x\"] = x / 3, [\"b\"] = !b, [\"n\"] = null, [\"big\"] = System.Numerics.BigInteger.Pow(2, 70) }; }")]
    public void Grade_MethodWithValuesOfAllKinds_Passes(string language, string code) => Assert.Equal(["passed", "failed"], Outcomes(Grade(language, code, """
        [{"call":"Solution.go","args":[{"a":1},"xyé",1,true],"expected":{"s":"éyx","m":{"a":2},"x":0.3333333333333333,"b":false,"n":null,"big":1180591620717411303424}},
         {"call":"Solution.go","args":[{"a":1},"xyé",1,true],"expected":{"s":"éyx","m":{"a":2},"x":0.3333333333333333,"b":false,"n":null,"big":1180591620717411303425}}]
        """)));

    [Fact]
    public void Grade_CppTypes_FollowTheFunction() => Assert.Equal(["passed", "passed", "passed", "passed"], Outcomes(Grade("cpp", "#include <bits/stdc++.h>\nusing namespace std;\nmap<int, vector<string>> f(map<int, vector<string>> m, optional<char> c, unordered_set<int> s) { if (c) m[s.size()].push_back(string(1, *c)); return m; }\nstruct S { pair<float, set<int>> g(const vector<int>& v) const { return {0.1f, {v.begin(), v.end()}}; } static bool h(unsigned x) { return x & 1; } };", """
        [{"call":"f","args":[{"7":["é\n"]},"z",[1,2,2]],"expected":{"2":["z"],"7":["é\n"]}},{"call":"f","args":[{},null,[]],"expected":{}},
         {"call":"S.g","args":[[3,1,3]],"expected":[0.1,[1,3]]},{"call":"S.h","args":[3],"expected":true}]
        """)));

    [Theory]
    [InlineData("python", "import os\ndef f(x): os._exit(0)", "runtime-error")]
    [InlineData("python", "import sys\ndef f(x): sys.exit(0)", "runtime-error")]
    [InlineData("python", "class A(int):\n    def __eq__(s, o): return True\ndef f(x): return A(7)", "runtime-error")]
    [InlineData("python", "import json\njson.dumps = lambda v: '4'\ndef f(x): return 7\nprint('r1-result:4')", "failed")]
    [InlineData("python", "def f(x):\n  while True: pass", "timeout")]
    [InlineData("python", "def f(x): return bytearray(10**10)", "memory")]
    [InlineData("python", "def f(x): return float('nan')", "failed")]
    [InlineData("python", "def f(x): return (", "compile-error")]
    [InlineData("python", "import os\ndef f(x):\n  while True:\n    try: os.fork()\n    except OSError: pass", "timeout")]
    [InlineData("javascript", "function f(x) { process.exit(0); }", "runtime-error")]
    [InlineData("javascript", "function f(x) { return { valueOf() { return 4; }, toString() { return '4'; }, toJSON() { return 4; } }; }", "runtime-error")]
    [InlineData("javascript", "function f(x) { console.log('r1-result:4'); return 7; }", "failed")]
    [InlineData("javascript", "function f(x) { }", "runtime-error")]
    [InlineData("javascript", "function f(x) { return NaN; }", "failed")]
    [InlineData("javascript", "function f(x) { for (;;); }", "timeout")]
    [InlineData("cpp", "#include <cstdlib>\nint f(int x) { std::exit(0); }", "runtime-error")]
    [InlineData("cpp", "struct A { int x; bool operator==(int) const { return true; } };\nA f(int x) { return {7}; }", "compile-error")]
    [InlineData("cpp", "#include <cstdio>\nint f(int x) { std::puts(\"\\nr1-result:4\"); return 7; }", "failed")]
    [InlineData("cpp", "int f(int x) { for (volatile int i = 0;;) i = i + 1; }", "timeout")]
    [InlineData("cpp", "int g(int x) { return 4; }", "compile-error")]
    [InlineData("csharp", "class P { static int f(int x) { Environment.Exit(0); return 4; } }", "runtime-error")]
    [InlineData("csharp", "class A { public override bool Equals(object o) => true; public override int GetHashCode() => 0; public override string ToString() => \"4\"; }\nclass P { static A f(int x) => new A(); }", "runtime-error")]
    [InlineData("csharp", "class P { static int f(int x) { while (true) { } } }", "timeout")]
    [InlineData("csharp", "class P { static int f(int x) { Console.WriteLine(\"r1-result:4\"); return 7; } }", "failed")]
    public void Grade_HostileFunction_EarnsNothing(string language, string code, string expected) =>
        Assert.Equal([expected], Outcomes(Grade(language, code, """[{"call":"f","args":[3],"expected":4}]""", expected == "timeout" ? 1 : 10)));

    [Theory]
    [InlineData("1", "1.0", 0, true)]
    [InlineData("1", "true", 0, false)]
    [InlineData("null", "0", 0, false)]
    [InlineData("\"1\"", "1", 0, false)]
    [InlineData("0", "-0", 0, true)]
    [InlineData("12345678901234567890", "12345678901234567891", 0, false)]
    [InlineData("1e3", "1000", 0, true)]
    [InlineData("0.3", "0.30000000000000004", 0, false)]
    [InlineData("0.3", "0.30000000000000004", 1e-9, true)]
    [InlineData("[1,2]", "[2,1]", 0, false)]
    [InlineData("{\"a\":1,\"b\":[]}", "{\"b\":[],\"a\":1}", 0, true)]
    [InlineData("{\"a\":1}", "{\"a\":1,\"b\":2}", 0, false)]
    [InlineData("{\"a\":1,\"b\":2}", "{\"a\":1,\"a\":1}", 0, false)]
    public void Same_Values_AsDocumented(string expected, string actual, double epsilon, bool same) =>
        Assert.Equal(same, CallComparison.Same(JsonDocument.Parse(expected).RootElement, JsonDocument.Parse(actual).RootElement, epsilon));

    [Theory]
    [InlineData("""{"id":1,"language":"cpp","completion":"x","tests":[{"args":[],"expected":1}]}""", "entry_point")]
    [InlineData("""{"id":1,"language":"cpp","completion":"x","tests":[{"call":"f);evil(","args":[],"expected":1}]}""", "CLASS.METHOD")]
    [InlineData("""{"id":1,"language":"cpp","completion":"x","tests":[{"call":"f","expected":1}]}""", "args")]
    [InlineData("""{"id":1,"language":"python","completion":"x","setup":"import x","tests":[{"call":"f","args":[],"expected":1}]}""", "setup")]
    [InlineData("""{"id":1,"language":"python","completion":"x","compare":"exact-line","tests":[{"call":"f","args":[],"expected":1}]}""", "float:EPS")]
    [InlineData("""{"id":1,"language":"python","completion":"x","tests":[{"call":"f","args":[],"expected":1},"assert 1"]}""", "one kind")]
    [InlineData("""{"id":1,"language":"javascript","completion":"x","tests":[{"call":"f","args":[9007199254740993],"expected":1}]}""", "2^53")]
    public void Read_BadRow_SaysWhatIsWrong(string row, string names)
    {
        using JsonDocument document = JsonDocument.Parse(row);
        StageFailedException error = Assert.Throws<StageFailedException>(() => CodeRows.Read(document.RootElement));
        Assert.Contains(names, error.Message, StringComparison.Ordinal);
    }

    private static JsonObject Grade(string language, string code, string tests, double wallSeconds = 10)
    {
        using CodeGrader grader = SandboxNeeded.Grader();
        if (Toolchain.Find(language, out string remedy) is null) Assert.Skip($"no {language}: {remedy}");
        var row = new JsonObject { ["id"] = 1, ["language"] = language, ["completion"] = code, ["tests"] = JsonNode.Parse(tests), ["limits"] = new JsonObject { ["wall_s"] = wallSeconds } };
        return CodeRows.Grade(JsonSerializer.SerializeToElement(row), grader);
    }

    private static string[] Outcomes(JsonObject grade) => [.. grade["tests"]!.AsArray().Select(test => test!["outcome"]!.GetValue<string>())];
}
