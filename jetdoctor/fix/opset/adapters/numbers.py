"""Sizes and indices that are only known at run time, as int64 scalars and vectors of a graph."""

from __future__ import annotations

from typing import List, Optional

from jetdoctor.fix.opset.site import Site

_INT64 = 7


def number(site: Site, value: int) -> str:
    """An int64 scalar."""
    return site.tensor(value, _INT64)


def size(site: Site, data: str, axis: int) -> str:
    """Size of an axis as a scalar: a constant where it is known."""
    dims = site.dims(data)
    known = dims[axis] if dims is not None else None
    if known is not None:
        return number(site, known)
    if axis < 0:
        axis += site.rank(data)
    return str(site.add("Gather", [site.add("Shape", [data]), number(site, axis)], axis=0))


def element_at(site: Site, vector: str, index: int) -> str:
    """One element of a vector as a scalar."""
    return str(site.add("Gather", [vector, number(site, index)], axis=0))


def count_to(site: Site, count: str) -> str:
    """0, 1, 2 … up to ``count`` - 1."""
    return str(site.add("Range", [number(site, 0), count, number(site, 1)]))


def larger(site: Site, left: str, right: str) -> str:
    """Element by element; Max takes integers since 12 only."""
    return str(site.add("Where", [site.add("Less", [left, right]), right, left]))


def smaller(site: Site, left: str, right: str) -> str:
    return str(site.add("Where", [site.add("Less", [left, right]), left, right]))


def within(site: Site, index: str, count: str) -> str:
    """``index`` limited to 0 … ``count`` - 1."""
    last = site.add("Sub", [count, number(site, 1)])
    return smaller(site, larger(site, index, number(site, 0)), last)


def shaped(site: Site, name: str, *shape: int) -> str:
    return str(site.add("Reshape", [name, site.tensor(shape, _INT64)]))


def stated(site: Site, name: str, element: int, dims: List[Optional[int]]) -> str:
    """``name``, with the shape noted that inference cannot know because it was computed."""
    from onnx import helper

    site.scope.types[name] = helper.make_tensor_type_proto(element, dims)
    return name
