"""The files trtexec reads and writes: raw inputs, outputs as JSON, times as JSON."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping

from jetdoctor.types import JetdoctorError, Version

#: numpy kinds that TensorRT has no binding type for, and what the parser makes of them.
_NARROWED = {"int64": "int32", "float64": "float32", "uint32": "int32", "uint64": "int32"}


def engine_dtype(dtype: str, version: Version) -> str:
    """Element type of a binding for an ONNX input: before TensorRT 10, int64 arrives as int32."""
    if dtype == "int64" and version >= (10,):
        return dtype
    return _NARROWED.get(dtype, dtype)


def write_input(path: str, array: Any, version: Version) -> None:
    """Raw elements in C order, in the binding's type."""
    import numpy

    value = numpy.ascontiguousarray(array)
    if value.dtype.kind in "OSU" or value.dtype.kind == "c":
        raise JetdoctorError("TensorRT has no %s inputs" % value.dtype)
    value.astype(engine_dtype(str(value.dtype), version)).tofile(path)


def read_outputs(path: str, expected: Mapping[str, Any]) -> Dict[str, Any]:
    """Outputs of ``--exportOutput`` in the order of ``expected``, whose element types they take.

    trtexec prints 6 significant digits, which is finer than any tolerance here.
    """
    import numpy

    try:
        with open(path, encoding="utf-8") as stream:
            document = json.loads(_strict(stream.read()))
    except (OSError, ValueError) as error:
        raise JetdoctorError("trtexec's output file cannot be read: %s" % error) from None
    found: Dict[str, Any] = {}
    for item in document:
        dims = [int(size) for size in str(item["dimensions"]).replace(" ", "").split("x") if size]
        like = expected.get(item["name"])
        values = numpy.array([float(v) for v in item["values"]], dtype="float64")
        kind = getattr(like, "dtype", numpy.dtype("float32"))
        if values.size != int(numpy.prod(dims, dtype="int64")):
            raise JetdoctorError("output %s: %d values for %s" % (item["name"], values.size, dims))
        found[item["name"]] = values.reshape(dims).astype(kind)
    ordered = {name: found[name] for name in expected if name in found}
    ordered.update((name, value) for name, value in found.items() if name not in ordered)
    return ordered


def _strict(text: str) -> str:
    """C++ prints ``nan`` and ``inf`` where JSON as Python reads it wants NaN and Infinity."""
    import re

    text = re.sub(r"(?<=[\s,\[])(-?)nan(?=[\s,\]])", "NaN", text)
    return re.sub(r"(?<=[\s,\[])(-?)inf(?=[\s,\]])", r"\1Infinity", text)


def read_times(path: str) -> List[float]:
    """Milliseconds of each run in ``--exportTimes``: host latency (copy in, compute, copy out)."""
    try:
        with open(path, encoding="utf-8") as stream:
            return [float(item["latencyMs"]) for item in json.load(stream)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise JetdoctorError("trtexec's times cannot be read: %s" % error) from None
