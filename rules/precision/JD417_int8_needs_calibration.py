"""INT8 without Q/DQ needs calibration

## What it detects
`--precision int8` for a model without Q/DQ, with TensorRT before 11.

## Why it fails
The builder needs a range for each tensor: from a calibrator that sees some hundred inputs, or from its cache. With
neither, trtexec uses arbitrary ranges, and the engine is fast and wrong. Tensors without a scale run in FP16 or FP32.
With open sizes TensorRT 7 cannot calibrate at all (`assertRegionTightlyFitsTensor`), later ones use the OPT shape
alone. Calibration is deprecated from 10.1 on and gone in 11.0.

## Fix
`jetdoctor verify MODEL --precision int8 --calibration FILE.npz` (or a folder of images) rehearses and builds with
it. For TensorRT 10 and later write Q/DQ with NVIDIA's Model Optimizer instead.
"""

from jetdoctor.rules.precision._types import quantizing

from jetdoctor.rule import Fix, Match, Rule, VersionRange

RULE = Rule(
    id="JD417",
    name="int8-needs-calibration",
    severity="info",
    outcome="precision",
    tensorrt="<11.0",
    sources=(
        "https://github.com/NVIDIA/TensorRT/issues/289 (quotes the release notes of 7.0)",
        "https://github.com/NVIDIA/TensorRT/issues/3933",
        "NVIDIA's release notes of TensorRT 10.1: implicit quantization is deprecated",
    ),
)

_ADVICE = (Fix("Calibrate it: jetdoctor verify MODEL --precision int8 --calibration FILE.npz", "manual"),)


def check_target(model, target):
    if target.precision != "int8" or any(precision == "int8" for _, precision in quantizing(model)):
        return
    names = [name for name in model.main.input_names if name not in model.main.initializers]
    if any(model.main.value(name).static_shape is None for name in names):
        yield Match(
            "TensorRT 7 does not calibrate a model with open sizes",
            tensorrt=VersionRange.parse(">=7.0,<8.0"),
            wall="builder",
            cause="open",
            severity="error",
            outcome="rejected",
            fixes=(Fix("Calibrate a copy with fixed sizes, and give its cache to this build", "manual"),),
        )
    yield Match(
        "no Q/DQ: the builder needs a calibrator or its cache", wall="builder", cause="calibration", fixes=_ADVICE
    )
