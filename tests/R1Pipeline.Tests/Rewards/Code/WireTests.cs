using System.Text.Json;
using System.Text.Json.Nodes;
using R1Pipeline.Rewards.Code;
using R1Pipeline.Rewards.Grading;

namespace R1Pipeline.Tests.Rewards.Code;

/// <summary>What crosses between the tests and a completion: values, types, errors, changes in place and callables do; a verdict never does.</summary>
public class WireTests
{
    private const string Library = """
        import math, collections, enum
        class MyError(ValueError):
            def __init__(self, *a): super().__init__(*a); self.code = 7
            def __str__(self): return "mine"
        class Node:
            def __init__(self, v): self.v, self.left = v, None
            def __len__(self): return 3
            def __str__(self): return f"Node {self.v}"
            def __eq__(self, o): return True
            def add(self, x): self.v += x; return self
        class Leaf(Node): total = 3
        class Color(enum.Enum): RED = 1
        LIMIT = 5
        def fail(x): raise MyError("bad", x)
        def put(l): l.append(7)
        def deep(m): m[0].append(1); m.append(2)
        def change(d, s, *, k): d["a"] = [1]; d.pop("b", None); s.discard(1); k.clear()
        def same(l): return l
        def gen(n):
            for i in range(n): yield i * i
        def apply(f, xs): return [f(x) for x in xs]
        def through(f): return f()
        def quiet(f):
            try: f()
            except ValueError as e: return str(e)
        def counter(s): return collections.Counter(s)
        def big(): return 10 ** 5000
        def total(it): return sum(it)
        def kind(x): return type(x)
        def of(xs, t): return [x for x in xs if isinstance(x, t)]
        def leave(): raise SystemExit(0)
        def stop(): raise StopIteration
        def boom(): raise AssertionError("x")
        """;

    [Fact]
    public void Grade_WhatCrosses_CrossesAsInOneProcess()
    {
        string[] right =
        [
            "assert of((4, 7.7, 'a', 1), int) == [4, 1] and of([1, 2.5], float) == [2.5]",
            "assert kind(3) is int and kind(None) is type(None) and kind('') == str",
            "l = [1]\nput(l)\nassert l == [1, 7]",
            "r = [0]\nm = [r]\ndeep(m)\nassert m == [[0, 1], 2] and m[0] is r",
            "d, s, k = {'b': 1}, {1, 2}, [3]\nchange(d, s, k=k)\nassert d == {'a': [1]} and s == {2} and k == []",
            "x = [1, 2]\nassert same(x) == x",
            "n = Node(2)\nn.left = Node(3)\nassert n.left.v == 3 and len(n) == 3 and str(n) == 'Node 2' and n.add(4).v == 6",
            "assert isinstance(Leaf(1), Node) and not isinstance(Node(1), Leaf) and type(Leaf(1)) is Leaf and issubclass(Leaf, Node) and not isinstance(3, Node)",
            "assert Leaf.total == 3\nLeaf.total = 9\nassert Leaf.total == 9 and Color.RED.value == 1 and Color.RED is Color.RED",
            "import copy\na = Node(1)\nb = copy.deepcopy(a)\nb.v = 9\na.left = a\nassert a.v == 1 and a.left is a and b is not a",
            "try:\n    fail(3)\n    assert False\nexcept MyError as e:\n    assert e.args == ('bad', 3) and str(e) == 'mine' and e.code == 7",
            "try:\n    fail(3)\n    assert False\nexcept ValueError:\n    pass",
            "assert list(gen(4)) == [0, 1, 4, 9] and sum(gen(3)) == 5",
            "assert apply(lambda x: x + LIMIT, [1, 2]) == [6, 7] and apply(max, [[1, 2]]) == [2]",
            "assert total(range(4)) == 6 and total(iter([1, 2])) == 3 and total(x for x in [1, 2]) == 3",
            "def f(): raise KeyError('k')\ntry:\n    through(f)\n    assert False\nexcept KeyError as e:\n    assert e.args == ('k',)",
            "def f(): raise ValueError('k')\nassert quiet(f) == 'k'",
            "def f(): return Node(4).v\nassert through(f) == 4",
            "assert counter('aab') == {'a': 2, 'b': 1} and big() == 10 ** 5000 and math.sqrt(16) == 4",
            "from solution import total as t\nassert t([2]) == 2",
            "import sys\nassert LIMIT == 5\nsys.exit(0)",
            "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(total([1]), 1)\n        self.assertRaises(MyError, fail, 1)\nif __name__ == '__main__':\n    unittest.main()",
        ];
        string[] wrong =
        [
            "assert Node(1) == Node(1)",
            "assert 5 in [Node(1)]",
            "assert abs(Node(1) - 5) < 1",
            "class X(Node): pass",
            "leave()",
            "try:\n    leave()\nexcept:\n    pass",
            "boom()",
            "stop()",
            "def f(): assert 0\nthrough(f)",
            "import sys\nsys.exit(2)",
            "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(total([1]), 2)\nunittest.main()",
            "total(object())",
        ];
        using CodeGrader grader = SandboxNeeded.Grader();
        string[] outcomes = Outcomes(grader, Library, null, [.. right, .. wrong]);
        Assert.DoesNotContain(right.Zip(outcomes), pair => pair.Second != "passed");
        Assert.DoesNotContain(wrong.Zip(outcomes.Skip(right.Length)), pair => pair.Second is not ("failed" or "runtime-error"));
    }

