"""A pool with ceil_mode as one without: the padding that ceil_mode makes up, written down (onnx MaxPool-12)."""

from __future__ import annotations

from jetdoctor.recipes.pooling import rounded_down
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("pool_floor_mode", "Make the padding of ceil_mode explicit")


def rewrite(node, edit):
    if not node.attr("ceil_mode", 0) or node.attr("auto_pad", "NOTSET") != "NOTSET":
        raise CannotRewrite("the padding is not that of ceil_mode")
    data, changed = rounded_down(node, edit)
    outputs = edit.again(node, [data], len(node.outputs), **changed)
    edit.replace(node, [outputs] if isinstance(outputs, str) else outputs)
