"""Arithmetic and comparisons that newer opsets, or some releases of TensorRT, do not have."""

from __future__ import annotations

import math
from typing import Any, Tuple

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite

#: largest finite number of a type
_LARGEST = {"FLOAT": 3.4028234663852886e38, "DOUBLE": 1.7976931348623157e308, "FLOAT16": 65504.0}
_LARGEST["BFLOAT16"] = 3.3895313892515355e38
#: integer types that no runtime divides in, and the type that holds their values
_WIDER = {"INT8": "INT32", "UINT8": "INT32", "INT16": "INT32", "UINT16": "INT32", "UINT32": "INT64"}

#: largest exponent that is worth a product
_LARGEST_POWER = 8


def is_whole_power(exponent: Any) -> bool:
    """Whether an array of exponents holds small whole numbers, so that products can stand for powers."""
    small = exponent.size and exponent.min() >= 0 and exponent.max() <= _LARGEST_POWER
    return bool(small and (exponent % 1 == 0).all())


def whole_power(node: Node, build: Build) -> str:
    """Pow of integers by small constant exponents, as products: no way through floats, which round above 2^53.

    Different exponents: each power times a mask of where it is meant, and the sum of these.
    """
    exponent, dtype, x = build.array(node.input(1)), build.dtype(node.input(0)), node.inputs[0]
    if exponent is None or "INT" not in dtype or not is_whole_power(exponent):
        raise CannotRewrite("the exponents are not small whole constants, or the base is no integer")
    if exponent.ndim > build.rank(node.input(0)):
        raise CannotRewrite("the exponent adds an axis")
    meant = sorted({int(power) for power in exponent.reshape(-1)})
    powers = [x]
    while len(powers) < meant[-1]:
        powers.append(build.add("Mul", [powers[-1], x]))
    if len(meant) == 1 and meant[0]:
        return powers[-1]
    total = build.tensor(exponent == 0, dtype) if not meant[0] else ""
    for power in meant if meant[0] else meant[1:] or [1]:
        part = build.add("Mul", [powers[power - 1], build.tensor(exponent == power, dtype)])
        total = build.add("Add", [part, total]) if total else part
    return total


def integer_remainder(node: Node, build: Build) -> str:
    """Mod of integers: the sign follows the divisor, or with ``fmod`` the dividend (onnx Mod-10).

    Div of integers truncates, so that a remainder of the wrong sign is corrected by one divisor.
    """
    dtype = build.dtype(node.input(0))
    if "INT" not in dtype:
        raise CannotRewrite("Mod of %s" % dtype)
    wide = _WIDER.get(dtype, dtype)
    a, b = (name if wide == dtype else build.cast(name, wide) for name in node.inputs)
    rest = build.add("Sub", [a, build.add("Mul", [build.add("Div", [a, b]), b])])
    if not node.attr("fmod", 0) and not dtype.startswith("UINT"):
        rest = build.add("Where", [_signs_differ(build, rest, b, wide), build.add("Add", [rest, b]), rest])
    return str(rest if wide == dtype else build.cast(rest, dtype))


def _signs_differ(build: Build, left: str, right: str, dtype: str) -> str:
    """Whether one of two numbers is above zero and the other one below."""
    zero = build.scalar(0, dtype)
    pairs = [(left, right), (right, left)]
    sides = [
        build.add("And", [build.add("Less", [low, zero]), build.add("Greater", [high, zero])]) for low, high in pairs
    ]
    return str(build.add("Or", sides))


def floored_float_remainder(node: Node, build: Build) -> str:
    """Mod-28 of floats with fmod=0: fmod's remainder, moved by the divisor when the signs differ."""
    divisor, dtype = node.inputs[1], build.dtype(node.input(0))
    rest = build.add("Mod", list(node.inputs), fmod=1)
    moved = build.add("Add", [rest, divisor])
    return str(build.add("Where", [_signs_differ(build, rest, divisor, dtype), moved, rest]))


def float_remainder(node: Node, build: Build) -> str:
    """``x - y trunc(x/y)``, or floor without ``fmod``.

    Exact where the divisor is a power of two: the quotient is then, and so is the product. Otherwise the rounding of a
    quotient of more than 2^12 or so shows in the remainder.
    """
    x, y = node.inputs
    quotient = build.add("Div", [x, y])
    whole = build.add("Floor", [quotient])
    if node.attr("fmod", 0):
        below = build.add("Less", [quotient, build.scalar(0, build.dtype(node.input(0)))])
        whole = build.add("Where", [below, build.add("Ceil", [quotient]), whole])
    return str(build.add("Sub", [x, build.add("Mul", [whole, y])]))


