"""Bitwise operators (18) by integer arithmetic, on halves of 32 bits that are not negative."""

from __future__ import annotations

from typing import List

from jetdoctor.fix.opset.adapters.numbers import number
from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite

_INT64 = 7
_WIDTHS = {2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 12: 32, 13: 64}
_SIGNED = (3, 5, 6, 7)
_HALF = 1 << 32


@step("BitwiseNot", 18)
def counted_from_the_other_end(site: Site) -> str:
    """-1 - x, which for an unsigned type is its largest number less x."""
    element = site.needed_element(site.input(0))
    if element not in _WIDTHS:
        raise CannotRewrite("the bits of this type")
    largest = -1 if element in _SIGNED else (1 << _WIDTHS[element]) - 1
    if element in (6, _INT64):
        return str(site.add("Sub", [site.tensor(largest, element), site.input(0)]))
    # -1 has the bits of the largest uint64.
    wide = site.add("Cast", [site.input(0)], to=_INT64)
    found = site.add("Sub", [number(site, -1 if _WIDTHS[element] == 64 else largest), wide])
    return str(site.add("Cast", [found], to=element))


@step("BitwiseAnd BitwiseOr BitwiseXor", 18)
def by_digits(site: Site) -> str:
    """And digit by digit; x | z = (x - (x & z)) + z and x ^ z = (x - (x & z)) + (z - (x & z))."""
    element = site.needed_element(site.input(0))
    if element not in _WIDTHS:
        raise CannotRewrite("the bits of this type")
    wide = [name if element == _INT64 else site.add("Cast", [name], to=_INT64) for name in site.node.input]
    both = _both(site, wide, _WIDTHS[element], element in _SIGNED)
    if site.node.op_type != "BitwiseAnd":
        left, right = (site.add("Sub", [name, both]) for name in wide)
        both = site.add("Add", [left, right if site.node.op_type == "BitwiseXor" else wide[1]])
    return both if element == _INT64 else str(site.add("Cast", [both], to=element))


def _both(site: Site, wide: List[str], width: int, signed: bool) -> str:
    lows = [site.add("Mod", [name, number(site, _HALF)]) for name in wide]
    low = _digits_of_both(site, lows)
    if width < 64:
        half = number(site, 1 << 31)
        if not signed:
            return low
        # The highest of the 32 bits is the sign.
        moved = site.add("Mod", [site.add("Add", [low, half]), number(site, _HALF)])
        return str(site.add("Sub", [moved, half]))
    highs = [site.add("Div", [site.add("Sub", pair), number(site, _HALF)]) for pair in map(list, zip(wide, lows))]
    high = _digits_of_both(site, [site.add("Mod", [name, number(site, _HALF)]) for name in highs])
    # Beyond 2^63 the product wraps to the negative numbers, as it should.
    return str(site.add("Add", [site.add("Mul", [high, number(site, _HALF)]), low]))


def _digits_of_both(site: Site, halves: List[str]) -> str:
    """``left & right`` of two numbers from 0 to 2^32 - 1."""
    powers = site.tensor([1 << place for place in range(32)], _INT64)
    digits = []
    for name in halves:
        column = site.add("Unsqueeze", [name, site.ints([-1])])
        shifted = site.add("Div", [column, powers])
        digits.append(site.add("Mod", [shifted, number(site, 2)]))
    counted = site.add("Mul", [site.add("Mul", digits), powers])
    return str(site.add("ReduceSum", [counted, site.ints([-1])], keepdims=0))
