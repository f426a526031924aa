"""TensorRT of this JetPack does not use the DLA

## What it detects
A module with DLA cores and TensorRT 10.8 or newer.

## Why it fails
TensorRT 10.7 is the last 10.x with DLA. The 10.16 of JetPack 7.2 has none on Orin, although the cores are
there; 11.4.1 brings it back for AGX Orin on JetPack 7.2.2. `--useDLACore` fails, and engines for the DLA
cannot be built.

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
    cores, tensorrt = device.get("dla"), device.get("tensorrt")
    if cores and tensorrt and (10, 8) <= parse_version(tensorrt) < (11, 4, 1):
        yield Match(
            "the module has %d DLA cores, TensorRT %s does not use them" % (cores, tensorrt),
            cause="dla",
            fixes=(Fix("Build for the GPU, or stay with JetPack 6.2.2", "manual"),),
        )
