"""HardSwish written out: ``x * HardSigmoid(x)`` with alpha 1/6 and beta 1/2 (onnx HardSwish-14)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("hardswish_decompose", "Write HardSwish as x * HardSigmoid(x)")


def rewrite(node, edit):
    gate = edit.add("HardSigmoid", [node.inputs[0]], alpha=1.0 / 6, beta=0.5)
    edit.replace(node, [edit.add("Mul", [node.inputs[0], gate])])
