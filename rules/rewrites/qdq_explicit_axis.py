"""QuantizeLinear and DequantizeLinear with an explicit axis.

TensorRT's default is 0 until 10.11; from 10.12 on it is 1, as in ONNX, but is checked against the rank first: scalar
and 1-D data need an axis that exists (a scalar scale does not look at it).
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite


def _fits(node):
    return not node.has_attr("axis") and node.opset >= 13


REWRITE = Rewrite("qdq_explicit_axis", "Make the quantization axis explicit", fits=_fits, exact=True)


def rewrite(node, edit):
    if not _fits(node):
        raise CannotRewrite("the axis is given, or the opset does not know it")
    edit.set_attribute(node, "axis", 0 if edit.rank(node.input(0)) in (0, 1) else 1)
