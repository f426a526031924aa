"""A quantized model needs INT8 in the builder

## What it detects
A model with Q/DQ to INT8 that is to be built in FP32, FP16 or BF16 (`--precision`) with TensorRT 8.0 to 10.

## Why it fails
`Int8 precision has been set for a layer or layer output, but int8 is not configured in the builder`: a weakly typed
build needs `--int8` for a model with Q/DQ, and also `--fp16` for all that is not quantized (FP32 otherwise, which
is often slower than FP16 alone). With Q/DQ, a calibrator or a calibration cache is not used.

## Fix
`--precision int8`, which gives trtexec `--int8 --fp16`; from TensorRT 10.0 on `--stronglyTyped` needs no flags.
Or build the model as it was before quantization.
"""

from jetdoctor.rules.precision._types import quantizing

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD415",
    name="quantized-model-without-int8",
    severity="error",
    outcome="rejected",
    tensorrt=">=8.0,<11.0",
    sources=("https://github.com/NVIDIA/TensorRT/issues/4021",),
)


def check_target(model, target):
    if target.precision in ("fp32", "fp16", "bf16"):
        for node, precision in quantizing(model):
            if precision == "int8":
                yield Match(
                    "the model has Q/DQ to INT8, but only %s is requested: the builder has no INT8" % target.precision,
                    node,
                    wall="builder",
                    cause="no int8",
                    fixes=(Fix("Build with INT8 and FP16: --precision int8 (trtexec --int8 --fp16)", "manual"),),
                )
