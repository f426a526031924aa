"""Inputs to compare with: seeded random values within each input's range, edge cases, two sizes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, Mapping, Optional, Sequence, Tuple

from jetdoctor.types import JetdoctorError, UsageError
from jetdoctor.verify.dims import data_inputs, open_dims, resolve
from jetdoctor.verify.ranges import Range, range_of

CASES = ("random", "zeros", "ones", "negative", "large")
EXTREME = ("negative", "large")

#: Magnitude of the "large" case: far from 1, and its square still fits the type.
_LARGE = {"FLOAT16": 200.0, "BFLOAT16": 1e4, "FLOAT": 1e4, "DOUBLE": 1e4}


@dataclass(frozen=True)
class Case:
    """One set of inputs to make: what ``feeds`` takes."""

    name: str
    case: str = "random"
    seed: int = 0
    dims: Mapping[str, int] = field(default_factory=dict)

    def feeds(self, model: Any, shapes: Optional[Mapping[str, Sequence[int]]] = None) -> Dict[str, Any]:
        """The arrays of this case for ``model``."""
        return feeds(model, self.seed, self.case, self.dims, shapes)


def is_extreme(run: str) -> bool:
    """Whether a generated set of inputs, by its name, lies outside of what the input is for (an image below 0)."""
    return run.split(",")[0] in EXTREME


def cases(model: Any, seed: int = 0, count: int = 2) -> Iterator[Case]:
    """``count`` random sets, the edge cases, then every open dim at its other size alone and together."""
    for index in range(count):
        yield Case("random %d" % (seed + index), seed=seed + index)
    for name in CASES[1:]:
        yield Case(name, name, seed)
    other = {dim: two[1] for dim, two in open_dims(model).items()}
    for dim, size in other.items():
        yield Case("%s = %d" % (dim, size), seed=seed, dims={dim: size})
    if len(other) > 1:
        sizes = ", ".join("%s = %d" % pair for pair in other.items())
        yield Case(sizes, seed=seed, dims=other)


def feeds(
    model: Any,
    seed: int = 0,
    case: str = "random",
    dims: Optional[Mapping[str, int]] = None,
    shapes: Optional[Mapping[str, Sequence[int]]] = None,
) -> Dict[str, Any]:
    """Arrays by input name for a ``graph.Model``; the same arguments give the same arrays.

    ``case`` is one of ``CASES``; ids, masks and inputs that steer an operator keep to their range in
    every case. ``dims`` sizes open dims by symbol (or ``"input:axis"``), ``shapes`` whole inputs.
    Raises ``UsageError`` for unknown names and ``JetdoctorError`` for an input type that nothing can fill.
    """
    if case not in CASES:
        raise UsageError("no input case %r; there are %s" % (case, ", ".join(CASES)))
    resolved = resolve(model, dims, shapes)
    return {v.name: _value(v, resolved.get(v.name), seed, case) for v in data_inputs(model)}


def _value(value: Any, shape: Optional[Tuple[int, ...]], seed: int, case: str) -> Any:
    # Seeded by name: an input keeps its values when others are added or reordered.
    random = _random(seed, value.name)
    if value.kind == "tensor":
        return _array(random, value.dtype or "FLOAT", shape or (), range_of(value), case)
    proto = value.graph.types.get(value.name)
    if value.kind == "optional":
        if not any(node.op_type == "OptionalGetElement" for node in value.consumers):
            return None
        proto = proto.optional_type.elem_type
        if proto.HasField("tensor_type"):
            return _array(random, *_tensor(proto.tensor_type), Range("free"), case)
    if value.kind in ("sequence", "optional"):
        dtype, dims = _element(value, proto)
        return [_array(random, dtype, dims, Range("free"), case) for _ in range(2)]
    raise JetdoctorError("input %r is a %s: no values can be made for it" % (value.name, value.kind))


def _random(seed: int, name: str) -> Any:
    import numpy

    return numpy.random.RandomState((seed * 1000003 + zlib.crc32(name.encode("utf-8", "replace"))) % 2**32)


def _element(value: Any, proto: Any) -> Tuple[str, Tuple[int, ...]]:
    """Element type and shape of a sequence of tensors; an open dim counts 2."""
    inside = proto.sequence_type.elem_type
    if inside.WhichOneof("value") != "tensor_type":
        raise JetdoctorError("input %r is not a sequence of tensors: no values can be made" % value.name)
    return _tensor(inside.tensor_type)


def _tensor(tensor: Any) -> Tuple[str, Tuple[int, ...]]:
    from jetdoctor.graph import DTYPE_NAMES

    dims = tuple(d.dim_value if d.WhichOneof("value") == "dim_value" else 2 for d in tensor.shape.dim)
    return DTYPE_NAMES.get(tensor.elem_type, "FLOAT"), dims


def _array(random: Any, dtype: str, shape: Tuple[int, ...], limits: Range, case: str) -> Any:
    import numpy

    if dtype == "STRING":
        if limits.kind == "number":
            return numpy.array([str(i) for i in random.randint(-99, 100, shape).ravel()], object).reshape(shape)
        return numpy.array(["s%d" % i for i in random.randint(0, 100, shape).ravel()], object).reshape(shape)
    target = numpy_type(dtype)
    if limits.fixed is not None:
        return _clip(limits.fixed(shape), target).astype(target)
    if numpy.dtype(target).kind == "c":
        return (random.randn(*shape) + 1j * random.randn(*shape)).astype(target)
    floating = dtype.startswith(("FLOAT", "BFLOAT", "DOUBLE"))
    values = _floats(random, dtype, shape, case) if floating else _integers(random, dtype, shape, case)
    if limits.kind == "image" and case == "random":
        values = random.uniform(0, 1, shape)
    elif limits.kind in ("ids", "mask"):
        values = _within(random, values, limits, case)
    elif limits.kind == "chosen" and case in ("random", "large"):
        values = _chosen(random, values, limits.options)
    return _clip(numpy.asarray(values), target).astype(target)


def _floats(random: Any, dtype: str, shape: Tuple[int, ...], case: str) -> Any:
    import numpy

    drawn = random.standard_normal(shape)
    return {
        "random": drawn,
        "zeros": numpy.zeros(shape),
        "ones": numpy.ones(shape),
        "negative": -numpy.abs(drawn),
        "large": drawn * _LARGE.get(dtype, 10.0),
    }[case]


def _integers(random: Any, dtype: str, shape: Tuple[int, ...], case: str) -> Any:
    import numpy

    unsigned = dtype.startswith("U") or dtype == "BOOL"
    narrow = dtype in ("INT8", "UINT8")
    top = 1 if dtype == "BOOL" else 127 if dtype == "INT8" else 255 if dtype == "UINT8" else 10
    if case in ("zeros", "ones"):
        return numpy.full(shape, int(case == "ones"))
    if case == "negative":
        return -random.randint(1, top + 1, shape) if not unsigned else numpy.zeros(shape, int)
    if case == "large":
        return random.randint(0, top + 1, shape) * (1 if narrow or dtype == "BOOL" else 100)
    return random.randint(0 if unsigned else -top, top + 1, shape)


def _within(random: Any, values: Any, limits: Range, case: str) -> Any:
    """Ids and masks: edge values where the range has them, else drawn from the whole range."""
    import numpy

    low, high = limits.low or 0, limits.high if limits.high is not None else 1
    if case == "large":
        return numpy.full(numpy.shape(values), high)
    if case == "random":
        return random.randint(low, high + 1, numpy.shape(values))
    return numpy.clip(values, low, high)


def _chosen(random: Any, values: Any, options: Tuple[int, ...]) -> Any:
    """One of the numbers that the model asks for; of several elements half keep their own."""
    import numpy

    drawn = random.choice(numpy.array(options), numpy.shape(values))
    return numpy.where(random.rand(*numpy.shape(values)) < 0.5, values, drawn) if numpy.size(values) > 1 else drawn


def _clip(values: Any, target: Any) -> Any:
    import numpy

    if numpy.dtype(target).kind not in "iu":
        return values
    info = numpy.iinfo(target)
    # numpy makes a scalar of a clipped rank-0 array, which ONNX Runtime does not take.
    return numpy.asarray(numpy.clip(values, info.min, info.max))


def numpy_type(dtype: str) -> Any:
    """numpy type of an ONNX element type; types that numpy lacks come from ml_dtypes, with onnx."""
    import numpy
    from onnx import helper

    from jetdoctor.graph import DTYPE_NUMBERS

    if dtype == "BFLOAT16" or dtype.startswith(("FLOAT8", "FLOAT4", "INT4", "UINT4", "INT2", "UINT2")):
        import ml_dtypes

        names = {"BFLOAT16": "bfloat16", "FLOAT4E2M1": "float4_e2m1fn"}
        name = names.get(dtype, dtype.lower().replace("float8e", "float8_e"))
        if not hasattr(ml_dtypes, name):
            raise JetdoctorError("this ml_dtypes has no %s: no input of that type can be made" % name)
        return numpy.dtype(getattr(ml_dtypes, name))
    return helper.tensor_dtype_to_np_dtype(DTYPE_NUMBERS[dtype])
