"""GlobalLpPool of the magnitudes: TensorRT's parser raises the elements themselves to the power (GlobalLpPool-2)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("globallppool_abs", "Take the magnitudes first")


def rewrite(node, edit):
    if node.op_type != "GlobalLpPool":
        raise CannotRewrite("it is not a GlobalLpPool")
    edit.set_input(node, 0, edit.add("Abs", [node.inputs[0]]))
