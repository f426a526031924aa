"""The GPU has no hardware for the requested precision

## What it detects
QuantizeLinear or DequantizeLinear with an 8-bit integer type for a module whose GPU has no INT8 (Nano, TX1,
TX2), or with an FP8 or FP4 type for one without FP8 or FP4 (everything before Thor). With `--precision` also a model
without Q/DQ that is to be built in such a type, or in BF16 on a GPU before Orin.

## Why it fails
INT8 kernels need compute capability 6.1 or 7.0 and above; Nano and TX1 have 5.3, TX2 has 6.2. TensorRT warns
and runs such layers slower than FP16 would, or finds no implementation for them. FP8 and FP4 exist in
hardware from Ada, Hopper and Blackwell on: Orin has neither, and the builder refuses the network.

## Fix
On Nano, TX1 and TX2 use the unquantized model with `--fp16`. For Orin quantize to INT8 instead of FP8.
"""

from jetdoctor.rules.precision._types import quantizing

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
)


def check_target(model, target):
    module = target.module
    lacking = {key for key, value in (module.precision if module else {}).items() if value.startswith("no")}
    seen = set()
    for node, precision in quantizing(model) if lacking & {"int8", "fp8", "fp4"} else ():
        if precision in lacking:
            seen.add(precision)
            yield _match("quantized to %s, which" % precision.upper(), precision, module, lacking, node)
    if target.precision in lacking - seen:
        yield _match("%s is requested, which" % target.precision.upper(), target.precision, module, lacking)


def _match(said, precision, module, lacking, node=None):
    refused = precision != "int8"
    return Match(
        "%s the GPU of %s does not support" % (said, module.id),
        node=node,
        wall="builder",
        cause=precision,
        severity="error" if refused else None,
        outcome="rejected" if refused else None,
        fixes=(Fix(_advice(precision, lacking), "manual"),),
    )


def _advice(precision, lacking):
    if precision == "bf16":
        return "Build in FP16"
    return "Use the model without Q/DQ, in FP16" if "int8" in lacking else "Quantize to INT8 instead"
