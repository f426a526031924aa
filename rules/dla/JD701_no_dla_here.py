"""This module or release has no DLA

## What it detects
`--dla` for a module without a DLA (Nano, TX1, TX2, Orin Nano, Thor), for a release whose TensorRT has none on a Jetson
(10.8 to 11.4.0: JetPack 7.0 to 7.2.1), or without a module.

## Why it fails
`trtexec --useDLACore=0` ends with `Cannot create DLA engine, 0 not available`; a program that asks for core 0 gets no
engine.

## Fix
Build for the GPU. Of the modules that JetPack 6 runs on, Orin NX and AGX Orin have DLA cores; of JetPack 5 also Xavier
NX and AGX Xavier. From TensorRT 11.4.1 on (JetPack 7.2.2) DLA is back, documented for AGX Orin.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD701",
    name="no-dla-here",
    severity="error",
    outcome="rejected",
    sources=(
        "https://docs.nvidia.com/deeplearning/tensorrt/11.4.1/inference-library/work-with-dla.html",
        "NVIDIA/Deep-Learning-Accelerator-SW FAQ/README.md",
    ),
)
