"""The release does not have the requested precision

## What it detects
`--precision` with a type that came later: BF16 and FP8 before TensorRT 9.0, INT4 before 10.0, FP4 before 10.8.

## Why it fails
The type is not in that release's NvInfer.h, and its trtexec has no option for it. In 8.6 kFP8 is there as a name only:
"not supported yet, will result in an error or undefined behavior".

## Fix
FP16 is in every release and on every Jetson since the TX1, INT8 from Xavier on.
"""

from jetdoctor.rule import Fix, Match, Rule, VersionRange

RULE = Rule(
    id="JD413",
    name="precision-not-in-release",
    severity="error",
    outcome="rejected",
    sources=("NvInfer.h, enum DataType, of release/8.6 to 10.8",),
)

_SINCE = {"bf16": "9.0", "fp8": "9.0", "int4": "10.0", "fp4": "10.8"}


def check_target(model, target):
    since = _SINCE.get(target.precision)
    if since is not None:
        yield Match(
            "TensorRT has %s from %s on" % (target.precision.upper(), since),
            tensorrt=VersionRange.parse("<" + since),
            wall="builder",
            cause=target.precision,
            fixes=(Fix("Build in FP16", "manual"),),
        )
