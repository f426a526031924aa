"""cuDNN is not the one of this JetPack

## What it detects
cuDNN has another version than the JetPack's, up to the third number, and this is not a container.

## Why it fails
Wheels for a JetPack are linked to the cuDNN of that JetPack: PyTorch for JetPack 6.0 needs
`libcudnn.so.8`, which JetPack 6.1 no longer has. TensorRT before 10 uses cuDNN itself and was tested with
one version.

## Fix
Install the JetPack's version again by its number: `apt-cache madison libcudnn8` (or libcudnn9-cuda-12)
lists it, then `sudo apt install libcudnn8=VERSION`. A second cuDNN in a directory of its own and
LD_LIBRARY_PATH does not disturb the first.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version, release

RULE = Rule(
    id="JD103",
    name="cudnn-not-of-jetpack",
    severity="warning",
    outcome="environment",
    sources=(
        "https://github.com/YeQiao/pytorch-jetson-orin-nano",
        "rules/data/targets.json",
    ),
)


def check_device(device):
    row, found = release(device.get("jetpack")), device.get("cudnn")
    if not row or not row["cudnn"] or not found or device.get("container"):
        return
    if parse_version(found)[:3] != parse_version(row["cudnn"])[:3]:
        yield Match(
            "cuDNN %s is not the one of JetPack %s, which has %s" % (found, row["jetpack"], row["cudnn"]),
            cause="cudnn",
            fixes=(Fix("Install the JetPack's cuDNN again by its version number", "manual"),),
        )
