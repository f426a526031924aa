"""Bits by integer arithmetic: no TensorRT parser knows BitwiseAnd, BitwiseOr, BitwiseXor, BitwiseNot or BitShift."""

from __future__ import annotations

from jetdoctor.recipes.bits import bits
from jetdoctor.rule import CannotRewrite, Rewrite


def _shifts_by_constant(node):
    if node.op_type != "BitShift":
        return True
    steps = node.input(1).array()  # negative ones are not defined: every runtime does something else
    return node.input(1).is_constant_expression() and (steps is None or bool((steps >= 0).all()))


REWRITE = Rewrite("bitwise_decompose", "Compute the bits by integer arithmetic", fits=_shifts_by_constant)


def rewrite(node, edit):
    if edit.target is not None and edit.target.tensorrt_version < (8, 0):
        raise CannotRewrite("no release before TensorRT 8.0 is known to compute with integers")
    edit.replace(node, bits(node, edit))
