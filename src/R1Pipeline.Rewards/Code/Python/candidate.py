# The process that runs the model's code. Nothing of the tests but the arguments of their calls ever comes here, and only values leave.
#
# It answers one line by one line: what it kept goes out as {"h": [number, class]}, a class as {"k": class}; a class is [number, name, [classes]] or, where
# it is Python's own, its name. Back come {"o": number} for those, {"g": number} for a callable of the tests, {"j": number} for an iterator, {"r": range}.
import copy
import os
import sys
import types

requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
os.dup2(2, 1)
kept, numbers = [], {}
module = types.ModuleType("solution")


def keep(v):
    if id(v) not in numbers:
        numbers[id(v)] = len(kept)
        kept.append(v)
    return numbers[id(v)]


def lineage(cls):
    return cls.__name__ if TYPES.get(cls.__name__) is cls else [keep(cls), cls.__name__, [lineage(base) for base in cls.__bases__]]


def write(v):
    return pack(v, other)


def other(v):
    if isinstance(v, Foreign):
        return {"g": v.number}
    return {"k": lineage(v)} if isinstance(v, type) else {"h": [keep(v), lineage(type(v))]}


def read(m):
    return unpack(m, foreign)


def foreign(kind, x):
    if kind == "o":
        return kept[x]
    if kind == "g":
        return Foreign(x)
    if kind == "j":
        return iterate(Foreign(x))
    if kind == "r":
        return range(*x)
    raise ValueError(kind)


class Foreign:
    """A callable of the tests. It runs there; they may call into this process again before they answer."""

    def __init__(self, number):
        self.number = number

    def __call__(self, *a, **k):
        send(["callback", self.number, [write(x) for x in a], [[n, write(x)] for n, x in k.items()]])
        for line in requests:
            m = json.loads(line)
            if m[0] == "returned":
                return read(m[1])
            if m[0] == "threw":
                try:
                    error = TYPES[m[1]](*m[2])
                except TypeError:
                    error = Exception(*m[2])
                error.number_in_tests = m[3]
                raise error
            answer(m)
        os._exit(1)


def iterate(step):
    while True:
        more, value = step()
        if not more:
            return
        yield value


def send(message):
    text = json.dumps(message)
    replies.write(text + "\n")
    replies.flush()


def call(target, arguments, named):
    a, k = [read(x) for x in arguments], {n: read(x) for n, x in named}
    value = write(target(*a, **k))
    # What it changed in its arguments goes back too: they are the tests' own lists.
    before = [*enumerate(arguments), *named]
    after = [*enumerate(map(write, a)), *([n, write(k[n])] for n, _ in named)]
    return ["value", value, [[n, x] for (n, x), (_, old) in zip(after, before) if x != old]]


def perform(op, target, *rest):
    if op == "name":
        v = module.__dict__[target]
        if type(v) is types.ModuleType:
            return ["module", v.__name__]
        # A name for one of Python's own classes must be seen to be called.
        return ["value", {"h": [keep(v), "object"]} if isinstance(v, type) and type(lineage(v)) is str else write(v)]
    target = kept[target]
    if op == "call":
        return call(target, *rest)
    if op == "attr":
        return ["value", write(getattr(target, rest[0]))]
    if op == "set":
        return ["value", setattr(target, rest[0], read(rest[1]))]
    if op == "item":
        return ["value", write(target[read(rest[0])])]
    if op == "put":
        target[read(rest[0])] = read(rest[1])
        return ["value", None]
    if op == "del":
        del target[read(rest[0])]
        return ["value", None]
    if op == "next":
        try:
            return ["value", write(next(target))]
        except StopIteration:
            return ["stop"]
    simple = {"len": len, "iter": iter, "str": str, "repr": repr, "bool": bool, "copy": copy.copy, "deepcopy": copy.deepcopy}
    return ["value", write(simple[op](target))]


def failure(error):
    try:
        arguments = write(list(error.args))
    except BaseException:
        arguments = []
    try:
        text = str(error)[:2000]
    except BaseException:
        text = ""
    return ["raised", lineage(type(error)), arguments, text, keep(error), getattr(error, "number_in_tests", None)]


def answer(m):
    try:
        reply = perform(*m)
    except SystemExit:
        os._exit(1)
    except BaseException as error:
        reply = failure(error)
    send(reply)


def define(path):
    sys.modules["solution"] = module
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        exec(compile(text, "solution.py", "exec", dont_inherit=True), module.__dict__)
        return ["names", [name for name in module.__dict__ if type(name) is str and not name.startswith("__")]]
    except SystemExit:
        os._exit(1)
    except BaseException as error:
        return ["broken", "compile-error" if isinstance(error, SyntaxError) else "memory" if isinstance(error, MemoryError) else "runtime-error"]


send(define(sys.argv[1]))
for request in requests:
    answer(json.loads(request))
