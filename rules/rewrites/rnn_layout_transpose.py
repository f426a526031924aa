"""LSTM, GRU and RNN with ``layout=1`` (batch first) as ``layout=0`` between Transposes (onnx LSTM-14)."""

from __future__ import annotations

from jetdoctor.recipes.recurrent import time_first
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("rnn_layout_transpose", "Put time first, with Transpose before and after")


def rewrite(node, edit):
    if not node.attr("layout", 0):
        raise CannotRewrite("time comes first already")
    edit.replace(node, time_first(node, edit))
