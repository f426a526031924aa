"""Axes that are only known at run time, for opsets that want them as attributes.

A vector of flags, one per axis of the data, is scattered from the axes; the shapes of Squeeze and
Unsqueeze follow from it, and a reduction becomes one If per axis.
"""

from __future__ import annotations

from typing import Any, List

from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.reductions import by_reduce_sum

_INT64, _BOOL = 7, 9
#: Reductions that by_reduce_sum writes with axes of the run time.
_BY_SUM = ("ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceMean", "ReduceSumSquare")


def flags(site: Site, axes: str, rank: int) -> str:
    """Name of an int64 vector of length ``rank`` with a 1 for every axis in ``axes``."""
    import numpy as np

    wide = site.add("Cast", [axes], to=_INT64)
    counted = site.add("Mod", [site.add("Add", [wide, site.ints([rank])]), site.ints([rank])])
    ones = site.add("Add", [site.add("Sub", [wide, wide]), site.ints([1])])
    return str(site.add("ScatterElements", [site.constant(np.zeros(rank, "int64")), counted, ones], axis=0))


def squeezed(site: Site) -> str:
    """Squeeze as a Reshape to the dims that stay."""
    data = site.input(0)
    return str(site.add("Reshape", [data, _kept(site, data, flags(site, site.input(1), site.rank(data)))]))


def unsqueezed(site: Site) -> str:
    """Unsqueeze as a Reshape: the old dims scattered to the places that are not new."""
    import numpy as np

    data, dims = site.input(0), site.dims(site.input(1))
    rank = site.rank(data) + (
        dims[0] if dims and dims[0] is not None else site.rank(site.output(0)) - site.rank(data)
    )
    new = flags(site, site.input(1), rank)
    old = site.add("Reshape", [site.add("NonZero", [site.add("Sub", [site.ints([1]), new])]), site.ints([-1])])
    ones = site.constant(np.ones(rank, "int64"))
    shape = site.add("ScatterElements", [ones, old, site.add("Shape", [data])], axis=0)
    return str(site.add("Reshape", [data, shape]))


def _kept(site: Site, data: str, gone: str) -> str:
    stays = site.add("Equal", [gone, site.ints([0])])
    return str(site.add("Compress", [site.add("Shape", [data]), stays], axis=0))


def reduced(site: Site) -> str:
    """A reduction over axes of the run time: by ReduceSum while that takes them, else axis by axis."""
    op_type = site.node.op_type
    if op_type in _BY_SUM and site.opset >= 13:
        return by_reduce_sum(site.view, site)
    found, rank = site.input(0), site.rank(site.input(0))
    reduce = flags(site, site.input(1), rank)
    if not site.attr("noop_with_empty_axes", 0):
        count = site.add("Size", [site.input(1)])
        everything = site.add("Equal", [count, site.tensor(0, _INT64)])
        reduce = site.add("Where", [everything, site.ints([1] * rank), reduce])
    dims = site.dims(found) or []
    if None not in dims:
        found = _by_choice(site, reduce, _with_something(site, found, dims), rank)
    else:
        for axis in range(rank):
            found = _if_flagged(site, _flag(site, reduce, axis), found, axis, dims)
    if site.attr("keepdims", 1):
        return found
    return str(site.add("Reshape", [found, _kept(site, found, reduce)]))


def _flag(site: Site, reduce: str, axis: int) -> str:
    flag = site.add("Gather", [reduce, site.tensor(axis, _INT64)], axis=0)
    return str(site.add("Cast", [flag], to=_BOOL))


def _with_something(site: Site, data: str, dims: List[Any]) -> str:
    """The data with one slice more along empty axes, of what changes no result."""
    import numpy as np

    element = site.needed_element(data)
    for axis, size in enumerate(dims):
        if size == 0:
            shape = [1 if i <= axis and dim == 0 else dim for i, dim in enumerate(dims)]
            filler = np.full(shape, _neutral(site.node.op_type, element))
            data = site.add("Concat", [data, site.tensor(filler, element)], axis=axis)
    return data


def _neutral(op_type: str, element: int) -> float:
    import numpy as np
    from onnx import helper

    if op_type not in ("ReduceMax", "ReduceMin", "ReduceLogSumExp"):
        return int(op_type == "ReduceProd")
    dtype = np.dtype(helper.tensor_dtype_to_np_dtype(element))
    limits: Any = np.iinfo(dtype) if dtype.kind in "iu" else None
    if op_type == "ReduceMin":
        return np.inf if limits is None else int(limits.max)
    return -np.inf if limits is None else int(limits.min)


def _by_choice(site: Site, reduce: str, data: str, rank: int) -> str:
    """Reduce every axis in turn, keep the result along the whole axis where it is wanted, then cut."""
    import numpy as np

    found = data
    for axis in range(rank):
        shorter = site.add(site.node.op_type, [found], axes=[axis], keepdims=1)
        found = site.add("Where", [_flag(site, reduce, axis), shorter, found])
    wanted = site.add("Cast", [reduce], to=_BOOL)
    ends = site.add("Where", [wanted, site.ints([1]), site.add("Shape", [site.input(0)])])
    return str(
        site.add("Slice", [found, site.constant(np.zeros(rank, "int64")), ends, site.ints(range(rank))])
    )


def _if_flagged(site: Site, flag: str, data: str, axis: int, dims: List[Any]) -> str:
    """If(flag): reduce this axis, keeping it as 1; else the data as it is."""
    from onnx import helper

    element = site.needed_element(site.input(0))

    def branch(label: str, size: Any, op_type: str, **attributes: Any) -> Any:
        name = site.fresh(label)
        node = helper.make_node(op_type, [data], [name], name=name, **attributes)
        # The axes reduced so far may be 1 by now, so that only this one's size is stated.
        shape = [size if i == axis else None for i in range(len(dims))]
        return helper.make_graph([node], label, [], [helper.make_tensor_value_info(name, element, shape)])

    reduce = branch("reduced", 1, site.node.op_type, axes=[axis], keepdims=1)
    kept = branch("kept", dims[axis], "Identity")
    return str(site.add("If", [flag], then_branch=reduce, else_branch=kept))
