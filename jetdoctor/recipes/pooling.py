"""Pools with holes: MaxPool as the maximum of shifted slices, AveragePool and LpPool as a convolution per channel.

And pools whose size is rounded up (ceil_mode) by one that rounds down over more padding.
"""

from __future__ import annotations

import itertools
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite

_MOST_SLICES = 49
_END = (1 << 31) - 1  # beyond the end of every axis, and an INT32
#: what loses every comparison
_LOWEST = {"FLOAT": -3.4028234663852886e38, "FLOAT16": -65504.0, "DOUBLE": -1.7976931348623157e308}


class Axis(NamedTuple):
    """One spatial axis of a pool: sizes and strides in pixels."""

    given: int
    found: int
    reach: int  # (kernel - 1) * dilation + 1
    stride: int
    begin: int
    end: int

    @property
    def rounded_up(self) -> int:
        """Output size with ceil_mode as opsets before 22 state it."""
        return -(-(self.given + self.begin + self.end - self.reach) // self.stride) + 1

    @property
    def windows(self) -> int:
        """The same without a window that would start in the end padding (onnx MaxPool-22, and what runtimes do)."""
        count = self.rounded_up
        return count - 1 if (count - 1) * self.stride >= self.given + self.begin else count

    @property
    def rounded_down(self) -> int:
        return (self.given + self.begin + self.end - self.reach) // self.stride + 1

    @property
    def exact_end(self) -> int:
        """End padding that gives the output size without rounding up."""
        return max(0, (self.found - 1) * self.stride + self.reach - self.given - self.begin)


def geometry(node: Node) -> Optional[List[Axis]]:
    """Geometry per spatial axis, with the padding that ``auto_pad`` stands for; None when a size is unknown."""
    given, found = _space(node.input(0).shape), _space(node.output(0).shape)
    if not given or not found:
        return None
    kernel, count = node.attr("kernel_shape"), len(node.attr("kernel_shape"))
    strides, dilations = (node.attr(name, (1,) * count) for name in ("strides", "dilations"))
    reach = [(size - 1) * hole + 1 for size, hole in zip(kernel, dilations)]
    pads = node.attr("pads", (0,) * (2 * count))
    if node.attr("auto_pad", "NOTSET") != "NOTSET":
        pads = _automatic(node.attr("auto_pad"), list(zip(given, found, reach, strides)))
    return [Axis(*row) for row in zip(given, found, reach, strides, pads, pads[count:])]


def has_windows(node: Node) -> bool:
    """Whether a window fits into every axis whose size is known: where none does, runtimes differ in what comes out."""
    return all(axis.reach <= axis.given + axis.begin + axis.end for axis in geometry(node) or ())


def _automatic(mode: str, rows: Sequence[Sequence[int]]) -> List[int]:
    """The pads of VALID and SAME, begins before ends; an odd one goes to the end, or with SAME_LOWER to the begin."""
    total = [max(0, (found - 1) * stride + reach - given) for given, found, reach, stride in rows]
    if mode == "VALID":
        total = [0] * len(total)
    less, more = [size // 2 for size in total], [size - size // 2 for size in total]
    return more + less if mode == "SAME_LOWER" else less + more


def _space(shape: Any) -> Any:
    """The spatial sizes, when they are all known whatever batch and channels are."""
    sizes = tuple(shape or ())[2:]
    return sizes if all(isinstance(size, int) for size in sizes) else ()


def _holes(node: Node) -> Sequence[int]:
    found: Sequence[int] = node.attr("dilations", (1,) * len(node.attr("kernel_shape")))
    return found


def is_dilated(node: Node) -> bool:
    return any(hole != 1 for hole in node.attr("dilations", ()))


def dilated_pool(node: Node, build: Build) -> str:
    """The pool without holes in its windows."""
    if build.dtype(node.input(0)) not in _LOWEST or len([name for name in node.outputs if name]) > 1:
        raise CannotRewrite("a pool of %s, or with indices, is not decomposed" % build.dtype(node.input(0)))
    return {"MaxPool": _maximum, "AveragePool": _average, "LpPool": _norm}[node.op_type](node, build)


def _maximum(node: Node, build: Build) -> str:
    kernel, space = node.attr("kernel_shape"), len(node.attr("kernel_shape"))
    holes, strides = (node.attr(name, (1,) * space) for name in ("dilations", "strides"))
    axes, pads, mode = geometry(node), list(node.attr("pads", (0,) * 2 * space)), node.attr("auto_pad", "NOTSET")
    if mode.startswith("SAME"):
        raise CannotRewrite("SAME padding of a dilated window, which runtimes read differently")
    if axes is None and node.attr("ceil_mode", 0):
        raise CannotRewrite("padding that depends on unknown sizes")
    if mode == "VALID":
        pads = [0] * 2 * space
    if axes is not None and node.attr("ceil_mode", 0):
        pads[space:] = [axis.exact_end for axis in axes]
    if any(step != 1 for step in strides):
        build.needs(10)  # steps of Slice
    data = _padded(node, build, pads, space)
    offsets = list(itertools.product(*[range(size) for size in kernel]))
    if len(offsets) > _MOST_SLICES:
        return _axis_by_axis(node, build, data, axes)
    pieces = []
    for offset in offsets:
        # Counted from the end, so that the size may be open: every slice leaves out the same number of pixels.
        left_out = [hole * (size - 1 - at) for hole, size, at in zip(holes, kernel, offset)]
        starts = [at * hole for at, hole in zip(offset, holes)]
        ends = [-count if count else _END for count in left_out]
        pieces.append(build.slice(data, starts, ends, range(2, space + 2), list(strides)))
    return str(build.add("Max", pieces))


def _padded(node: Node, build: Build, pads: List[int], space: int, value: Optional[float] = None) -> str:
    """The input with that much around it: of ``value``, by default of what loses every comparison."""
    if not any(pads):
        return node.inputs[0]
    full, dtype = [0, 0] + pads[:space] + [0, 0] + pads[space:], build.dtype(node.input(0))
    value = _LOWEST[dtype] if value is None else value
    if build.opset < 11:
        return str(build.add("Pad", [node.inputs[0]], pads=full, value=value))
    return str(build.add("Pad", [node.inputs[0], build.ints(full), build.scalar(value, dtype)]))


def rounded_down(node: Node, build: Build) -> Tuple[str, Dict[str, Any]]:
    """The input and the attributes (None: gone) with which a pool with ceil_mode has the same windows without it.

    An average that counts its padding gets that as zeros by Pad where more is made up, which does not count.
    """
    axes = geometry(node)
    if axes is None:
        raise CannotRewrite("ceil_mode over unknown sizes")
    extra = [_made_up(axis, size) for axis, size in zip(axes, node.attr("kernel_shape"))]
    begins, ends, name = [axis.begin for axis in axes], [axis.end for axis in axes], node.inputs[0]
    counts = node.op_type == "AveragePool" and bool(node.attr("count_include_pad", 0))
    if counts and any(more > end for more, end in zip(extra, ends)):
        name = _padded(node, build, begins + ends, len(axes), 0.0)
        extra, begins, counts = [more - end for more, end in zip(extra, ends)], [0] * len(axes), False
    changed = {"ceil_mode": None, "auto_pad": None, "pads": begins + [max(more, 0) for more in extra]}
    if node.op_type == "AveragePool" and not counts:
        changed["count_include_pad"] = None
    return name, changed


def _made_up(axis: Axis, kernel: int) -> int:
    """End padding with which rounding down gives the windows that ONNX counts."""
    found = (axis.windows - 1) * axis.stride + axis.reach - axis.given - axis.begin
    if found >= kernel:
        raise CannotRewrite("a padding of %d is not less than the kernel" % found)
    if (max(found, 0) + axis.given + axis.begin - axis.reach) // axis.stride + 1 != axis.windows:
        raise CannotRewrite("no padding gives %d windows" % axis.windows)
    return found


def _axis_by_axis(node: Node, build: Build, data: str, axes: Optional[List[Axis]]) -> str:
    """The pixels of each window, gathered along one axis after the other."""
    if axes is None:
        raise CannotRewrite("a large window over unknown sizes")
    for number, (axis, hole) in enumerate(zip(axes, _holes(node))):
        window = range(0, axis.reach, hole)
        places = [[start * axis.stride + offset for offset in window] for start in range(axis.found)]
        data = build.add("Gather", [data, build.tensor(places, "INT64")], axis=number + 2)
        data = build.reduce("ReduceMax", data, [number + 3], keepdims=0)
    return data


def _average(node: Node, build: Build) -> str:
    """The sum of each window over the number of pixels that count in it."""
    axes, padded = _known(node), bool(node.attr("count_include_pad", 0))
    counts = _counted(axes[0], padded, _holes(node)[0])
    for axis, hole in zip(axes[1:], _holes(node)[1:]):
        counts = counts[..., None] * _counted(axis, padded, hole)
    sums = _window_sums(node, build, node.inputs[0], axes)
    return str(build.add("Div", [sums, build.tensor(counts, build.dtype(node.input(0)))]))


def _norm(node: Node, build: Build) -> str:
    """The p-th root of the sum of |x|^p over each window."""
    dtype, p, axes = build.dtype(node.input(0)), float(node.attr("p", 2)), _known(node)
    powers = build.add("Pow", [build.add("Abs", [node.inputs[0]]), build.scalar(p, dtype)])
    return str(build.add("Pow", [_window_sums(node, build, powers, axes), build.scalar(1 / p, dtype)]))


def _known(node: Node) -> List[Axis]:
    axes = geometry(node)
    if axes is None:
        raise CannotRewrite("dilated windows over unknown sizes")
    return axes


def _window_sums(node: Node, build: Build, data: str, axes: List[Axis]) -> str:
    import numpy as np

    (channels,), kernel = build.sizes(node.input(0), [1]), list(node.attr("kernel_shape"))
    ones = build.tensor(np.ones([channels, 1] + kernel), build.dtype(node.input(0)))
    return str(
        build.add(
            "Conv",
            [data, ones],
            kernel_shape=kernel,
            strides=[axis.stride for axis in axes],
            dilations=list(_holes(node)),
            pads=[axis.begin for axis in axes] + [axis.exact_end for axis in axes],
            group=channels,
        )
    )


def _counted(axis: Axis, padded: bool, dilation: int) -> Any:
    """How many pixels of each window count along an axis."""
    import numpy as np

    starts = np.arange(axis.found) * axis.stride - axis.begin
    pixels = starts[:, None] + np.arange(0, axis.reach, dilation)[None, :]
    first, last = (-axis.begin, axis.given + axis.end) if padded else (0, axis.given)
    return ((pixels >= first) & (pixels < last)).sum(axis=1)
