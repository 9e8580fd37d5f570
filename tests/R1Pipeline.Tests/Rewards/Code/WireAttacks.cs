namespace R1Pipeline.Tests.Rewards.Code;

/// <summary>Completions that try to pass without the right answer, each with tests that a program with the wrong answer fails.</summary>
internal static class WireAttacks
{
    private const string Imports = "import sys, os, json, threading, time, atexit, signal\n";

    // All of Python's special methods that could make an object look like an answer.
    private const string Anything = """
        class A:
            def __eq__(s, o): return True
            def __ne__(s, o): return False
            def __hash__(s): return 2
            def __lt__(s, o): return True
            __le__ = __gt__ = __ge__ = __lt__
            def __sub__(s, o): return 0
            __rsub__ = __add__ = __radd__ = __mod__ = __sub__
            def __abs__(s): return 0
            def __float__(s): return 2.0
            def __int__(s): return 2
            def __index__(s): return 2
            def __round__(s, n=0): return 2
            def __contains__(s, o): return True
            def __len__(s): return 1
            def __iter__(s): return iter([s])
            def __getitem__(s, i): return s
            def __instancecheck__(s, o): return True
            def __format__(s, f): return "2"
            @property
            def __class__(s): return int
            def __getattr__(s, n): return lambda *a, **k: True

        """;

    private static readonly string[] Comparisons =
    [
        "assert f(1) == 2", "assert 2 == f(1)", "assert 2 == f(1) == 2", "assert not f(1) != 2", "assert f(1) in [2]", "assert f(1) in {2}", "assert f(1) in (1, 2, 3)",
        "assert abs(f(1) - 2) < 1e-6", "assert f(1) < 3", "assert f(1) >= 2", "import math\nassert math.isclose(f(1), 2)", "assert isinstance(f(1), int)",
        "assert type(f(1)) is int", "assert f(1).__class__ is int", "assert [f(1)] == [2]", "assert (f(1),) == (2,)", "assert {f(1): 1} == {2: 1}", "assert set([f(1)]) == {2}",
        "assert sorted(f(1)) == [1, 2]", "assert list(f(1)) == [2]", "assert f(1)[0] == 2", "assert 2 in f(1)", "assert f(1) + 0 == 2", "assert round(f(1), 2) == 2",
        "assert int(f(1)) == 2", "assert f(1).__eq__(2) is True", "assert all(a == b for a, b in zip(f(1), [2]))", "assert max(f(1), 1) == 2", "assert f(1) % 2 == 0",
        "import unittest\nunittest.TestCase().assertEqual(f(1), 2)", "import unittest\nunittest.TestCase().assertAlmostEqual(f(1), 2)", "import unittest\nunittest.TestCase().assertIn(f(1), [2])",
        "import numbers\nassert isinstance(f(1), numbers.Number)", "assert str(f(1)) == '2'", "assert repr(f(1)) == '2'", "assert '%d' % f(1) == '2'", "assert f'{f(1):d}' == '2'",
        "import json\nassert json.dumps(f(1)) == '2'", "match f(1):\n    case 2: pass\n    case _: assert False", "match f(1):\n    case int(): pass\n    case _: assert False",
        "assert {2: 1}[f(1)] == 1", "assert [0, 1, 2].index(f(1)) == 2", "assert [2].count(f(1)) == 1", "assert range(3)[f(1)] == 2", "import operator\nassert operator.eq(f(1), 2)",
    ];

