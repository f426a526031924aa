"""The Ubuntu release is not the JetPack's

## What it detects
A Jetson, outside a container, runs a different Ubuntu release from the one its JetPack was made for.

## Why it fails
Libraries of JetPack are built for one Ubuntu: 18.04 (JetPack 4), 20.04 (5), 22.04 (6), 24.04 (7).
Community images put Ubuntu 20.04 over JetPack 4 of a Nano; the libraries work there, the Python bindings
do not, and NVIDIA's packages cannot be updated. A `do-release-upgrade` on a Jetson leads to the same, or
to a board that does not start.

## Fix
Keep what works, use trtexec or C++ for TensorRT, and do not update NVIDIA's packages. The clean way is
NVIDIA's image of the JetPack.
"""

from jetdoctor.rule import Fix, Match, Rule, release

RULE = Rule(
    id="JD128",
    name="ubuntu-not-of-jetpack",
    severity="warning",
    outcome="environment",
    sources=(
        "https://github.com/Qengineering/Jetson-Nano-Ubuntu-20-image/issues/11",
        "rules/data/targets.json",
    ),
)


def check_device(device):
    row, system = release(device.get("jetpack")), (device.get("os") or "").split()
    if not row or len(system) != 2 or system[0] != "ubuntu" or device.get("container") or not row["ubuntu"]:
        return
    if system[1] != row["ubuntu"]:
        yield Match(
            "Ubuntu %s runs, but JetPack %s is made for %s" % (system[1], row["jetpack"], row["ubuntu"]),
            cause="ubuntu",
            fixes=(Fix("Do not update NVIDIA's packages; for Python bindings flash NVIDIA's image", "manual"),),
        )