def divide_exactly(divisors: Any) -> bool:
    """Whether every divisor (a numpy array, None when it is not known) is a power of two."""
    return divisors is not None and all(math.frexp(abs(float(n)))[0] == 0.5 for n in divisors.reshape(-1))


def round_half_to_even(node: Node, build: Build) -> str:
    """Floor, and one more where the rest is above a half, or a half behind an odd number (onnx Round-11)."""
    x, dtype = node.inputs[0], build.dtype(node.input(0))
    half, low = build.scalar(0.5, dtype), build.add("Floor", [x])
    rest = build.add("Sub", [x, low])
    pairs = build.add("Floor", [build.add("Mul", [low, half])])
    odd = build.add("Sub", [low, build.add("Add", [pairs, pairs])])
    above = build.add("Greater", [rest, half])
    tie = build.add("And", [build.add("Not", [build.add("Less", [rest, half])]), build.add("Greater", [odd, half])])
    return str(build.add("Add", [low, build.cast(build.add("Or", [above, tie]), dtype)]))


def is_infinite(node: Node, build: Build) -> str:
    """Only an infinity lies beyond the largest finite number (onnx IsInf-10)."""
    x, dtype = node.inputs[0], build.dtype(node.input(0))
    if dtype not in _LARGEST:
        raise CannotRewrite("infinities of %s" % dtype)
    up, down = (node.attr("detect_%s" % sign, 1) for sign in ("positive", "negative"))
    if not up and not down:
        return str(build.add("Less", [x, x]))  # false everywhere, for NaN too
    if down and not up:
        return str(build.add("Less", [x, build.scalar(-_LARGEST[dtype], dtype)]))
    size = build.add("Abs", [x]) if down else x
    return str(build.add("Greater", [size, build.scalar(_LARGEST[dtype], dtype)]))


def strict_or_equal(node: Node, build: Build) -> str:
    """GreaterOrEqual and LessOrEqual. Not the negation of the other one: a comparison with NaN is false."""
    build.needs(11)  # Equal of floats
    pair = list(node.inputs)
    strict = build.add(node.op_type[: -len("OrEqual")], pair)
    return str(build.add("Or", [strict, build.add("Equal", pair)]))


def clip_by_extremes(node: Node, build: Build) -> str:
    """Clip as Max and Min; an absent bound is left out, and the upper one wins (onnx Clip-12)."""
    dtype, found = build.dtype(node.input(0)), node.inputs[0]
    for index, op_type, attribute in ((1, "Max", "min"), (2, "Min", "max")):
        if node.present(index):
            found = build.add(op_type, [found, node.inputs[index]])
        elif node.has_attr(attribute):
            found = build.add(op_type, [found, build.scalar(node.attr(attribute), dtype)])
    return str(found)


def cast_like(node: Node, build: Build) -> str:
    """CastLike-15: a Cast to the type of the second input."""
    return build.cast(node.inputs[0], build.dtype(node.input(1)))


def extreme_from_the_end(node: Node, build: Build) -> str:
    """ArgMax-12 with ``select_last_index``: the first index in the reversed axis, counted from the end."""
    x, rank = node.input(0), build.rank(node.input(0))
    axis = node.attr("axis", 0) % rank
    size = build.sizes(x, [axis])[0]
    turned = build.slice(x.name, [size - 1], [-size - 1], [axis], [-1])
    found = build.again(node, [turned], select_last_index=None)
    return str(build.add("Sub", [build.scalar(size - 1, "INT64"), found]))


def smallest_of_the_negated(node: Node, build: Build) -> Tuple[str, str]:
    """TopK of the smallest by way of the largest: negate, take, negate back; the indices stay.

    Exact for floats only: the most negative integer has no positive counterpart.
    """
    if "FLOAT" not in build.dtype(node.input(0)) and build.dtype(node.input(0)) != "DOUBLE":
        raise CannotRewrite("the most negative integer has no positive counterpart")
    negated = build.add("Neg", [node.inputs[0]])
    values, indices = build.again(node, [negated, *node.inputs[1:]], 2, largest=None)
    return build.add("Neg", [values]), indices
