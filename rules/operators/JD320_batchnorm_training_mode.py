"""BatchNormalization in training mode

## What it detects
A BatchNormalization with `training_mode=1`.

## Why it fails
Before TensorRT 8.5 the attribute is not read and the stored statistics are used; later releases refuse the
node.

## Fix
Export in evaluation mode (`model.eval()`); jetdoctor can set `training_mode=0`, which changes the values.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD320",
    name="batchnorm-training-mode",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
