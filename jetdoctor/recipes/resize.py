"""Resize (10 to 19) axis by axis, by constants: a matrix of weights, or indices for nearest.

Places are computed in FLOAT as ONNX Runtime does, since ties of ``nearest`` hang on the rounding. The weights follow
the operator's definition; they agree with ONNX Runtime but for antialiased align_corners, which is refused.
"""

from __future__ import annotations

import math
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from jetdoctor.graph import Dim, Node
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite

FLOATS = ("FLOAT", "FLOAT16", "DOUBLE")
_LARGEST_MATRIX = 1 << 22  # elements


class Form(NamedTuple):
    """What the attributes say, with the defaults of the node's opset."""

    mode: str
    coordinates: str
    nearest: str
    a: float
    antialias: bool
    excludes: bool
    policy: str


class Axis(NamedTuple):
    """A resized axis: its number, sizes before and after, and scale."""

    number: int
    given: int
    found: int
    scale: float


def form(node: Node, build: Build) -> Form:
    """``CannotRewrite`` for what runtimes do not agree on."""
    new = node.opset >= 11
    mode, antialias = node.attr("mode", "nearest"), bool(node.attr("antialias", 0))
    coordinates = node.attr("coordinate_transformation_mode", "half_pixel" if new else "asymmetric")
    if node.op_type != "Resize":
        raise CannotRewrite("%s has no coordinate mode" % node.op_type)
    if antialias and coordinates in ("align_corners", "tf_half_pixel_for_nn", "tf_crop_and_resize"):
        raise CannotRewrite("%s coordinates with antialias, where runtimes disagree" % coordinates)
    if mode != "nearest" and build.dtype(node.input(0)) not in FLOATS:
        raise CannotRewrite("mode %s rounds %s in its own way" % (mode, build.dtype(node.input(0))))
    return Form(
        mode,
        coordinates,
        node.attr("nearest_mode", "round_prefer_floor" if new else "floor"),
        node.attr("cubic_coeff_a", -0.75),
        antialias,
        bool(node.attr("exclude_outside", 0)),
        node.attr("keep_aspect_ratio_policy", "stretch"),
    )


def resize_by_constants(node: Node, build: Build) -> str:
    """The resized tensor; sizes and scales of the axes that change must be known. Refuses before it adds a node."""
    said, rank, found = form(node, build), build.rank(node.input(0)), node.inputs[0]
    if said.coordinates == "tf_crop_and_resize":
        raise CannotRewrite("a crop with the resize")
    dtype, nearest = build.dtype(node.input(0)), said.mode == "nearest"
    steps = [(axis, (_nearest if nearest else _weights)(axis, said)) for axis in _axes(node, build, said)]
    for axis, step in steps:
        if nearest:
            found = build.add("Gather", [found, build.ints(step)], axis=axis.number)
        else:
            found = _along(build, found, axis.number, rank, step, dtype)
    return found


def inputs(node: Node) -> Tuple[int, int]:
    """Indices of the scales and of the sizes (which came with opset 11)."""
    return (2, 3) if node.opset >= 11 else (1, 3)


def numbers_of_axes(node: Node, build: Build) -> List[int]:
    """The axes that scales and sizes are given for."""
    rank = build.rank(node.input(0))
    return [int(axis) % rank for axis in node.attr("axes", tuple(range(rank)))]


def _axes(node: Node, build: Build, said: Form) -> List[Axis]:
    """The axes that change."""
    x, axes, (by_scales, by_sizes) = node.input(0), numbers_of_axes(node, build), inputs(node)
    if node.present(by_sizes):
        return _by_sizes(node, build, axes, build.elements(node.input(by_sizes)), said.policy)
    scales = build.array(node.input(by_scales)) if node.present(by_scales) else None
    if scales is None or not scales.size:
        raise CannotRewrite("the scales or sizes are not constant")
    pairs = [(axis, float(scale)) for axis, scale in zip(axes, scales.tolist()) if scale != 1.0]
    given = build.sizes(x, [axis for axis, _ in pairs])
    return [Axis(axis, size, _scaled(size, scale), scale) for (axis, scale), size in zip(pairs, given)]


def _scaled(size: int, scale: float) -> int:
    import numpy as np

    return int(np.float32(size) * np.float32(scale))


