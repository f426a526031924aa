"""Dilated AveragePool and LpPool as a convolution per channel: opsets before 19 and 18 do not dilate them."""

from __future__ import annotations

from typing import Any, List

from jetdoctor.fix.opset.adapters.pooling import Axis, geometry, without_ceil_mode
from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite


@step("AveragePool", 19)
def average(site: Site) -> Any:
    """The sum of each window over the number of pixels that count in it."""
    if not is_dilated(site):
        site.remove("dilations")
        return None
    axes = _known(site)
    padded = bool(site.attr("count_include_pad", 0))
    counts = _counted(axes[0], padded, site.attr("dilations")[0])
    for axis, dilation in zip(axes[1:], site.attr("dilations")[1:]):
        counts = counts[..., None] * _counted(axis, padded, dilation)
    element = site.needed_element(site.input(0))
    return site.add("Div", [_window_sums(site, site.input(0), axes), site.tensor(counts, element)])


@step("LpPool", 18)
def norm(site: Site) -> Any:
    """The p-th root of the sum of |x|^p over each window."""
    if not is_dilated(site):
        site.remove("dilations")
        without_ceil_mode(site)
        return None
    element, p = site.needed_element(site.input(0)), float(site.attr("p", 2))
    powers = site.add("Pow", [site.add("Abs", [site.input(0)]), site.tensor(p, element)])
    return site.add("Pow", [_window_sums(site, powers, _known(site)), site.tensor(1 / p, element)])


def is_dilated(site: Site) -> bool:
    return any(dilation != 1 for dilation in site.attr("dilations", ()))


def _known(site: Site) -> List[Axis]:
    axes = geometry(site)
    if axes is None:
        raise CannotRewrite("dilations with sizes that are not known; opset %d has none" % site.opset)
    return axes


def _window_sums(site: Site, data: str, axes: List[Axis]) -> str:
    import numpy as np

    channels = (site.dims(data) or [None, None])[1]
    if channels is None:
        raise CannotRewrite("dilations with a number of channels that is not known")
    kernel = site.attr("kernel_shape")
    ones = site.tensor(np.ones([channels, 1] + list(kernel)), site.needed_element(data))
    return str(
        site.add(
            "Conv",
            [data, ones],
            kernel_shape=kernel,
            strides=[axis.stride for axis in axes],
            dilations=site.attr("dilations"),
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
