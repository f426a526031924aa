"""Pad with constant pads as Concat and Slice, axis by axis, in every mode (onnx Pad-11 to -19).

A positive pad joins blocks of the value, border slices, reversed or wrapped slices; a negative one cuts.
"""

from __future__ import annotations

from typing import List, Optional, Tuple

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite

_LONGEST = 64  # slices of one border
_END = (1 << 31) - 1  # beyond the end of every axis, and an INT32


def pad_by_parts(node: Node, build: Build) -> str:
    """The padded data; sizes may be open."""
    x, rank = node.input(0), build.rank(node.input(0))
    pads, mode = _pads(node, build, rank), node.attr("mode", "constant")
    result, sizes = node.inputs[0], [size if isinstance(size, int) else None for size in x.shape or ()]
    for axis, (before, after) in enumerate(pads):
        result, sizes[axis] = _cut(build, result, axis, sizes[axis], before, after)
        before, after = max(before, 0), max(after, 0)
        if before or after:
            parts = _border(node, build, result, axis, sizes, before, after, mode)
            result, size = build.add("Concat", parts, axis=axis), sizes[axis]
            sizes[axis] = None if size is None else size + before + after
    return result


def leaves_something(node: Node) -> bool:
    """Whether no axis is known to be cropped to nothing."""
    pads, shape = node.attr("pads") or node.input(1).integers(), node.input(0).shape or ()
    if not pads or node.present(3) or len(pads) != 2 * len(shape):
        return True
    cuts = [min(before, 0) + min(after, 0) for before, after in zip(pads, pads[len(shape) :])]
    return all(not isinstance(size, int) or size + cut > 0 for size, cut in zip(shape, cuts))


def wraps_once(node: Node, build: Build) -> bool:
    """Whether the pads are known, no axis is cropped, and none is padded by more than its own length."""
    try:
        pads = _pads(node, build, build.rank(node.input(0)))
    except CannotRewrite:
        return False
    rows = [(pair, size) for pair, size in zip(pads, node.input(0).shape or ()) if any(pair)]
    return all(min(pair) >= 0 and isinstance(size, int) and max(pair) <= size for pair, size in rows)


def pads_of_every_axis(node: Node, build: Build) -> str:
    """Pads that are given for ``axes`` (Pad-18), with zeros for the others."""
    import numpy as np

    rank, axes, pads = build.rank(node.input(0)), build.array(node.input(3)), build.array(node.input(1))
    if axes is None:
        index = _places(build, node, rank)
        return str(build.add("ScatterElements", [build.ints([0] * 2 * rank), index, node.inputs[1]], axis=0))
    chosen = np.array([int(axis) % rank for axis in axes])
    places = np.concatenate([chosen, chosen + rank])
    if pads is not None:
        full = np.zeros(2 * rank, np.int64)
        full[places] = pads
        return build.ints(full)
    order = np.full(2 * rank, len(places))
    order[places] = np.arange(len(places))
    extended = build.add("Concat", [node.inputs[1], build.ints([0])], axis=0)
    return str(build.add("Gather", [extended, build.ints(order)], axis=0))


def _places(build: Build, node: Node, rank: int) -> str:
    """Where the pads of axes that are only known at run time belong among those of every axis."""
    axes, count = build.cast(node.inputs[3], "INT64"), build.ints([rank])
    begins = build.add("Mod", [build.add("Add", [axes, count]), count])
    return str(build.add("Concat", [begins, build.add("Add", [begins, count])], axis=0))


def _pads(node: Node, build: Build, rank: int) -> List[Tuple[int, int]]:
    pads = node.attr("pads")
    if pads is None:
        pads = build.array(node.input(1))
        if pads is None:
            raise CannotRewrite("the pads are not constant")
    axes = list(range(rank))
    if node.present(3):
        given = build.array(node.input(3))
        if given is None:
            raise CannotRewrite("the axes are not constant")
        axes = [int(axis) % rank for axis in given]
    full = [(0, 0)] * rank
    for index, axis in enumerate(axes):
        full[axis] = (int(pads[index]), int(pads[index + len(axes)]))
    return full


def _cut(
    build: Build, name: str, axis: int, size: Optional[int], before: int, after: int
) -> Tuple[str, Optional[int]]:
    if before >= 0 and after >= 0:
        return name, size
    start = max(0, -before)
    if size is None:
        return build.slice(name, [start], [after if after < 0 else _END], [axis]), None
    end = size + min(0, after)
    if end <= start:
        raise CannotRewrite("nothing is left of axis %d" % axis)
    return build.slice(name, [start], [end], [axis]), end - start


def _border(
    node: Node, build: Build, name: str, axis: int, sizes: List[Optional[int]], before: int, after: int, mode: str
) -> List[str]:
    """What the axis is joined from. Counted from the end where the size is open."""
    size = sizes[axis]
    if mode == "constant":
        blocks = [_block(node, build, name, sizes, axis, count) if count else "" for count in (before, after)]
    elif mode == "edge":
        blocks = [_edge(build, name, axis, at, count) for at, count in ((0, before), (-1, after))]
    elif mode == "wrap":
        if size is None or max(before, after) > size:
            raise CannotRewrite("the pad may wrap more than once")
        blocks = [_piece(build, name, axis, size - before, size), _piece(build, name, axis, 0, after)]
    else:
        if (size is not None and max(before, after) >= size) or max(before, after) > _LONGEST:
            raise CannotRewrite("the border is too long to be mirrored")
        left = [_piece(build, name, axis, i, i + 1) for i in range(before, 0, -1)]
        right = [_piece(build, name, axis, i, i + 1) for i in range(-2, -2 - after, -1)]
        return left + [name] + right
    return [part for part in (blocks[0], name, blocks[1]) if part]


def _piece(build: Build, name: str, axis: int, start: int, end: int) -> str:
    return build.slice(name, [start], [end], [axis]) if end > start else ""


def _edge(build: Build, name: str, axis: int, at: int, count: int) -> str:
    if not count:
        return ""
    piece = _piece(build, name, axis, at, at + 1 or _END)
    return str(build.add("Concat", [piece] * count, axis=axis)) if count > 1 else piece


def _block(node: Node, build: Build, name: str, sizes: List[Optional[int]], axis: int, count: int) -> str:
    """A block of the value: a constant, or where sizes are open one that is expanded to them."""
    import numpy as np

    value = node.attr("value", 0.0)
    if node.present(2):
        value = build.array(node.input(2))
        if value is None:
            raise CannotRewrite("the value is not constant")
        value = value.reshape(-1)[0]
    dtype, rank = build.dtype(node.input(0)), len(sizes)
    shape = list(sizes)
    shape[axis] = count
    if None not in shape:
        return build.tensor(np.full(shape, value), dtype)
    known = build.add("Shape", [name])
    parts = [build.slice(known, [0], [axis], [0])] if axis else []
    parts += [build.ints([count])] + ([build.slice(known, [axis + 1], [rank], [0])] if axis + 1 < rank else [])
    wanted = build.add("Concat", parts, axis=0) if len(parts) > 1 else parts[0]
    return str(build.add("Expand", [build.tensor(np.full([1] * rank, value), dtype), wanted]))