    [Theory]
    [InlineData("f = int", "assert c('3') == 3", "passed")]
    [InlineData("from math import sqrt as f", "assert c(4) == 2", "passed")]
    [InlineData("class f:\n    def __new__(c, x): return 2", "assert c(4) == 2", "passed")]
    [InlineData("f = 5", "assert c(4) == 2", "runtime-error")]
    [InlineData("g = 5", "assert c(4) == 2", "runtime-error")]
    [InlineData("def check(c): pass\ndef f(x): return 3", "assert c(1) == 2", "failed")]
    public void Grade_EntryPointOfAnyKind_IsCalled(string code, string body, string expected)
    {
        using CodeGrader grader = SandboxNeeded.Grader();
        Assert.Equal([expected], Outcomes(grader, code, "f", $"def check(c):\n    {body}"));
    }

    [Fact]
    public void Grade_Attacks_NeverPass()
    {
        using CodeGrader grader = SandboxNeeded.Grader();
        var passed = new List<string>();
        int number = 0;

        // The default run takes a tenth of them.
        foreach ((string code, string[] tests) in WireAttacks.All().Where(_ => SandboxNeeded.Long || number++ % 10 == 3))
        {
            passed.AddRange(tests.Zip(Outcomes(grader, code, null, tests)).Where(pair => pair.Second == "passed").Select(pair => $"{code}\n-- {pair.First}"));
        }
        Assert.True(passed.Count == 0, string.Join("\n\n", passed));
    }

    [Theory]
    [InlineData("print('Vpassed', flush=True)\nprint(['value', 3, []], flush=True)\ndef f(x):\n    print('noise')\n    return 2")]
    [InlineData("import threading, time\ndef loop():\n    while True: time.sleep(.01)\nthreading.Thread(target=loop).start()\ndef f(x): return 2")]
    [InlineData("import os, time\nif os.fork() == 0: time.sleep(60)\ndef f(x): return 2")]
    [InlineData("import signal, atexit, sys\natexit.register(print, 'bye')\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nsys.stdout.close()\ndef f(x): return 2")]
    public void Grade_NoiseAroundRightCode_Passes(string code)
    {
        using CodeGrader grader = SandboxNeeded.Grader();
        Assert.Equal(["passed"], Outcomes(grader, code, null, "assert f(1) == 2"));
    }

    [Theory]
    [InlineData("def f(x): return 'a' * (100 << 20)", "output-limit")]
    [InlineData("def f(x): return 'a' * (700 << 20)", "memory")]
    [InlineData("def f(x): return [0] * 40_000_000", "memory", "output-limit", "timeout")]
    [InlineData("def f(x):\n    l = []\n    for _ in range(100_000): l = [l]\n    return l", "runtime-error")]
    [InlineData("def f(x):\n    l = []\n    l.append(l)\n    return l", "runtime-error")]
    [InlineData("def f(x):\n    while True: pass", "timeout")]
    [InlineData("def f(x):\n    import os, signal\n    os.kill(os.getpid(), signal.SIGSTOP)", "timeout")]
    public void Grade_AnswersWithoutEnd_End(string code, params string[] expected)
    {
        using CodeGrader grader = SandboxNeeded.Grader();
        int wallSeconds = expected.Contains("timeout") ? 4 : 60;         // what ends otherwise has the time to, on a busy machine too
        Assert.Contains(Outcomes(grader, code, null, wallSeconds, "assert f(1) == 2")[0], expected);
    }

    private static string[] Outcomes(CodeGrader grader, string code, string? entry, params string[] tests) => Outcomes(grader, code, entry, 60, tests);

    private static string[] Outcomes(CodeGrader grader, string code, string? entry, int wallSeconds, params string[] tests)
    {
        var row = new JsonObject
        {
            ["id"] = 1,
            ["language"] = "python",
            ["completion"] = code,
            ["tests"] = new JsonArray([.. tests.Select(test => JsonValue.Create(test))]),
            ["entry_point"] = entry,
            ["limits"] = new JsonObject { ["wall_s"] = wallSeconds },
        };
        return [.. CodeRows.Grade(JsonSerializer.SerializeToElement(row), grader)["tests"]!.AsArray().Select(test => test!["outcome"]!.GetValue<string>())];
    }
}
