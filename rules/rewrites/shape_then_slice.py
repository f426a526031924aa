"""Shape with ``start`` and ``end`` becomes Shape and Slice (onnx Shape-15; read from TensorRT 10 on)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("shape_then_slice", "Cut the shape with Slice")


def rewrite(node, edit):
    if not node.has_attr("start") and not node.has_attr("end"):
        raise CannotRewrite("the whole shape is taken")
    rank = edit.rank(node.input(0))
    sizes = range(rank)[node.attr("start", 0) : node.attr("end", rank)]
    start, stop = (sizes[0], sizes[-1] + 1) if len(sizes) else (0, 0)
    shape = edit.add("Shape", [node.inputs[0]])
    edit.replace(node, [edit.slice(shape, [start], [stop], [0])])
