"""A JetPack with faults that the next patch does not have

## What it detects
A developer preview, or a patch release whose TensorRT refuses or misreads models that the next one takes.

## Why it fails
The previews 5.0 and 5.0.1 carry the early-access parser of TensorRT 8.4.0, which documents opset 13 where
8.4-GA documents 17. JetPack 5.0.2 carries 8.4.1, which refuses a Reshape of opset 14 and later without
`allowzero`; 8.4.3 takes it, and so does JetPack 5.1 with 8.5.2.

## Fix
Flash the release of the same line that came after it: 5.1.6 runs on every board of 5.0.x, 6.0 or later
instead of 6.0 DP. Engines have to be rebuilt then.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD126",
    name="jetpack-with-known-faults",
    severity="warning",
    outcome="environment",
    sources=(
        "onnx-tensorrt branch 8.4-EA docs/operators.md",
        "rules/data/targets.json",
    ),
)


FAULTS = {
    "5.0": "a developer preview with the early-access parser of TensorRT 8.4.0 (opset 13)",
    "5.0.1": "a developer preview with the early-access parser of TensorRT 8.4.0 (opset 13)",
    "4.4-dp": "a developer preview",
    "6.0-dp": "a developer preview",
    "7.2-ea": "an early-access release",
}
#: Faults that touch only some models: worth knowing, no reason to move.
REMARKS = {"5.0.2": "TensorRT 8.4.1 refuses a Reshape of opset 14 and later without allowzero; 5.1 takes it"}


def check_device(device):
    name = device.get("jetpack")
    if name in FAULTS:
        fix = Fix("Flash the release of the same line that came after it", "manual")
        yield Match("JetPack %s is %s" % (name, FAULTS[name]), cause="faults", fixes=(fix,))
    elif name in REMARKS and (device.get("tensorrt") or "").startswith("8.4.1") and device.get("l4t"):
        fix = Fix("jetdoctor fix repairs such models; JetPack 5.1.6 runs on the same boards", "manual")
        yield Match("JetPack %s: %s" % (name, REMARKS[name]), cause="remark", severity="info", fixes=(fix,))
