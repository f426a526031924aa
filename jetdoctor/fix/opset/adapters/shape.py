"""Shape, Reshape, Constant and Trilu."""

from __future__ import annotations

from typing import Any, Optional, Set

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.shapes import part_of_shape
from jetdoctor.recipes.sparse import dense

_FLOAT, _INT64, _BOOL = 1, 7, 9

#: Operators that pass sizes on without making a zero out of sizes that are none.
_SIZE_KEEPING = {
    "Shape",
    "Size",
    "Gather",
    "Concat",
    "Unsqueeze",
    "Squeeze",
    "Slice",
    "Cast",
    "Identity",
    "Reshape",
    "Mul",
    "Max",
    "Abs",
    "ReduceProd",
}


@step("Shape", 15)
def whole_shape_then_slice(site: Site) -> Optional[str]:
    if site.attr("start", 0) == 0 and site.attr("end") is None:
        site.remove("start")
        return None
    return part_of_shape(site.view, site)


@step("Reshape", 14)
def zeros_copy_a_dim(site: Site) -> Optional[str]:
    """Without allowzero a 0 in the shape copies the input's dim; with it, it means an empty tensor."""
    if not site.attr("allowzero", 0):
        return None
    shape = site.known(1)
    if shape is not None and (shape == 0).any() and not _copies_the_same(site, shape):
        return empty(site)
    if shape is None and not _cannot_be_zero(site.scope, site.input(1), set()) and not _has_elements(site):
        return _empty_or_reshaped(site)
    site.note("allowzero removed: the shape has a 0 only where both readings agree")
    site.remove("allowzero")
    return None


def empty(site: Site) -> str:
    """A tensor of the given shape and of no elements."""
    return _zeros(site, site.input(1))


def _zeros(site: Site, shape: str) -> str:
    element = site.needed_element(site.input(0))
    zeros = site.add("ConstantOfShape", [shape])
    return zeros if element == _FLOAT else str(site.add("Cast", [zeros], to=element))


def _empty_or_reshaped(site: Site) -> str:
    """A 0 of the shape becomes a 1, with as many elements added as that takes, which are cut away again."""
    data, zero = site.input(0), site.scalar(0, "INT64")
    gone = site.add("Equal", [site.input(1), zero])
    flags = site.add("Concat", [site.add("Cast", [gone], to=_INT64), site.ints([0])], axis=0)
    full = site.add("Where", [gone, site.scalar(1, "INT64"), site.input(1)])
    added = [site.add("ReduceProd", [full], keepdims=0), site.add("ReduceMax", [flags], keepdims=0)]
    filler = _zeros(site, site.reshape(site.add("Mul", added), [1]))
    found = site.add("Reshape", [site.add("Concat", [site.reshape(data, [-1]), filler], axis=0), full])
    ends = site.add("Where", [gone, zero, site.add("Shape", [found])])
    return str(site.add("Slice", [found, site.add("Sub", [ends, ends]), ends]))


def _has_elements(site: Site) -> bool:
    """Whether no size of the data is 0, or the shape has no element that could be."""
    return all(site.dims(site.input(0)) or [None]) or site.dims(site.input(1)) == [0]


def _copies_the_same(site: Site, shape: Any) -> bool:
    dims = site.dims(site.input(0)) or []
    return all(size or (index < len(dims) and dims[index] == 0) for index, size in enumerate(shape))


def _cannot_be_zero(scope: Any, name: str, seen: Set[str]) -> bool:
    """Whether a computed shape is made of sizes and nonzero constants alone."""
    value = scope.constant(name)
    if value is not None:
        return bool((value != 0).all())
    home = scope.home(name)
    node = home.producers.get(name) if home is not None else None
    if node is None or node.op_type not in _SIZE_KEEPING or name in seen:
        return False
    if node.op_type in ("Shape", "Size"):
        return True
    parts = node.input if node.op_type in ("Concat", "Mul", "Max") else node.input[:1]
    return all(_cannot_be_zero(home, part, seen | {name}) for part in parts)


@step("Constant", 12)
def value_as_tensor(site: Site) -> None:
    tensor = site.view.constant_tensor()
    if tensor is None:
        return
    names = [a.name for a in site.node.attribute]
    if names != ["value"]:
        site.remove(*names)
        site.set("value", tensor)
        site.note("value as a tensor")


@step("Constant", 11)
def dense_constant(site: Site) -> None:
    sparse = site.attr("sparse_value")
    if sparse is None:
        return
    site.remove("sparse_value")
    site.set("value", dense(sparse))
