"""VPI is not the one of this JetPack

## What it detects
VPI 2 on a board or in a container whose L4T is of JetPack 6, or VPI 3 on one of JetPack 5.

## Why it fails
VPI works with the board's driver libraries (nvmap, PVA, VIC), which belong to one L4T. Isaac ROS and
DeepStream load it: with the VPI of another JetPack their nodes stop while they start, with a message about
a stream that could not be created.

## Fix
`dpkg -l | grep -E 'nvvpi|l4t-core'`. On the board install JetPack's own again (`sudo apt install
nvidia-vpi`); for a container use the image of the host's L4T.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD138",
    name="vpi-of-another-jetpack",
    severity="warning",
    outcome="environment",
    sources=(
        "https://github.com/NVIDIA-ISAAC-ROS/isaac_ros_image_pipeline/issues/38",
        "captured boards: libnvvpi2 on JetPack 5.0.2 and 5.1.2, libnvvpi3 on 6.2 and 6.2.1",
    ),
)

#: Major version of VPI by the major version of JetPack; others are not recorded.
VPI_OF = {"5": "2", "6": "3"}


def check_device(device):
    vpi, jetpack = device.get("vpi"), device.get("jetpack")
    expected = VPI_OF.get((jetpack or "").split(".")[0])
    if not vpi or not expected or vpi.split(".")[0] == expected or vpi.split(".")[0] not in VPI_OF.values():
        return
    yield Match(
        "VPI %s is not the one of JetPack %s, which has VPI %s" % (vpi, jetpack, expected),
        cause="vpi",
        fixes=(Fix("Install JetPack's own VPI again, or take the container image of the host's L4T", "manual"),),
    )
