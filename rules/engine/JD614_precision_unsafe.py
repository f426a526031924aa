"""A lower precision changes the outputs

## What it detects
The rehearsal of `jetdoctor verify --precision fp16|bf16|int8` rounds every float tensor on the CPU: a tensor
leaves the range of the type (65504 for FP16), or the outputs differ by more than the precision's tolerance.

## Why it fails
FP16 has 5 bits of exponent: attention masks of -3.4e38 become -Inf and 0 x Inf gives NaN, squares in a
decomposed LayerNorm overflow. INT8 has 256 steps for the whole range of a tensor.

## Fix
Keep the named layers in FP32: the trtexec line is in the finding (TensorRT 8.4 to 10). For TensorRT 11,
convert the model with ModelOpt AutoCast. BF16 (Orin and newer, TensorRT 10) has the range of FP32.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD614",
    name="precision-unsafe",
    severity="warning",
    outcome="precision",
    sources=("rehearsal on the CPU with ONNX Runtime", "IEEE 754-2019 binary16"),
)
