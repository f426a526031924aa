"""Split by ``num_outputs`` (or by nothing) becomes Split with sizes: equal chunks, the remainder last.

onnx Split-18: chunk = ceil(size / n). TensorRT before 10 divides without the remainder.
"""

from __future__ import annotations

from jetdoctor.recipes.shapes import chunks, split_sizes
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("split_explicit_sizes", "Make the sizes of the Split explicit")


def rewrite(node, edit):
    if node.present(1) or node.has_attr("split"):
        raise CannotRewrite("the sizes are given already")
    if edit.opset < 13:
        raise CannotRewrite("Split takes its sizes as an input from opset 13 on")
    size, parts = edit.sizes(node.input(0), [node.attr("axis", 0)])[0], len(node.outputs)
    if chunks(size, parts)[-1] <= 0:
        raise CannotRewrite("%d elements do not fill %d parts" % (size, parts))
    sizes = split_sizes(node, edit)
    edit.remove_attribute(node, "num_outputs")
    edit.set_input(node, 1, sizes)
