"""The bias of a convolution added afterwards, for a parser that takes it only as an initializer."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("conv_bias_to_add", "Add the bias after the convolution")


def rewrite(node, edit):
    if not node.present(2):
        raise CannotRewrite("there is no bias")
    rank = edit.rank(node.input(0))
    result = edit.again(node, list(node.inputs[:2]))
    bias = edit.reshape(node.inputs[2], [1, -1] + [1] * (rank - 2))
    edit.replace(node, [edit.add("Add", [result, bias])])
