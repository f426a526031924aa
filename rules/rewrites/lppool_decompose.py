"""LpPool as the root of the window sum of powers, the sum by AveragePool (onnx LpPool-11 to -22).

The average counts the padding, so that it is the sum over the window's size; ``ceil_mode`` and
``dilations`` are left to what AveragePool knows.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("lppool_decompose", "Decompose LpPool into AveragePool")


def rewrite(node, edit):
    x, dtype, p = node.inputs[0], edit.dtype(node.input(0)), node.attr("p", 2)
    if node.attr("ceil_mode", 0) or any(d != 1 for d in node.attr("dilations", ())) or p not in (1, 2):
        raise CannotRewrite("windows that reach beyond the border, or are dilated")
    kernel = node.attr("kernel_shape")
    powers = edit.add("Mul", [x, x]) if p == 2 else edit.add("Abs", [x])
    mean = edit.add(
        "AveragePool",
        [powers],
        kernel_shape=list(kernel),
        strides=node.attributes.get("strides"),
        pads=node.attributes.get("pads"),
        auto_pad=node.attributes.get("auto_pad"),
        count_include_pad=1,
    )
    count = 1
    for size in kernel:
        count *= size
    total = edit.add("Mul", [mean, edit.scalar(count, dtype)])
    edit.replace(node, [edit.add("Sqrt", [total]) if p == 2 else total])
