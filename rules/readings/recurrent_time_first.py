"""LSTM, GRU and RNN whose ``layout`` is not read: the first axis is time."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("recurrent_time_first", "Time first")


def read(node, edit):
    edit.remove_attribute(node, "layout")
