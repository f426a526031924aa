"""LSTM, GRU and RNN with ``layout=1`` (batch first) as ``layout=0`` between Transposes (onnx LSTM-14)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("rnn_layout_transpose", "Put time first, with Transpose around")


def rewrite(node, edit):
    if not node.attr("layout", 0):
        raise CannotRewrite("time comes first already")
    inputs = list(node.inputs)
    for index in (0, 5, 6):  # X, initial_h, initial_c
        if node.present(index):
            inputs[index] = edit.transpose(inputs[index], [1, 0, 2])
    results = edit.again(node, inputs, len(node.outputs), layout=None)
    results = [results] if len(node.outputs) == 1 else results
    # Y is [time, directions, batch, hidden] with layout 0 and [batch, time, directions, hidden] with 1.
    perms = ([2, 0, 1, 3], [1, 0, 2], [1, 0, 2])
    edit.replace(node, [edit.transpose(name, perm) for name, perm in zip(results, perms)])