def _by_sizes(node: Node, build: Build, axes: List[int], sizes: Optional[List[Dim]], policy: str) -> List[Axis]:
    x, shape = node.input(0), node.input(0).shape or ()
    if sizes is None or len(sizes) != len(axes):
        raise CannotRewrite("the scales or sizes are not constant")
    # A size that is not fixed, and is the same symbol before and after, does not change.
    pairs = [(a, n) for a, n in zip(axes, sizes) if n is None or isinstance(n, int) or n != shape[a]]
    wanted = {axis: size for axis, size in pairs if isinstance(size, int)}
    if len(wanted) < len(pairs) or (policy != "stretch" and len(pairs) < len(axes)):
        raise CannotRewrite("the scales or sizes are not constant")
    given = dict(zip(wanted, build.sizes(x, list(wanted))))
    if 0 in given.values():
        raise CannotRewrite("an empty axis")
    ratios = {axis: size / given[axis] for axis, size in wanted.items()}
    if policy != "stretch":
        ratio = min(ratios.values()) if policy == "not_larger" else max(ratios.values())
        ratios, wanted = dict.fromkeys(ratios, ratio), {a: math.floor(n * ratio + 0.5) for a, n in given.items()}
    found = [Axis(axis, given[axis], wanted[axis], ratios[axis]) for axis in wanted]
    return [axis for axis in found if (axis.given, axis.scale) != (axis.found, 1.0)]


def _places(axis: Axis, coordinates: str) -> Any:
    """Where each output pixel lies in the input, in pixels: FLOAT [found]."""
    import numpy as np

    one, pixels = np.float32, np.arange(axis.found, dtype=np.float32)
    if coordinates == "align_corners":
        return pixels * one((axis.given - 1) / max(1, axis.found - 1))
    if coordinates == "asymmetric":
        return pixels / one(axis.scale)
    if coordinates == "pytorch_half_pixel" and axis.found == 1:
        return pixels
    centers = (pixels + one(0.5)) / one(axis.scale)
    if coordinates == "tf_half_pixel_for_nn":
        return centers
    if coordinates == "half_pixel_symmetric":
        offset = one(axis.given / 2 * (1 - axis.found / (axis.scale * axis.given)))
        return offset + centers - one(0.5)
    if coordinates in ("half_pixel", "pytorch_half_pixel"):
        return centers - one(0.5)
    raise CannotRewrite("coordinate mode %s is not decomposed" % coordinates)


def _nearest(axis: Axis, said: Form) -> List[int]:
    """The input pixel of every output pixel."""
    import numpy as np

    places, half = _places(axis, said.coordinates), np.float32(0.5)
    roundings: Dict[str, Any] = {
        "floor": lambda: np.floor(places),
        "ceil": lambda: np.ceil(places),
        "round_prefer_floor": lambda: np.ceil(places - half),
        "round_prefer_ceil": lambda: np.floor(places + half),
    }
    return [int(index) for index in np.clip(roundings[said.nearest](), 0, axis.given - 1)]


def _weights(axis: Axis, said: Form) -> Any:
    """[found, given]: what each output pixel takes from each input pixel."""
    import numpy as np

    if axis.given * axis.found > _LARGEST_MATRIX:
        raise CannotRewrite("an interpolation matrix of %d x %d is too large" % (axis.found, axis.given))
    narrow = min(axis.scale, 1.0) if said.antialias else 1.0
    reach = math.ceil(2 / narrow) + 1
    pixels, places = np.arange(-reach, axis.given + reach), _places(axis, said.coordinates).astype(np.float64)
    distance = np.abs(pixels[None, :] - places[:, None]) * narrow
    weights = np.maximum(0, 1 - distance) if said.mode == "linear" else _cubic(distance, said.a)
    if said.excludes:
        weights[:, (pixels < 0) | (pixels >= axis.given)] = 0
    # Pixels outside repeat the edge; so do places that lie further outside than any pixel reaches.
    total = weights.sum(axis=1, keepdims=True)
    if (total == 0).any():
        raise CannotRewrite("pixels too far outside the image")
    inside = np.zeros((axis.given, axis.found))
    np.add.at(inside, np.clip(pixels, 0, axis.given - 1), (weights / total).T)
    return inside.T


def _cubic(distance: Any, a: float) -> Any:
    """Keys' kernel with parameter ``a``."""
    import numpy as np

    near = ((a + 2) * distance - (a + 3)) * distance**2 + 1
    far = ((distance - 5) * distance + 8) * distance * a - 4 * a
    return np.where(distance <= 1, near, np.where(distance < 2, far, 0.0))


def _along(build: Build, name: str, axis: int, rank: int, matrix: Any, dtype: str) -> str:
    """``matrix`` [found, given] applied to one axis."""
    if axis == rank - 2:
        return str(build.add("MatMul", [build.tensor(matrix, dtype), name]))
    weights = build.tensor(matrix.T, dtype)
    if axis == rank - 1:
        return str(build.add("MatMul", [name, weights]))
    perm = [other for other in range(rank) if other != axis] + [axis]
    moved = build.add("MatMul", [build.transpose(name, perm), weights])
    return build.transpose(moved, [perm.index(other) for other in range(rank)])
