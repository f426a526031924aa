"""Range (11), Mod (10) and Round (11), decomposed below the opsets that introduced them."""

from __future__ import annotations

from typing import Tuple

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site

_INT64, _UINT64 = 7, 13
_FLOATS = (1, 10, 11, 16)


@step("Range", 11)
def counted_by_nonzero(site: Site) -> str:
    """start + delta * (0, 1, 2 …), the counting being the indices of a vector of ones."""
    from onnx import helper

    element = site.needed_element(site.input(0))
    start, _, delta = site.node.input
    ones = helper.make_tensor("", _INT64, [1], [1])
    filled = site.add("ConstantOfShape", [site.reshape(_count(site, element), [1])], value=ones)
    index = site.reshape(site.add("NonZero", [filled]), [-1])
    if element != _INT64:
        index = site.add("Cast", [index], to=element)
    return str(site.add("Add", [start, site.add("Mul", [index, delta])]))


def _count(site: Site, element: int) -> str:
    """ceil((limit - start) / delta), not below 0, as an int64 scalar."""
    start, limit, delta = site.node.input
    if element in _FLOATS:
        exact = site.add("Div", [site.add("Sub", [limit, start]), delta])
        found = site.add("Cast", [site.add("Ceil", [exact])], to=_INT64)
    else:
        whole = [name if element == _INT64 else site.add("Cast", [name], to=_INT64) for name in site.node.input]
        span = site.add("Sub", [whole[1], whole[0]])
        quotient, rest = _divided(site, span, whole[2])
        found = site.add("Sub", [quotient, _floor_of_negated(site, rest, whole[2])])
    return site.larger(found, site.scalar(0, "INT64"))


def _divided(site: Site, dividend: str, divisor: str) -> Tuple[str, str]:
    """Quotient, rounded towards zero, and what is left."""
    quotient = site.add("Div", [dividend, divisor])
    return quotient, site.add("Sub", [dividend, site.add("Mul", [quotient, divisor])])


def _floor_of_negated(site: Site, rest: str, divisor: str) -> str:
    """-1 where something is left that has the divisor's sign, else 0."""
    same = site.add("Not", [_signs_differ(site, rest, divisor)])
    some = site.add("Not", [site.add("Equal", [rest, site.scalar(0, "INT64")])])
    return str(site.add("Neg", [site.add("Cast", [site.add("And", [same, some])], to=_INT64)]))


def _signs_differ(site: Site, left: str, right: str) -> str:
    return str(site.add("Xor", [site.add("Less", [name, site.scalar(0, "INT64")]) for name in (left, right)]))
