"""BatchNormalization in training mode

## What it detects
A BatchNormalization with `training_mode=1`: the model was exported without `model.eval()`.

## Why it fails
Before TensorRT 8.5 the attribute is not read and the stored statistics are used instead of those of the
batch; later releases refuse the node (`This version of TensorRT does not support training_mode == 1`).

## Fix
Export in evaluation mode (`model.eval()`): most likely that is what was meant. Otherwise jetdoctor keeps what the
model computes: it decomposes the normalization with the batch's statistics, or folds it where its input is only
weights (weight-standardized convolutions are exported that way).
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD320",
    name="batchnorm-training-mode",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importBatchNormalization, 7.1 to 8.4-GA: not read; 8.5-GA and later refuse",),
)


def describe(node, row):
    if row.get("status") != "wrong-output":
        return "BatchNormalization training_mode=1 is refused: export with model.eval()"
    used = "the stored mean and variance are used, not the batch's (was it exported without model.eval()?)"
    return "BatchNormalization training_mode=1 is ignored: " + used
