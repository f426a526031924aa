"""In the child: how large the inputs of quantized operators get on calibration data, as TensorRT's calibrators see it.

"minmax" takes the largest magnitude. "entropy" cuts rare large values off: of all thresholds it takes the one whose
128 levels keep most of the distribution, by Kullback-Leibler divergence (S. Migacz, 8-bit Inference with TensorRT,
GTC 2017). Both are symmetric and per tensor; weights are not calibrated.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping, Sequence

from jetdoctor.verify import marking
from jetdoctor.verify.onnxruntime import run_session, session
from jetdoctor.verify.twin import QUANTIZED

_BINS, _LEVELS = 2048, 128
_STEP = 16  # bins between two thresholds that are tried


def limits(proto: Any, view: Any, feeds: Iterable[Mapping[str, Any]], calibrator: str, folder: str) -> Dict[str, float]:
    """Magnitude by tensor that 127 stands for."""
    names = quantized_inputs(proto, view)
    computed = set(marking.tensors(proto))
    marked = marking.mark(proto, [name for name in names if name in computed])
    opened = session(marking.save(marked, folder, "activations.onnx")) if marked.graph.output else None
    largest: Dict[str, float] = {}
    for name, array in _values(opened, feeds, names):
        largest[name] = max(largest.get(name, 0.0), _largest(array))
    if calibrator == "minmax":
        return largest
    counts = {name: _zeros() for name in largest}
    for name, array in _values(opened, feeds, names):
        counts[name] += _histogram(array, largest[name])
    return {name: entropy_limit(counts[name], largest[name]) for name in largest}


def quantized_inputs(proto: Any, view: Any) -> List[str]:
    """FP32 activations that an INT8 engine quantizes, each once."""
    found = [name for node in proto.graph.node if node.op_type in QUANTIZED for name in node.input[:2]]
    values = {name: view.main.value(name) for name in dict.fromkeys(found)}
    return [name for name, value in values.items() if value.initializer is None and value.dtype == "FLOAT"]


def _values(opened: Any, feeds: Iterable[Mapping[str, Any]], names: Sequence[str]) -> Iterable[Any]:
    """(tensor, array) over all calibration data, one set in memory at a time."""
    for one in feeds:
        for name, array in dict(one, **(run_session(opened, one) if opened else {})).items():
            if name in names and array.size:
                yield name, array


def _largest(array: Any) -> float:
    import numpy

    finite = numpy.abs(array[numpy.isfinite(array)])
    return float(finite.max()) if finite.size else 0.0


def _zeros() -> Any:
    import numpy

    return numpy.zeros(_BINS)


def _histogram(array: Any, largest: float) -> Any:
    import numpy

    top = largest or 1.0
    return numpy.histogram(numpy.abs(array), bins=_BINS, range=(0.0, top))[0]


def entropy_limit(counts: Any, largest: float) -> float:
    """Threshold with the least divergence; ``counts`` are magnitudes in equal bins from 0 to ``largest``.

    The first bin counts no more than the second: zeros are exact in INT8, and a ReLU makes very many.
    """
    import numpy

    counts = numpy.array(counts, dtype=numpy.float64)
    counts[0] = min(counts[0], counts[1])
    if not counts.any():
        return largest
    stops = range(_LEVELS, len(counts) + 1, _STEP)
    best = min(stops, key=lambda stop: (_divergence(counts, stop), stop))
    return largest * best / len(counts)


def _divergence(counts: Any, stop: int) -> float:
    """Of the distribution clipped at a bin, from itself in 128 levels."""
    import numpy

    inside = counts[:stop]
    clipped = inside.copy()
    clipped[-1] += counts[stop:].sum()
    level = numpy.arange(stop) * _LEVELS // stop
    sums = numpy.bincount(level, inside, _LEVELS)
    filled = numpy.maximum(numpy.bincount(level, inside > 0, _LEVELS), 1)
    spread = numpy.where(inside > 0, (sums / filled)[level], 0.0)
    if not spread.any():
        return float("inf")
    p, q = clipped / clipped.sum(), numpy.maximum(spread / spread.sum(), 1e-12)
    some = p > 0
    return float((p[some] * numpy.log(p[some] / q[some])).sum())
