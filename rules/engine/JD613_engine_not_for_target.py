"""An engine file does not fit the target

## What it detects
The header of an engine (`.engine`, `.plan`, `.trt`) or its sidecar `ENGINE.json` names another TensorRT release,
GPU or model than the target's, or the file is not an engine at all.

## Why it fails
A serialized engine contains kernels for one GPU and one TensorRT release; others refuse to load it, and
some releases crash instead. `--hardwareCompatibilityLevel=ampere+` does not change that on a Jetson: NVIDIA's
guide excludes JetPack. An engine that was built from an older model runs and computes the old results.

## Fix
Build it on the board that runs it, and again after each change of model or JetPack:
`jetdoctor verify MODEL --save-engine FILE`, which writes the sidecar.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD613",
    name="engine-not-for-target",
    severity="error",
    outcome="build-risk",
    sources=(
        "github.com/NVIDIA/TensorRT v10.3.0 samples/common/sampleEngines.cpp:1377 printPlanVersion",
        "NVIDIA TensorRT 8.6 developer guide, Hardware Compatibility: Ampere and later, not on DRIVE OS or JetPack",
    ),
)
