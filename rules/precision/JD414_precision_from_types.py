"""The requested precision comes from the model's types, not from a flag

## What it detects
`--precision fp16` or `bf16` with TensorRT 11 for a model whose tensors are FLOAT; `--precision int8`, `fp8`, `int4` or
`fp4` for a model without Q/DQ to that type, with TensorRT 11 and (except INT8) before.

## Why it fails
TensorRT 11 builds strongly typed networks only: `--fp16`, `--int8`, `--best`, calibrators and dynamic ranges are gone,
and what the model computes in is what the engine computes in. Before, a weakly typed build took `--fp8` and `--fp4`
without Q/DQ, and silently built FP32.

## Fix
FP16: `python3 -m modelopt.onnx.autocast --onnx_path MODEL` (NVIDIA's Model Optimizer) writes a model in mixed types.
INT8, FP8, FP4: `python3 -m modelopt.onnx.quantization --onnx_path MODEL --quantize_mode int8` writes Q/DQ.
"""

from jetdoctor.rules.precision._types import first_of_type, quantizing

from jetdoctor.rule import Fix, Match, Rule, VersionRange

RULE = Rule(
    id="JD414",
    name="precision-from-types",
    severity="error",
    outcome="rejected",
    sources=(
        "https://docs.nvidia.com/deeplearning/tensorrt/11.3.0/api/migration/tensorrt-10x-to-11x.html",
        "NvInfer.h of release/10.16 and 11.0: kFP16, kINT8, IInt8Calibrator are gone",
        "https://github.com/NVIDIA/TensorRT/issues/4590 (FP8 and FP4 flags without Q/DQ on Thor)",
    ),
)

_TYPED, _FLAGS = VersionRange.parse(">=11.0"), VersionRange.parse("<11.0")
_HALVES = {"fp16": "FLOAT16", "bf16": "BFLOAT16"}
_AUTOCAST = "Convert it: python3 -m modelopt.onnx.autocast --onnx_path MODEL --low_precision_type %s"
_QUANTIZE = "Quantize it: python3 -m modelopt.onnx.quantization --onnx_path MODEL --quantize_mode %s"


def check_target(model, target):
    wanted = target.precision
    if wanted in _HALVES:
        if first_of_type(model, "FLOAT") is not None and first_of_type(model, _HALVES[wanted]) is None:
            said = "TensorRT 11 builds in the types of the model, which are FLOAT: there is no --%s" % wanted
            yield Match(said, tensorrt=_TYPED, wall="builder", cause=wanted, fixes=(Fix(_AUTOCAST % wanted, "manual"),))
    elif wanted in ("int8", "fp8", "int4", "fp4") and wanted not in {found for _, found in quantizing(model)}:
        advice = (Fix(_QUANTIZE % ("nvfp4" if wanted == "fp4" else wanted), "manual"),)
        said = "TensorRT 11 does not quantize, and the model has no Q/DQ to %s" % wanted.upper()
        yield Match(said, tensorrt=_TYPED, wall="builder", cause=wanted, fixes=advice)
        if wanted != "int8":
            said = "the model has no Q/DQ to %s: --%s is accepted but FP32 is built, silently"
            yield Match(
                said % (wanted.upper(), wanted),
                tensorrt=_FLAGS,
                wall="builder",
                cause=wanted + " flag",
                severity="warning",
                outcome="precision",
                fixes=advice,
            )
