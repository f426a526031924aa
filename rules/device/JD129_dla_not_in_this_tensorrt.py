"""This JetPack's TensorRT does not use the DLA

## What it detects
A module with DLA cores and TensorRT 10.8 to 11.4.0; from 11.4.1 on a module other than AGX Orin.

## Why it fails
TensorRT 10.7 is the last 10.x with DLA. The 10.16 of JetPack 7.2 does not support it on Orin, although the cores
exist; 11.4.1 brings it back for AGX Orin on JetPack 7.2.2, and its pages name no other module. `--useDLACore`
fails, and engines for the DLA cannot be built.

## Fix
Build for the GPU, or stay with JetPack 6.2.2 for DLA work.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version

RULE = Rule(
    id="JD129",
    name="dla-not-in-this-tensorrt",
    severity="info",
    outcome="environment",
    sources=(
        "https://docs.nvidia.com/deeplearning/tensorrt/11.4.1/inference-library/work-with-dla.html",
        "https://docs.nvidia.com/deeplearning/tensorrt/10.16.1/getting-started/release-notes-10/10.16.1.html",
    ),
)


def check_device(device):
    cores, tensorrt, module = (device.get(key) for key in ("dla", "tensorrt", "module"))
    if not cores or not tensorrt or parse_version(tensorrt) < (10, 8):
        return
    if parse_version(tensorrt) < (11, 4, 1):
        problem = "TensorRT %s does not use them" % tensorrt
    elif module and not module.startswith("agx-orin"):
        problem = "TensorRT %s is documented to use those of AGX Orin only" % tensorrt
    else:
        return
    yield Match(
        "the module has %d DLA core%s, %s" % (cores, "s" if cores > 1 else "", problem),
        cause="dla",
        fixes=(Fix("Build for the GPU, or stay with JetPack 6.2.2", "manual"),),
    )
