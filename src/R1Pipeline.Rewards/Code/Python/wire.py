# Values that cross between the two processes: one JSON text a line, plain values by value, everything else as a handle.
import json


def pack(v, keep):
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
        return [pack(x, keep) for x in v]
    if t is tuple:
        return {"t": [pack(x, keep) for x in v]}
    if t is set:
        return {"s": [pack(x, keep) for x in v]}
    if t is frozenset:
        return {"z": [pack(x, keep) for x in v]}
    if isinstance(v, dict):
        return {"d": [[pack(k, keep), pack(x, keep)] for k, x in dict.items(v)]}
    return {"h": keep(v)}


def unpack(m, handle):
    if isinstance(m, list):
        return [unpack(x, handle) for x in m]
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
        return tuple(unpack(y, handle) for y in x)
    if kind == "s":
        return set(unpack(y, handle) for y in x)
    if kind == "z":
        return frozenset(unpack(y, handle) for y in x)
    if kind == "d":
        return {unpack(k, handle): unpack(y, handle) for k, y in x}
    if kind == "h":
        return handle(x)
    raise ValueError("unknown kind of value")
