"""Open sizes keep a model from the DLA

## What it detects
With `--dla`: an input with a symbolic or unknown size.

## Why it fails
A DLA loadable is compiled for one shape. With a profile whose min, opt and max differ TensorRT says `DLA requests all
profiles have same min, max, and opt value. All dla layers are falling back to GPU`.

## Fix
Fix the sizes (`jetdoctor fix MODEL --freeze NAME=1x3x640x640`), or give the profile one shape (`--minShapes`,
`--optShapes` and `--maxShapes` alike). Build one engine per batch size.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD704",
    name="dla-needs-fixed-sizes",
    severity="warning",
    outcome="slow",
    sources=(
        "NvInfer.h, INetworkDefinition::addInput: DLA does not support wildcard dimensions",
        "https://github.com/open-mmlab/mmdeploy/issues/1063",
        "https://github.com/NVIDIA/TensorRT/issues/4413",
    ),
)
