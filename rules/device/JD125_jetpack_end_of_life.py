"""This JetPack no longer gets updates

## What it detects
A JetPack whose line NVIDIA has ended: JetPack 4.

## Why it fails
JetPack 4.6.6 (L4T 32.7.6) was the last release for Nano, TX1 and TX2, with CUDA 10.2, TensorRT 8.2 and
Python 3.6. Newer exporters write forms that TensorRT 8.2 does not read, and new Python packages no longer support
3.6.

## Fix
Stay, and export for it (opset 13 or lower; `jetdoctor check --target jetpack-4.6.6`). Xavier can move to
JetPack 5.1.6 by flashing; Nano, TX1 and TX2 cannot.
"""

from jetdoctor.rule import Fix, Match, Rule, release

RULE = Rule(
    id="JD125",
    name="jetpack-end-of-life",
    severity="info",
    outcome="environment",
    sources=(
        "https://forums.developer.nvidia.com/t/314301 (NVIDIA; linked from meta-tegra)",
        "rules/data/targets.json",
    ),
)


def check_device(device):
    row = release(device.get("jetpack"))
    if row and row["eol"]:
        newest = "Xavier can be flashed with JetPack 5.1.6" if device.get("soc") == "tegra194" else ""
        if not newest:
            newest = "newest for this line: 4.6.6"
        yield Match(
            "JetPack %s belongs to a line that no longer gets updates" % row["jetpack"],
            cause="eol",
            fixes=(Fix("Export for it: opset 13 or lower; %s" % newest, "manual"),),
        )
