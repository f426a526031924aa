"""The GPU has no hardware for a type that the model is quantized to

## What it detects
QuantizeLinear or DequantizeLinear with an 8-bit integer type for a module whose GPU has no INT8 (Nano, TX1,
TX2), or with an FP8 or FP4 type for one without FP8 or FP4 (everything before Thor).

## Why it fails
INT8 kernels need compute capability 6.1 or 7.0 and above; Nano and TX1 have 5.3, TX2 has 6.2. TensorRT warns
and runs such layers slower than FP16 would, or finds no implementation for them. FP8 and FP4 exist in
hardware from Ada, Hopper and Blackwell on: Orin has neither, and the builder refuses the network.

## Fix
On Nano, TX1 and TX2 use the unquantized model with `--fp16`. For Orin quantize to INT8 instead of FP8.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD602",
    name="precision-not-on-this-gpu",
    severity="warning",
    outcome="build-risk",
    sources=(
        "https://uk.mathworks.com/help/gpucoder/ref/datatypetensorrt.html",
        "https://docs.nvidia.com/deeplearning/tensorrt/support-matrix/index.html#hardware-precision-matrix",
        "rules/data/modules.json (precision)",
    ),
    ops=("QuantizeLinear", "DequantizeLinear"),
)

_OPERATORS = ("QuantizeLinear", "DequantizeLinear")


def check_target(model, target):
    module = target.module
    lacking = {key for key, value in (module.precision if module else {}).items() if value.startswith("no")}
    if not lacking & {"int8", "fp8", "fp4"}:
        return
    for node in model.nodes():
        precision = quantized_to(node) if node.op_type in _OPERATORS and not node.domain else None
        if precision in lacking:
            refused = precision != "int8"
            yield Match(
                "quantized to %s, which the GPU of %s does not have" % (precision.upper(), module.id),
                node=node,
                cause=precision,
                severity="error" if refused else None,
                outcome="rejected" if refused else None,
                fixes=(Fix(_advice(precision, lacking), "manual"),),
            )


def _advice(precision, lacking):
    return "Use the model without Q/DQ, in FP16" if "int8" in lacking else "Quantize to INT8 instead"


def quantized_to(node):
    """ "int8", "fp8" or "fp4" by the zero point, the quantized side or the attribute; None when unknown."""
    values = [node.input(2)] if node.present(2) else []
    values.append(node.output(0) if node.op_type == "QuantizeLinear" else node.input(0))
    for value in values:
        dtype = value.dtype or ""
        if dtype in ("INT8", "UINT8"):
            return "int8"
        if dtype.startswith("FLOAT8"):
            return "fp8"
        if dtype.startswith("FLOAT4"):
            return "fp4"
    return None
