"""A version of the operator that is newer than the facts

## What it detects
A node of an ONNX operator whose version is newer than what any importer was read or run for, or newer than this
release's importer has a code path for (GroupNormalization of opset 21, whose scale and bias are per channel).

## Why it fails
Importers look at the operator's name. A later version is read as the one they know: that may be right, or
compute something else without a message. jetdoctor does not know, and unknown is not "ok".

## Fix
Export with an older opset, or let jetdoctor lower it (`jetdoctor fix MODEL --opset 20 -o OUT`). Compare the outputs on
the board (`jetdoctor verify`).
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD307",
    name="operator-version-unread",
    severity="warning",
    outcome="undocumented",
    sources=("importers of onnx-tensorrt 7.1 to 11.0 know no version of an operator after opset 25",),
)
