"""LpPool as the root of the window sum of powers (onnx LpPool-2 to -22).

The sum is an average that counts the padding, times the window's size; where windows round up or are dilated it is a
convolution with ones, which needs the sizes.
"""

from __future__ import annotations

from jetdoctor.recipes.pooling import dilated_pool, geometry, is_dilated
from jetdoctor.rule import CannotRewrite, Rewrite


def _fits(node):
    shape = node.input(0).shape or ()
    if _beyond(node):
        return geometry(node) is not None and isinstance(shape[1], int)
    return not node.attr("auto_pad", "NOTSET").startswith("SAME") or geometry(node) is not None


REWRITE = Rewrite("lppool_decompose", "Decompose LpPool", fits=_fits)


def _beyond(node):
    """Whether a window reaches beyond the border or is dilated, which AveragePool does not do alike."""
    return bool(node.attr("ceil_mode", 0)) or is_dilated(node)


def rewrite(node, edit):
    if not _fits(node):
        raise CannotRewrite("padding, rounding or dilations that depend on unknown sizes")
    edit.replace(node, [dilated_pool(node, edit) if _beyond(node) else _by_average(node, edit)])


def _by_average(node, edit):
    x, dtype, p = node.inputs[0], edit.dtype(node.input(0)), node.attr("p", 2)
    if p not in (1, 2):
        edit.needs(7)  # Pow with a scalar
        powers = edit.add("Pow", [edit.add("Abs", [x]), edit.scalar(float(p), dtype)])
    else:
        powers = edit.add("Mul", [x, x]) if p == 2 else edit.add("Abs", [x])
    kernel, count = list(node.attr("kernel_shape")), 1
    for size in kernel:
        count *= size
    pads, axes = node.attributes.get("pads"), geometry(node)
    if node.attr("auto_pad", "NOTSET").startswith("SAME"):  # runtimes differ in whether such padding counts
        pads = [axis.begin for axis in axes] + [axis.end for axis in axes]
    strides = node.attributes.get("strides")
    mean = edit.add("AveragePool", [powers], kernel_shape=kernel, strides=strides, pads=pads, count_include_pad=1)
    total = edit.add("Mul", [mean, edit.scalar(count, dtype)])
    if p in (1, 2):
        return edit.add("Sqrt", [total]) if p == 2 else total
    return edit.add("Pow", [total, edit.scalar(1.0 / p, dtype)])
