# Values that cross between the two processes: one JSON text a line, plain values by value. What is left, each side packs in a way of its own.
import builtins
import json

TYPES = {name: kind for name, kind in vars(builtins).items() if isinstance(kind, type) and not name.startswith("_")}
TYPES["NoneType"] = type(None)


def pack(v, other):
    t = type(v)
    if v is None or t is bool or t is str:
        return v
    if t is int:
        return v if v.bit_length() <= 62 else {"i": hex(v)}
    if t is float:
        return {"f": v.hex()}
    if t is complex:
        return {"c": [v.real.hex(), v.imag.hex()]}
    if t is bytes:
        return {"b": v.hex()}
    if t is list:
        return [pack(x, other) for x in v]
    if t is tuple:
        return {"t": [pack(x, other) for x in v]}
    if t is set:
        return {"s": [pack(x, other) for x in v]}
    if t is frozenset:
        return {"z": [pack(x, other) for x in v]}
    if isinstance(v, dict):
        return {"d": [[pack(k, other), pack(x, other)] for k, x in dict.items(v)]}
    if t is type and TYPES.get(v.__name__) is v:
        return {"y": v.__name__}
    return other(v)


def unpack(m, other):
    if isinstance(m, list):
        return [unpack(x, other) for x in m]
    if not isinstance(m, dict):
        return m
    ((kind, x),) = m.items()
    if kind == "i":
        return int(x, 16)
    if kind == "f":
        return float.fromhex(x)
    if kind == "c":
        return complex(float.fromhex(x[0]), float.fromhex(x[1]))
    if kind == "b":
        return bytes.fromhex(x)
    if kind == "t":
        return tuple(unpack(y, other) for y in x)
    if kind == "s":
        return set(unpack(y, other) for y in x)
    if kind == "z":
        return frozenset(unpack(y, other) for y in x)
    if kind == "d":
        return {unpack(k, other): unpack(y, other) for k, y in x}
    if kind == "y":
        return TYPES[x]
    return other(kind, x)
