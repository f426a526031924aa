"""Resize as one matrix (or Gather, for nearest) per axis.

For what no older Resize can say: antialiased shrinking, half_pixel_symmetric, an aspect ratio policy that
rounds. The weights follow the operator's definition (ONNX Resize-18/19); they agree with ONNX Runtime
1.31 but for antialiased align_corners, which is refused.
"""

from __future__ import annotations

import math
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from jetdoctor.fix.opset.adapters.interpolation import FLOATS, along
from jetdoctor.fix.opset.adapters.resize_runtime import resized
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite


class Axis(NamedTuple):
    """A resized axis: its number, sizes before and after, and scale."""

    number: int
    given: int
    found: int
    scale: float


def as_matrices(site: Site) -> str:
    """Name of the resized tensor: by constant matrices, or by computed ones where a size is not known."""
    mode, coordinates = (
        site.attr("mode", "nearest"),
        site.attr("coordinate_transformation_mode", "half_pixel"),
    )
    if site.attr("antialias", 0) and coordinates in ("align_corners", "tf_half_pixel_for_nn", "tf_crop_and_resize"):
        raise CannotRewrite("%s coordinates, which opset %d resizes otherwise" % (coordinates, site.opset))
    data, element = site.input(0), site.needed_element(site.input(0))
    if mode != "nearest" and element not in FLOATS:
        raise CannotRewrite("mode %s of integers, which opset %d resizes otherwise" % (mode, site.opset))
    rank, axes = site.rank(data), _axes(site)
    if axes is None or coordinates == "tf_crop_and_resize":
        return resized(site)
    for axis in axes:
        places = _places(axis, coordinates)
        if mode == "nearest":
            index = _nearest(places, site.attr("nearest_mode", "round_prefer_floor"), axis.given)
            data = site.add("Gather", [data, site.ints(index)], axis=axis.number)
        else:
            data = along(site, data, axis.number, rank, site.tensor(_weights(site, axis, places), element))
    site.note("written out per axis")
    return str(site.add("Identity", [data])) if data == site.input(0) else data


def _axes(site: Site) -> Optional[List[Axis]]:
    """The axes that change; None when a size or scale is not known."""
    dims = site.dims(site.input(0)) or []
    indices = [axis % len(dims) for axis in site.attr("axes") or range(len(dims))]
    scales, sizes = site.known(2), site.known(3)
    given = [dims[index] for index in indices]
    if site.input(3) and sizes is not None and None not in given and 0 not in given:
        pairs = _by_sizes(
            given, [int(size) for size in sizes], site.attr("keep_aspect_ratio_policy", "stretch")
        )
    elif scales is not None and scales.size and None not in given:
        pairs = [(math.floor(size * float(scale)), float(scale)) for size, scale in zip(given, scales)]
    else:
        return None
    axes = [Axis(index, size, out, scale) for index, size, (out, scale) in zip(indices, given, pairs)]
    return [axis for axis in axes if axis.scale != 1.0 or axis.found != axis.given]


def _by_sizes(given: List[int], sizes: List[int], policy: str) -> List[Tuple[int, float]]:
    """(output size, scale) per axis."""
    ratios = [out / size for out, size in zip(sizes, given)]
    if policy == "stretch":
        return list(zip(sizes, ratios))
    ratio = min(ratios) if policy == "not_larger" else max(ratios)
    return [(math.floor(size * ratio + 0.5), ratio) for size in given]


def _places(axis: Axis, coordinates: str) -> Any:
    """Where each output pixel lies in the input, in pixels."""
    import numpy as np

    pixels = np.arange(axis.found, dtype="float64")
    if coordinates == "asymmetric":
        return pixels / axis.scale
    if coordinates == "align_corners":
        return pixels * ((axis.given - 1) / max(1, axis.found - 1))
    if coordinates == "tf_half_pixel_for_nn":
        return (pixels + 0.5) / axis.scale
    if coordinates == "pytorch_half_pixel" and axis.found == 1:
        return pixels
    offset = 0.0
    if coordinates == "half_pixel_symmetric":
        offset = axis.given / 2 * (1 - axis.found / (axis.scale * axis.given))
    return offset + (pixels + 0.5) / axis.scale - 0.5


def _nearest(places: Any, rounding: str, size: int) -> List[int]:
    import numpy as np

    roundings: Dict[str, Any] = {
        "floor": np.floor,
        "ceil": np.ceil,
        "round_prefer_floor": lambda place: np.ceil(place - 0.5),
        "round_prefer_ceil": lambda place: np.floor(place + 0.5),
    }
    return [int(index) for index in np.clip(roundings[rounding](places), 0, size - 1)]


def _weights(site: Site, axis: Axis, places: Any) -> Any:
    """[given, found]: how much of each input pixel goes into each output pixel."""
    import numpy as np

    narrow = min(axis.scale, 1.0) if site.attr("antialias", 0) else 1.0
    reach = math.ceil(2 / narrow) + 1
    pixels = np.arange(-reach, axis.given + reach)
    distance = np.abs(pixels[:, None] - places[None, :]) * narrow
    if site.attr("mode", "nearest") == "linear":
        weights = np.maximum(0, 1 - distance)
    else:
        weights = _cubic(distance, site.attr("cubic_coeff_a", -0.75))
    if site.attr("exclude_outside", 0):
        weights[(pixels < 0) | (pixels >= axis.given)] = 0
    weights = weights / weights.sum(axis=0)
    inside = np.zeros((axis.given, axis.found))
    np.add.at(inside, np.clip(pixels, 0, axis.given - 1), weights)  # pixels outside repeat the edge
    return inside


def _cubic(distance: Any, a: float) -> Any:
    """Keys' kernel with parameter ``a``."""
    import numpy as np

    near = ((a + 2) * distance - (a + 3)) * distance**2 + 1
    far = ((distance - 5) * distance + 8) * distance * a - 4 * a
    return np.where(distance <= 1, near, np.where(distance < 2, far, 0.0))
