"""Range (11), Mod (10) and Round (11), written out below the opsets that brought them."""

from __future__ import annotations

from typing import Tuple

from jetdoctor.fix.opset.adapters.numbers import larger, number, shaped
from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import CannotLower, Site

_INT64, _UINT64 = 7, 13
_FLOATS = (1, 10, 11, 16)


@step("Range", 11)
def counted_by_nonzero(site: Site) -> str:
    """start + delta * (0, 1, 2 …), the counting being the indices of a vector of ones."""
    from onnx import helper

    element = site.needed_element(site.input(0))
    start, _, delta = site.node.input
    ones = helper.make_tensor("", _INT64, [1], [1])
    filled = site.emit("ConstantOfShape", [shaped(site, _count(site, element), 1)], value=ones)
    index = shaped(site, site.emit("NonZero", [filled]), -1)
    if element != _INT64:
        index = site.emit("Cast", [index], to=element)
    return str(site.emit("Add", [start, site.emit("Mul", [index, delta])]))


def _count(site: Site, element: int) -> str:
    """ceil((limit - start) / delta), not below 0, as an int64 scalar."""
    start, limit, delta = site.node.input
    if element in _FLOATS:
        exact = site.emit("Div", [site.emit("Sub", [limit, start]), delta])
        found = site.emit("Cast", [site.emit("Ceil", [exact])], to=_INT64)
    else:
        whole = [name if element == _INT64 else site.emit("Cast", [name], to=_INT64) for name in site.node.input]
        span = site.emit("Sub", [whole[1], whole[0]])
        quotient, rest = _divided(site, span, whole[2])
        found = site.emit("Sub", [quotient, _floor_of_negated(site, rest, whole[2])])
    return larger(site, found, number(site, 0))


def _divided(site: Site, dividend: str, divisor: str) -> Tuple[str, str]:
    """Quotient, rounded towards zero, and what is left."""
    quotient = site.emit("Div", [dividend, divisor])
    return quotient, site.emit("Sub", [dividend, site.emit("Mul", [quotient, divisor])])


def _floor_of_negated(site: Site, rest: str, divisor: str) -> str:
    """-1 where something is left that has the divisor's sign, else 0."""
    same = site.emit("Not", [_signs_differ(site, rest, divisor)])
    some = site.emit("Not", [site.emit("Equal", [rest, number(site, 0)])])
    return str(site.emit("Neg", [site.emit("Cast", [site.emit("And", [same, some])], to=_INT64)]))


def _signs_differ(site: Site, left: str, right: str) -> str:
    return str(site.emit("Xor", [site.emit("Less", [name, number(site, 0)]) for name in (left, right)]))


@step("Mod", 10)
def remainder_of_a_division(site: Site) -> str:
    element = site.needed_element(site.input(0))
    if element in _FLOATS or element == _UINT64:
        raise CannotLower("Mod of floats or uint64; opset %d has none" % site.opset)
    data, divisor = (
        name if element == _INT64 else site.emit("Cast", [name], to=_INT64) for name in site.node.input
    )
    _, rest = _divided(site, data, divisor)
    if not site.attr("fmod", 0):
        some = site.emit("Not", [site.emit("Equal", [rest, number(site, 0)])])
        moves = site.emit("And", [_signs_differ(site, rest, divisor), some])
        rest = site.emit("Where", [moves, site.emit("Add", [rest, divisor]), rest])
    return rest if element == _INT64 else str(site.emit("Cast", [rest], to=element))


@step("Round", 11)
def halves_to_the_even(site: Site) -> str:
    """Floor, and one more where the rest is above a half, or a half behind an odd number."""
    element = site.needed_element(site.input(0))
    half, floor = site.array(0.5, element), site.emit("Floor", [site.input(0)])
    rest = site.emit("Sub", [site.input(0), floor])
    pairs = site.emit("Floor", [site.emit("Mul", [floor, half])])
    odd = site.emit("Sub", [floor, site.emit("Add", [pairs, pairs])])
    at_least = site.emit("Not", [site.emit("Less", [rest, half])])
    tie = site.emit("And", [at_least, site.emit("Greater", [odd, half])])
    up = site.emit("Or", [site.emit("Greater", [rest, half]), tie])
    return str(site.emit("Add", [floor, site.emit("Cast", [up], to=element)]))
