# The process that runs the model's code. Nothing of the tests but the arguments of their calls ever comes here.
import os
import sys
import types

requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
os.dup2(2, 1)
kept = []


def keep(v):
    kept.append(v)
    return len(kept) - 1


def send(message):
    replies.write(json.dumps(message) + "\n")
    replies.flush()


def perform(m):
    target = kept[m["o"]]
    op = m["op"]
    if op == "call":
        return target(*unpack(m["a"], kept.__getitem__), **{k: unpack(v, kept.__getitem__) for k, v in m["k"]})
    if op == "attr":
        return getattr(target, m["n"])
    if op == "item":
        return target[unpack(m["i"], kept.__getitem__)]
    if op == "len":
        return len(target)
    if op == "iter":
        kept.append(iter(target))
        return kept[-1]
    if op == "str":
        return str(target)
    raise ValueError(op)


def serve(path):
    module = types.ModuleType("solution")
    sys.modules["solution"] = module
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        exec(compile(text, "solution.py", "exec"), module.__dict__)
        names = {}
        for name, value in list(module.__dict__.items()):
            if not name.startswith("__"):
                names[name] = {"m": value.__name__} if type(value) is types.ModuleType else pack(value, keep)
        first = {"names": names}
    except SystemExit:
        os._exit(1)
    except BaseException as error:
        kind = "compile-error" if isinstance(error, SyntaxError) else "memory" if isinstance(error, MemoryError) else "runtime-error"
        first = {"broken": kind}
    send(first)
    for line in requests:
        m = json.loads(line)
        try:
            if m["op"] == "next":
                try:
                    reply = {"v": pack(next(kept[m["o"]]), keep)}
                except StopIteration:
                    reply = {"stop": 1}
            else:
                reply = {"v": pack(perform(m), keep)}
        except SystemExit:
            os._exit(1)
        except BaseException as error:
            kind = next((c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins"), "Exception")
            try:
                text = str(error)
            except BaseException:
                text = ""
            reply = {"e": [kind, text[:2000]]}
        send(reply)


serve(sys.argv[1])
