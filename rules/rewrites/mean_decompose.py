"""Mean as the sum of its inputs times one over their number (onnx Mean-13)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("mean_decompose", "Decompose Mean into Add and Mul")


def rewrite(node, edit):
    import numpy as np

    names = [name for name in node.inputs if name]
    total = names[0]
    for name in names[1:]:
        total = edit.add("Add", [total, name])
    share = edit.constant(edit.of(np.array(1.0 / len(names)), edit.dtype(node.input(0))))
    edit.replace(node, [edit.add("Mul", [total, share])])
