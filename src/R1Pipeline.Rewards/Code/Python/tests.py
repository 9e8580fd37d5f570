# The trusted process: runs the tests; what the completion defines is reached through proxies only. Whatever comes over the wire is only ever a plain value, an
# object of one of the classes below or an error: it decides nothing. The protocol is described in candidate.py.
import importlib
import os
import re
import sys
import types

requests = os.fdopen(os.dup(1), "w", encoding="utf-8")
replies = os.fdopen(os.dup(0), "r", encoding="utf-8")
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
os.dup2(2, 1)
calls = 0
lost = False
classes, numbers, handles = {}, {}, {}
callables, thrown = [], []


class Gone(BaseException):
    """The completion's process ended, or said what is no answer."""


def give_up():
    # A test may catch everything; it has still not been answered.
    global lost
    lost = True
    raise Gone()


def verdict(word):
    requests.write("V" + ("gone" if lost else word) + "\n")
    requests.flush()
    os._exit(0)


def send(message):
    requests.write(json.dumps(message) + "\n")
    requests.flush()


def receive():
    line = "" if lost else replies.readline()
    if not line.endswith("\n"):
        give_up()
    try:
        message = json.loads(line)
        if type(message) is list and message and type(message[0]) is str:
            return message
    except (ValueError, RecursionError):
        pass
    give_up()


def understood(meaning, *parts):
    """What is said is not ours: if it means nothing, the completion's process is done for."""
    try:
        return meaning(*parts)
    except MemoryError:
        raise
    except Exception:
        give_up()


def exchange(op, target, *rest):
    """What is answered; meanwhile the completion may call what it was given."""
    send([op, target, *rest])
    while True:
        kind, *parts = receive()
        if kind == "callback":
            serve(*understood(read_callback, *parts))
        elif kind == "raised":
            raise understood(read_error, *parts)
        else:
            return kind, parts


def ask(op, target, *rest):
    kind, parts = exchange(op, target, *rest)
    if kind == "stop" and op == "next":
        raise StopIteration
    return understood(read, *parts) if kind == "value" else give_up()


def read(m):
    return unpack(m, of_completion)


def read_callback(number, arguments, named):
    return callables[number], [read(x) for x in arguments], {n: read(x) for n, x in named}


def read_error(kind, arguments, text, number, number_here):
    if number_here is not None:
        return thrown[number_here]
    cls = here(kind)
    # A StopIteration that left a call would silently shorten a test's own loop.
    if not issubclass(cls, Exception) or issubclass(cls, (StopIteration, StopAsyncIteration)):
        cls = RuntimeError
    try:
        error = cls(*read(arguments))
    except Exception:
        error = RuntimeError(text)
    error.of_the_completion = number, text
    return error


def of_completion(kind, x):
    if kind == "g":
        return callables[x]
    if kind == "k":
        return here(x)
    if kind != "h":
        raise ValueError(kind)
    number, lineage = x
    if number not in handles:
        cls = here(lineage)
        handles[number] = object.__new__(cls if isinstance(cls, GuestType) else Handle)
        object.__setattr__(handles[number], "__r1_number__", number)
    return handles[number]


def here(lineage):
    """A class of the completion as a class of ours with the same name and ancestors; errors can be caught by it, the rest is made and asked over there."""
    if isinstance(lineage, str):
        return TYPES[lineage]
    number, name, bases = lineage
    if number not in classes:
        parents = [here(base) for base in bases]
        errors = tuple(parent for parent in parents if issubclass(parent, Exception))
        if errors:
            cls = type(name, errors, {"__getattr__": error_attribute, "__str__": error_text})
        else:
            cls = type.__new__(GuestType, name, tuple(parent for parent in parents if isinstance(parent, GuestType)) or (Handle,), {"__slots__": ()})
        classes[number] = cls
        numbers[cls] = number
    return classes[number]


def error_attribute(error, name):
    if name.startswith("__") or name == "of_the_completion" or "of_the_completion" not in error.__dict__:
        raise AttributeError(name)
    return ask("attr", error.of_the_completion[0], name)


def error_text(error):
    return error.of_the_completion[1] if "of_the_completion" in error.__dict__ else Exception.__str__(error)


def give(v):
    return pack(v, ours)


def ours(v):
    if isinstance(v, Handle):
        return {"o": v.__r1_number__}
    if isinstance(v, type) and v in numbers:
        return {"o": numbers[v]}
    if type(v) is range:
        return {"r": [v.start, v.stop, v.step]}
    if isinstance(v, types.GeneratorType) or hasattr(type(v), "__next__"):
        return {"j": number_of(lambda: step(v))}
    if callable(v):
        return {"g": number_of(v)}
    raise TypeError("a %s of the test cannot be handed to the completion" % type(v).__name__)


def number_of(v):
    for number, known in enumerate(callables):
        if known is v:
            return number
    callables.append(v)
    return len(callables) - 1


def step(iterator):
    for value in iterator:
        return True, value
    return False, None


def serve(target, arguments, named):
    """The completion calls a callable of the tests. What that raises comes back as itself if the completion lets it through."""
    try:
        message = ["returned", give(target(*arguments, **named))]
    except Exception as error:
        thrown.append(error)
        kind = next(c for c in type(error).__mro__ if TYPES.get(c.__name__) is c)
        message = ["threw", kind.__name__, [str(x)[:2000] if type(x) is not int else x for x in error.args], len(thrown) - 1]
    send(message)