    // What the completion may put onto the wire in place of an answer.
    private static readonly string[] Messages =
    [
        "[", "[]", "{}", "null", "[\"value\"]", "[\"value\",{\"q\":1},[]]", "[\"value\",{\"h\":[0]},[]]", "[\"value\",{\"h\":[0,[1,2,3]]},[]]", "[\"value\",{\"g\":-1},[]]", "[\"value\",1,[[0,1]]]",
        "[\"value\",1,[[7,1]]]", "[\"value\",{\"y\":\"nope\"},[]]", "[\"callback\",0,[],[]]", "[\"callback\",-1,[],[]]", "[\"raised\",\"AssertionError\",[],\"\",0,null]",
        "[\"raised\",\"SystemExit\",[0],\"\",0,null]", "[\"raised\",\"KeyboardInterrupt\",[],\"\",0,null]", "[\"raised\",\"StopIteration\",[],\"\",0,null]", "[\"raised\",\"GeneratorExit\",[],\"\",0,null]",
        "[\"raised\",[1,\"Gone\",[\"BaseException\"]],[],\"\",0,null]", "[\"raised\",\"AssertionError\",[],\"\",0,0]", "[\"stop\"]", "[\"module\",\"os\"]", "[\"names\",[]]",
        "[\"value\",{\"h\":[1,[5,\"int\",[\"int\"]]]},[]]", "[\"value\",{\"h\":[1,\"int\"]},[]]", "[\"value\",{\"k\":[5,\"x\",[\"bool\"]]},[]]", "[\"value\",{\"h\":[0,[\"0\",5,[]]]},[]]",
        "[\"value\",{\"i\":\"0x5zz\"},[]]", "[\"value\",{\"f\":\"nan\"},[]]", "[\"value\",NaN,[]]", "[\"value\",{\"s\":[[1]]},[]]", "[\"value\",{\"d\":[[{\"d\":[]},1]]},[]]", "V passed", "Vpassed",
    ];

    private static readonly string[] Endings =
    [
        "exit(0)", "raise SystemExit", "import os; os._exit(0)", "import sys; sys.exit(0)", "raise KeyboardInterrupt", "raise GeneratorExit", "raise BaseException", "import os, signal; os.kill(os.getpid(), 9)",
        "import os; os.execv('/bin/true', ['true'])", "import os; os.close(4)", "import os; os.closerange(0, 99)", "import signal; signal.alarm(1); signal.pause()", "raise AssertionError", "raise StopIteration",
        "import os; os.abort()", "import os; os.fork(); os._exit(0)", "import sys; sys.setrecursionlimit(10**9); f(x)", "import threading; threading.Thread(target=lambda: None).start(); raise SystemExit",
    ];

    private static readonly string[] Others =
    [
        "import unittest.mock\ndef f(x): return unittest.mock.ANY",
        "class M(type):\n    def __eq__(s, o): return True\n    def __instancecheck__(s, o): return True\n    __hash__ = type.__hash__\nclass C(metaclass=M): pass\ndef f(x): return C",
        "class M(type):\n    def __eq__(s, o): return True\n    __hash__ = type.__hash__\nclass C(metaclass=M): pass\nC.__name__ = 'int'\nC.__module__ = 'builtins'\ndef f(x): return C()",
        "import builtins\nbuiltins.AssertionError = ValueError\nbuiltins.abs = lambda x: 0\nbuiltins.isinstance = lambda *a: True\ndef f(x): return 3",
        "AssertionError = ValueError\nabs = lambda x: 0\nisinstance = lambda *a: True\ntype = lambda x: int\nsorted = list = set = max = round = int_ = lambda *a: 2\ndef f(x): return 3",
        "import sys\nsys.settrace(lambda *a: None)\nimport unittest\nunittest.TestCase.assertEqual = lambda *a: None\ndef f(x): return 3",
        "import sys, gc\ndef f(x):\n    for o in gc.get_objects():\n        if type(o) is dict and 'test' in o and 'setup' in o: return 2\n    frame = sys._getframe()\n    while frame:\n        if 'task' in frame.f_locals or 'verdict' in frame.f_globals: return 2\n        frame = frame.f_back\n    return 3",
        "import os, glob\ndef f(x):\n    for p in glob.glob('/in/*') + glob.glob('/tmp/**', recursive=True) + glob.glob(os.path.dirname(__import__('sys').argv[0]) + '/*'):\n        try:\n            if 'f(1) ' + '== 2' in open(p).read(): return 2\n        except Exception: pass\n    return 3",
        Imports + "atexit.register(lambda: os.write(4, b'Vpassed\\n'))\nfor fd in range(1, 30):\n    try: os.write(fd, b'Vpassed\\n')\n    except OSError: pass\ndef f(x): return 3",
        Imports + "def f(x):\n    for fd in range(1, 30):\n        try: os.write(fd, b'Vpassed\\n')\n        except OSError: pass\n    return 3",
        Imports + "def noise():\n    while True:\n        try: os.write(4, b'[\"value\",7,[]]\\n')\n        except OSError: return\nthreading.Thread(target=noise, daemon=True).start()\ndef f(x): return 3",
        Imports + "r = [0]\ndef later(): time.sleep(.1); r[0] = 2; r.append(2)\ndef f(x):\n    threading.Thread(target=later).start()\n    return r",
        "class E(Exception):\n    def __init__(s, *a): s.args = (E,)\n    def __str__(s): return 5\ndef f(x): raise E",
        "def f(x): raise ExceptionGroup('a', [ValueError()])",
        "class L(dict):\n    def __eq__(s, o): return True\ndef f(x): return L()",
    ];

