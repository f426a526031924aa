"""TensorRT is not the one that shipped with this JetPack

## What it detects
The TensorRT library on the board is not the version that NVIDIA released with this JetPack, and
this is not a container.

## Why it fails
On a Jetson the CUDA driver is part of the board support package, and NVIDIA tests one TensorRT, one cuDNN
and one CUDA together with it. A desktop TensorRT installed over JetPack 5.0.2 fails with `CUDA initialization
failure with error: 222`. Releases 10.4 to 10.7 have a build of their own for JetPack 6 and work; engines
built earlier must be rebuilt in any case, and JetPack's Python bindings no longer match.

## Fix
See where it came from: `apt-cache policy tensorrt libnvinfer10` (libnvinfer8 before JetPack 6.1). To go
back, install the JetPack's own version by its number, `sudo apt install tensorrt=VERSION`, with the
versions that `apt-cache madison tensorrt` lists. If it is intended, check models against what is installed:
`--target jetpack-6.2+tensorrt-10.7`.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version, release

RULE = Rule(
    id="JD101",
    name="tensorrt-not-of-jetpack",
    severity="warning",
    outcome="environment",
    sources=(
        "https://github.com/NVIDIA/TensorRT/issues/2793",
        "rules/data/targets.json (apt indexes of repo.download.nvidia.com/jetson per L4T release)",
    ),
)


def check_device(device):
    row, found = release(device.get("jetpack")), device.get("tensorrt")
    if not row or not row["tensorrt"] or not found or device.get("container"):
        return
    if parse_version(found)[:3] == parse_version(row["tensorrt"])[:3]:
        return
    message = "TensorRT %s is not the one of JetPack %s, which has %s" % (
        found,
        row["jetpack"],
        row["tensorrt"],
    )
    yield Match(
        message,
        cause="tensorrt",
        fixes=(Fix("Find out why with `apt-cache policy tensorrt`, rebuild every engine", "manual"),),
    )