def call(target, arguments, named):
    global calls
    calls += 1
    kind, parts = exchange("call", target, [give(x) for x in arguments], [[n, give(x)] for n, x in named.items()])
    if kind != "value":
        give_up()
    value, changed = understood(read_result, *parts)
    for place, now in changed:
        refresh(understood((arguments if isinstance(place, int) else named).__getitem__, place), now)
    return value


def read_result(value, changed):
    return read(value), [(place, read(now)) for place, now in changed]


def refresh(before, now):
    """Carries what the completion changed into the tests' own list, set or dict and those within."""
    if type(before) is not type(now):
        return now
    if type(before) is list:
        before[:] = [refresh(*pair) for pair in zip(before, now)] + now[len(before):]
    elif type(before) is set:
        before.clear()
        before.update(now)
    elif type(before) is dict:
        now = {key: refresh(before[key], value) if key in before else value for key, value in now.items()}
        before.clear()
        before.update(now)
    elif type(before) is tuple and len(before) == len(now):
        for pair in zip(before, now):
            refresh(*pair)
    else:
        return now
    return before


class GuestType(type):
    """A class that the completion defined."""

    def __new__(cls, *_):
        raise TypeError("a test cannot extend a class of the completion")

    def __call__(cls, *a, **k):
        return call(numbers[cls], a, k)

    def __getattr__(cls, name):
        if name.startswith("__") or cls not in numbers:
            raise AttributeError(name)
        return ask("attr", numbers[cls], name)

    def __setattr__(cls, name, value):
        ask("set", numbers[cls], name, give(value))


class Handle:
    """An object of the completion. It can be looked into and called, but it computes with nothing and, whatever it says itself, equals nothing."""

    __slots__ = ("__r1_number__",)

    def __call__(self, *a, **k):
        return call(self.__r1_number__, a, k)

    def __getattr__(self, name):
        if name.startswith("__") and name not in ("__name__", "__doc__"):
            raise AttributeError(name)
        return self.__ask("attr", name)

    def __setattr__(self, name, value):
        self.__ask("set", name, give(value))

    def __getitem__(self, key):
        return self.__ask("item", give(key))

    def __setitem__(self, key, value):
        self.__ask("put", give(key), give(value))

    def __delitem__(self, key):
        self.__ask("del", give(key))

    def __len__(self):
        return self.__ask("len")

    def __bool__(self):
        return self.__ask("bool")

    def __iter__(self):
        return self.__ask("iter")

    def __next__(self):
        return self.__ask("next")

    def __str__(self):
        return self.__ask("str")

    def __repr__(self):
        return self.__ask("repr")

    def __copy__(self):
        return self.__ask("copy")

    def __deepcopy__(self, _):
        return self.__ask("deepcopy")

    def __eq__(self, other):
        return False

    def __ne__(self, other):
        return True

    __hash__ = object.__hash__

    def __ask(self, op, *rest):
        return ask(op, self.__r1_number__, *rest)


SAFE = {"math", "cmath", "re", "collections", "itertools", "functools", "heapq", "bisect", "string", "random", "datetime", "typing", "copy", "json",
        "operator", "decimal", "fractions", "statistics", "time", "sys", "os", "array", "numpy"}


def world(names, text, entry):
    """What the tests see. A name of Python's own is the completion's only where the tests ask it for nothing else."""
    words = set(re.findall(r"\w+", text))
    used = [name for name in names if name in words or name == entry]
    own = {name for name in used if name in vars(builtins) or name in SAFE}
    if not entry and len(own) == len(used):
        own = set()
    seen = {}
    for name in used:
        kind, parts = exchange("name", name)
        if kind == "module":
            try:
                if parts[0].partition(".")[0] in SAFE:
                    seen[name] = importlib.import_module(parts[0])
            except ImportError:
                pass
        elif name not in own or name == entry:
            seen[name] = understood(read, *parts)
    return seen


def main(path):
    with open(path, encoding="utf-8") as file:
        task = json.load(file)
    try:
        kind, answer = receive()
        if kind != "names":
            verdict(answer if answer in ("compile-error", "memory") else "runtime-error")
        seen = world(answer, task["setup"] + "\n" + task["test"], task["entry"])
        program("solution", seen)
        run(program("__main__", seen), task)
    except Gone:
        verdict("gone")
    except AssertionError as error:
        verdict("runtime-error" if hasattr(error, "of_the_completion") else "failed")
    except MemoryError:
        verdict("memory")
    except BaseException:
        verdict("runtime-error")
    # A program that looked at nothing has shown nothing.
    verdict("failed" if task["entry"] and not calls else "passed")


def program(name, seen):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__dict__.update(seen)
    return sys.modules[name].__dict__


def run(space, task):
    sys.argv[:] = ["tests"]
    try:
        exec(compile(task["setup"], "setup", "exec", dont_inherit=True), space)
        exec(compile(task["test"], "test", "exec", dont_inherit=True), space)
        if task["entry"] and callable(space.get("check")) and not isinstance(space["check"], (Handle, GuestType)):
            space["check"](space[task["entry"]])
    except SystemExit as end:
        # As unittest.main() ends. It is the tests' own: what the completion raises never is.
        if end.code:
            raise AssertionError(end.code) from None


main(sys.argv[1])
