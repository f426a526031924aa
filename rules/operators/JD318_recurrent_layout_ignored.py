"""LSTM, GRU, RNN `layout=1` is ignored

## What it detects
A recurrent node with `layout=1` (batch first).

## Why it fails
The attribute is never read, in any release: [batch, time, features] is taken for [time, batch, features].
Where the sizes allow it, the engine builds and runs the recurrence over the batch. PyTorch exports
`batch_first=True` with Transposes and is not affected.

## Fix
Transposes before and after, with `layout=0`.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD318",
    name="recurrent-layout-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt LSTM, GRU and RNN importers, 7.1 to 10.10: layout is not read",),
)


def describe(node, row):
    return "%s layout=1 (batch first) is ignored: the first axis of %s is treated as time" % (
        node.op_type,
        brackets(node.input(0).shape),
    )