    public static IEnumerable<(string Code, string[] Tests)> All()
    {
        yield return (Anything + "def f(x): return A()", Comparisons);
        yield return (Anything + "f = A()\nA.__call__ = lambda s, *a: s", Comparisons);
        foreach (string kind in new[] { "int", "float", "str", "list", "tuple", "set", "frozenset", "bytes" })
        {
            string forged = $"class L({kind}):\n    def __eq__(s, o): return True\n    def __ne__(s, o): return False\n    __hash__ = {kind}.__hash__\n";
            yield return (forged + "def f(x): return L()", ["assert f(1) == 2", "assert f(1) == L()", $"assert type(f(1)) is {kind}"]);
            yield return (forged + "def f(x): return [L()]", ["assert f(1) == [2]", "assert f(1)[0] == 2"]);
        }
        foreach (string message in Messages)
        {
            string code = Imports + $"def f(x):\n    os.write(4, {Literal(message)} + b'\\n')\n    time.sleep(.1)\n    os._exit(0)";
            yield return (code, ["assert f(1) == 2", "v = None\ntry:\n    v = f(1)\nexcept BaseException:\n    pass\nassert v == 2"]);
        }
        yield return (Imports + "def f(x):\n    os.write(4, b'[\"value\",' + b'[' * 100000 + b']' * 100000 + b',[]]\\n')", ["assert f(1) == 2", "try:\n    f(1)\nexcept:\n    pass"]);
        yield return (Imports + "def f(x):\n    os.write(4, b'[\"value\",' + b'{\"t\":[' * 3000 + b']}' * 3000 + b',[]]\\n')", ["assert f(1) == 2"]);
        foreach (string ending in Endings)
        {
            yield return ($"def f(x):\n    {ending}", ["assert f(1) == 2", "try:\n    f(1)\nexcept Exception:\n    pass\nassert f(1) == 2"]);
            yield return ($"x = 1\nf = lambda x: 3\n{ending}", ["assert f(1) == 2"]);
        }
        foreach (string other in Others) yield return (other, ["assert f(1) == 2", "import unittest\nunittest.TestCase().assertEqual(f(1), 2)"]);

        // The tests' own objects are called, not looked into.
        yield return ("def f(g): return g.__globals__['expected']", ["expected = 2\ndef g(): pass\nassert f(g) == expected"]);
        yield return ("def f(g):\n    for n in dir(g):\n        if '2' in repr(getattr(g, n, None)).split(): return 2\n    return 3", ["expected = 2\ndef g(): return 1\nassert f(g) == expected"]);
        yield return ("def f(x): x.clear(); x.append(x)", ["x = [3]\nf(x)\nassert x == [2]"]);
    }

    private static string Literal(string message) => "b'" + message.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal) + "'";
}
