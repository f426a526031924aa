"""Arithmetic and comparisons: types that operators did not have yet, by exact means of older ones."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.arithmetic import floored_float_remainder, whole_power
from jetdoctor.rule import CannotRewrite

_FLOAT, _INT8, _INT32, _INT64, _BOOL, _FLOAT16, _DOUBLE, _UINT32, _UINT64 = 1, 3, 6, 7, 9, 10, 11, 12, 13
_FLOATS = (_FLOAT, _FLOAT16, _DOUBLE, 16)
#: Small integer types, and the type that holds their sums and products without overflow.
_SMALL = {2: _INT32, _INT8: _INT32, 4: _INT64, 5: _INT64}


@step("Max Min", 12)
def integers_by_comparison(site: Site) -> Optional[str]:
    """Below 12 Max and Min take floats only; integers go pair by pair through Where."""
    element = site.element(site.input(0))
    if element in (0,) + _FLOATS:
        return None
    wide = comparable(site, element)
    found, *others = [_cast(site, name, element, wide) for name in site.node.input]
    test = "Greater" if site.node.op_type == "Max" else "Less"
    for other in others:
        found = site.add("Where", [site.add(test, [found, other]), found, other])
    return _cast(site, found, wide, element)


def comparable(site: Site, element: int) -> int:
    """The integer type to compare in: Greater, Less and Where run on int32 and int64 everywhere."""
    if element == _UINT64:
        raise CannotRewrite("%s of uint64; opset %d accepts floats only" % (site.node.op_type, site.opset))
    return {_INT32: _INT32, _INT64: _INT64, _UINT32: _INT64}.get(element, _INT32)


def _cast(site: Site, name: str, element: int, to: int) -> str:
    return name if element == to else str(site.add("Cast", [name], to=to))


@step("Pow", 12)
def exponent_of_the_same_type(site: Site) -> Optional[str]:
    """Below 12 base and exponent are floats of one type; the result has the type of the base."""
    base, exponent = site.needed_element(site.input(0)), site.needed_element(site.input(1))
    if base == exponent and base in _FLOATS:
        return None
    if base not in _FLOATS:
        try:
            return whole_power(site.view, site)
        except CannotRewrite:
            pass  # through DOUBLE, as below
    wide = base if base in _FLOATS else _DOUBLE
    values = [
        name if site.element(name) == wide else site.add("Cast", [name], to=wide) for name in site.node.input
    ]
    found = site.copied(values)
    return found if wide == base else site.add("Cast", [found], to=base)


@step("Add Sub Mul", 14)
def small_integers_widened(site: Site) -> Optional[str]:
    """int8 … uint16 came at 14: computed in a wider type, the cast back wraps as they do."""
    wide = _SMALL.get(site.element(site.input(0)))
    if wide is None:
        return None
    names = [site.add("Cast", [name], to=wide) for name in site.node.input]
    return site.add("Cast", [site.copied(names)], to=site.element(site.input(0)))


@step("Relu", 14)
def integer_relu(site: Site) -> Optional[str]:
    element = site.element(site.input(0))
    if element in (0,) + _FLOATS:
        return None
    wide = comparable(site, element)
    data, zero = _cast(site, site.input(0), element, wide), site.tensor(0, wide)
    found = site.add("Where", [site.add("Less", [data, zero]), zero, data])
    return _cast(site, found, wide, element)


@step("Equal", 11)
def equal_floats(site: Site) -> Optional[str]:
    """Below 11 Equal takes bool, int32 and int64: a float equals when it is neither less nor greater nor NaN."""
    element = site.element(site.input(0))
    if element in (0, _BOOL, _INT32, _INT64):
        return None
    left, right = site.node.input
    if element not in _FLOATS:
        if element in (_UINT32, _UINT64):
            raise CannotRewrite("Equal of unsigned integers")
        return site.add("Equal", [site.add("Cast", [name], to=_INT32) for name in (left, right)])
    differs = site.add("Or", [site.add("Less", [left, right]), site.add("Greater", [left, right])])
    for name in (left, right):
        differs = site.add("Or", [differs, site.add("IsNaN", [name])])
    return site.add("Not", [differs])


@step("Mod", 28)
def floats_without_fmod(site: Site) -> Optional[str]:
    """Since 28 fmod=0 takes floats."""
    if site.attr("fmod", 0) or site.element(site.input(0)) not in _FLOATS:
        return None
    return floored_float_remainder(site.view, site)
