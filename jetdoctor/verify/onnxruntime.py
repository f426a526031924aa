"""ONNX Runtime in this process: the reference that everything else is compared with.

Graph optimization is off by default, so that the model is computed as it is written.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, Dict, Mapping, Optional, Sequence, Union

from jetdoctor.child.workplace import folder
from jetdoctor.types import JetdoctorError

Source = Union[str, bytes, Any]  # path, serialized model, or onnx.ModelProto

#: Element types that numpy lacks: (bytes per element, number in onnx.TensorProto.DataType).
_RAW = {
    "bfloat16": (2, 16),
    "float8_e4m3fn": (1, 17),
    "float8_e4m3fnuz": (1, 18),
    "float8_e5m2": (1, 19),
    "float8_e5m2fnuz": (1, 20),
}


class CannotRun(JetdoctorError):
    """ONNX Runtime is missing, or refuses the model or its inputs; the text says which."""


def session(model: Source, optimize: bool = False, providers: Optional[Sequence[str]] = None) -> Any:
    """An ``onnxruntime.InferenceSession``; raises ``CannotRun`` with ONNX Runtime's first line."""
    try:
        onnxruntime = _library()
    except ImportError:
        raise CannotRun("onnxruntime is not installed: python3 -m pip install onnxruntime") from None
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    if not optimize:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    available = onnxruntime.get_available_providers()
    for provider in providers or ():
        if provider not in available:
            raise CannotRun("this ONNX Runtime has no %s; it has %s" % (provider, ", ".join(available)))
    if not isinstance(model, (str, bytes)) and hasattr(model, "SerializeToString"):
        model = model.SerializeToString()
    try:
        return onnxruntime.InferenceSession(model, options, providers=list(providers or ["CPUExecutionProvider"]))
    except Exception as error:  # ONNX Runtime's own exception types differ between releases
        raise CannotRun("ONNX Runtime does not load the model: %s" % _first_line(error)) from error


def _library() -> Any:
    """The module. Importing 1.31 writes ``.ses`` into the temporary folder: one of ours, gone afterwards."""
    # Models and their owners are nobody else's business: read by the library when it is loaded, so set before.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    if "onnxruntime" in sys.modules:
        return importlib.import_module("onnxruntime")
    before = os.environ.get("TMPDIR")
    with folder() as place:
        os.environ["TMPDIR"] = place
        try:
            return importlib.import_module("onnxruntime")
        finally:
            os.environ.pop("TMPDIR")
            os.environ.update({"TMPDIR": before} if before is not None else {})


def run(
    model: Source,
    feeds: Mapping[str, Any],
    outputs: Optional[Sequence[str]] = None,
    optimize: bool = False,
    providers: Optional[Sequence[str]] = None,
) -> Dict[str, Any]:
    """Outputs by name, in the model's order, for one set of inputs.

    A tensor is an ndarray, a sequence a list, an absent optional None. Raises ``CannotRun``.
    """
    return run_session(session(model, optimize, providers), feeds, outputs)


def run_session(open_session: Any, feeds: Mapping[str, Any], outputs: Optional[Sequence[str]] = None) -> Dict[str, Any]:
    """Like ``run`` for a session that is already open."""
    names = list(outputs) if outputs is not None else [o.name for o in open_session.get_outputs()]
    types = {o.name: o.type for o in open_session.get_outputs()}
    types.update((i.name, i.type) for i in open_session.get_inputs())
    try:
        if any(_raw_type(types.get(name, "")) for name in names + list(feeds)):
            return _run_raw(open_session, feeds, names)
        return dict(zip(names, open_session.run(names, dict(feeds))))
    except CannotRun:
        raise
    except Exception as error:  # see session()
        raise CannotRun("ONNX Runtime does not run the model: %s" % _first_line(error)) from error


def _raw_type(spelling: str) -> Optional[str]:
    """ "bfloat16" of "tensor(bfloat16)" when numpy lacks the type."""
    inner = spelling[len("tensor(") : -1].replace("float8e", "float8_e")
    return inner if spelling.startswith("tensor(") and inner in _RAW else None


def _run_raw(open_session: Any, feeds: Mapping[str, Any], names: Sequence[str]) -> Dict[str, Any]:
    values = {name: _to_ort_value(array) for name, array in feeds.items()}
    results = open_session.run_with_ort_values(list(names), values)
    return {name: _from_ort_value(value) for name, value in zip(names, results)}


def _to_ort_value(array: Any) -> Any:
    import numpy
    import onnxruntime

    raw = _RAW.get(str(getattr(array, "dtype", "")))
    if raw is None:
        return onnxruntime.OrtValue.ortvalue_from_numpy(numpy.ascontiguousarray(array))
    if not hasattr(onnxruntime.OrtValue, "ortvalue_from_numpy_with_onnx_type"):
        raise CannotRun("onnxruntime %s cannot be fed %s; 1.20 can" % (onnxruntime.__version__, array.dtype))
    bits = numpy.ascontiguousarray(array).view(numpy.uint16 if raw[0] == 2 else numpy.uint8)
    return onnxruntime.OrtValue.ortvalue_from_numpy_with_onnx_type(bits, raw[1])


def _from_ort_value(value: Any) -> Any:
    """ndarray of an OrtValue; types that numpy lacks are read from its memory through ml_dtypes."""
    kind = _raw_type(value.data_type())
    if kind is None:
        return value.numpy()
    import ctypes

    import ml_dtypes
    import numpy

    dtype, shape = numpy.dtype(getattr(ml_dtypes, kind)), tuple(value.shape())
    size = int(numpy.prod(shape, dtype=numpy.int64)) * dtype.itemsize
    data = ctypes.string_at(value.data_ptr(), size) if size else b""
    return numpy.frombuffer(data, dtype=dtype).reshape(shape).copy()


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:400] if lines else type(error).__name__
