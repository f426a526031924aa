"""Scatters with a reduction (16, 18): by comparing every index with every place.

There is no older operator that adds up at equal indices, so each update is laid against every place of
the data and reduced there. That needs (updates x places) elements, which is limited.
"""

from __future__ import annotations

from typing import List

from jetdoctor.fix.opset.registry import Replacement, step
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite

_LIMIT = 1 << 24  # elements of the comparison
_REDUCTIONS = {"add": "ReduceSum", "mul": "ReduceProd", "max": "ReduceMax", "min": "ReduceMin"}
_COMBINE = {"add": "Add", "mul": "Mul", "max": "Max", "min": "Min"}


@step("ScatterElements", 18)
@step("ScatterND", 18)
def extremes(site: Site) -> Replacement:
    return reduced_scatter(site) if site.attr("reduction", "none") in ("max", "min") else None


@step("ScatterElements", 16)
@step("ScatterND", 16)
def reduced_scatter(site: Site) -> Replacement:
    reduction = site.attr("reduction", "none")
    if reduction == "none":
        site.remove("reduction")
        return None
    if site.node.op_type == "ScatterND":
        return _scatter_nd(site, reduction)
    return _scatter_elements(site, reduction)


def _scatter_elements(site: Site, reduction: str) -> str:
    """Moves the axis to the front: data [D, R], indices and updates [U, R] when their other dims agree."""
    data, indices, updates = site.node.input[:3]
    dims, shape = _static(site, data), _static(site, indices)
    axis = site.attr("axis", 0) % len(dims)
    if [d for i, d in enumerate(dims) if i != axis] != [d for i, d in enumerate(shape) if i != axis]:
        raise CannotRewrite("reduction %s over a part of the data" % reduction)
    perm = [axis] + [i for i in range(len(dims)) if i != axis]
    rows = [
        _rows(site, name, perm, size[axis])
        for name, size in ((data, dims), (indices, shape), (updates, shape))
    ]
    found = _combined(site, reduction, rows[0], rows[1], rows[2], dims[axis], shape[axis])
    moved = site.add("Reshape", [found, site.ints(dims[i] for i in perm)])
    return str(site.add("Transpose", [moved], perm=[perm.index(i) for i in range(len(dims))]))


def _rows(site: Site, name: str, perm: List[int], size: int) -> str:
    moved = site.add("Transpose", [name], perm=perm)
    return str(site.add("Reshape", [moved, site.ints([size, -1])]))


def _scatter_nd(site: Site, reduction: str) -> str:
    """Index tuples as one number: data [D, R], indices [U, 1], updates [U, R]."""
    data, indices, updates = site.node.input[:3]
    dims, shape = _static(site, data), _static(site, indices)
    depth, places, count = shape[-1], 1, 1
    strides: List[int] = []
    for dim in reversed(dims[:depth]):
        strides.insert(0, places)
        places *= dim
    for dim in shape[:-1]:
        count *= dim
    flat = site.add("Reshape", [indices, site.ints([count, depth])])
    sizes = site.ints(dims[:depth])
    counted = site.add("Mod", [site.add("Add", [flat, sizes]), sizes])
    numbers = site.add("Mul", [counted, site.ints(strides)])
    number = site.add("ReduceSum", [numbers, site.ints([1])], keepdims=1)
    rows = [
        site.add("Reshape", [data, site.ints([places, -1])]),
        site.add("Reshape", [updates, site.ints([count, -1])]),
    ]
    found = _combined(site, reduction, rows[0], number, rows[1], places, count)
    return str(site.add("Reshape", [found, site.ints(dims)]))


def _combined(
    site: Site, reduction: str, data: str, index: str, updates: str, places: int, count: int
) -> str:
    """data [places, R] combined with the updates [count, R] whose index [count, R or 1] is the place."""
    import numpy as np

    element = site.needed_element(site.input(0))
    total = places * count
    for dim in _static(site, updates)[1:]:
        total *= dim
    if total > _LIMIT or not count:
        raise CannotRewrite("reduction %s; to write it out takes %d elements" % (reduction, total))
    wrapped = site.add(
        "Mod", [site.add("Add", [index, _as(site, places, index)]), _as(site, places, index)]
    )
    numbers = site.add(
        "Cast", [site.constant(np.arange(places).reshape(places, 1, 1))], to=site.element(index) or 7
    )
    hit = site.add("Equal", [numbers, site.add("Unsqueeze", [wrapped, site.ints([0])])])
    laid = site.add(
        "Where",
        [
            hit,
            site.add("Unsqueeze", [updates, site.ints([0])]),
            site.tensor(_neutral(reduction, element), element),
        ],
    )
    reduce = _REDUCTIONS[reduction]
    if reduce == "ReduceSum" or site.opset >= 18:
        gathered = site.add(reduce, [laid, site.ints([1])], keepdims=0)
    else:
        gathered = site.add(reduce, [laid], axes=[1], keepdims=0)
    return str(site.add(_COMBINE[reduction], [data, gathered]))


def _as(site: Site, value: int, like: str) -> str:
    return site.tensor(value, site.element(like) or 7)


def _neutral(reduction: str, element: int) -> float:
    """What leaves the other operand as it is."""
    import numpy as np
    from onnx import helper

    if reduction in ("add", "mul"):
        return 0 if reduction == "add" else 1
    dtype = np.dtype(helper.tensor_dtype_to_np_dtype(element))
    if dtype.kind == "f":
        return -np.inf if reduction == "max" else np.inf
    limits = np.iinfo(dtype)
    return int(limits.min if reduction == "max" else limits.max)


def _static(site: Site, name: str) -> List[int]:
    dims = site.dims(name)
    if dims is None or None in dims:
        raise CannotRewrite("a reduction over dims that are not known")
    return [dim or 0 for dim in dims]
