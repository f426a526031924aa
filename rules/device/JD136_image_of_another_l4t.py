"""The container image is of another L4T than the host

## What it detects
Inside a container, a host of another L4T line than the image. The image's line is in its packages and its apt
source; the host's in `/etc/nv_tegra_release` where that file is mounted into the container, else in the version of
the kernel, which a container shares with its host.

## Why it fails
The image's CUDA uses the host's driver. An image of JetPack 6 on a host of JetPack 5 finds a driver that
is too old (`CUDA driver version is insufficient for CUDA runtime version`, `no CUDA-capable device`), one of
JetPack 4 looks for files that newer hosts do not mount.

## Fix
Use an image of the host's line (its tag begins with `r35`, `r36` …; `cat /etc/nv_tegra_release` on the host
shows it), or flash the host.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version

RULE = Rule(
    id="JD136",
    name="image-of-another-l4t",
    severity="warning",
    outcome="environment",
    sources=(
        "uname -r of captured boards: 4.9 on L4T 32, 5.10 on 35, 5.15 on 36, 6.8 on 38 and 39",
        "https://github.com/dusty-nv/jetson-containers (images are tagged by L4T and run on hosts of the same line)",
    ),
)

#: Kernel of a host -> the L4T lines that it runs.
_LINES = {(4, 9): (32,), (5, 10): (34, 35), (5, 15): (36,), (6, 8): (38, 39)}


def _image(device):
    """L4T of the image itself: a release file that is mounted is the host's."""
    own = None if device.get("host_l4t") else device.get("l4t")
    return device.get("l4t_packages") or device.get("apt_release") or own or ""


def check_device(device):
    kernel, image, said = device.get("kernel") or "", _image(device), device.get("host_l4t")
    host = parse_version(said)[:1] if said else _LINES.get(parse_version(kernel)[:2])
    tegra, line = said or kernel.endswith("tegra"), parse_version(image)[:1]
    if not device.get("container") or not tegra or not host or not line or line[0] in host:
        return
    lines = " or ".join("r%d" % line for line in host)
    rests_on = "the host is of L4T %s" % said if said else "the host's kernel %s is of %s" % (kernel, lines)
    yield Match(
        "this image is of L4T %s, %s" % (image, rests_on),
        cause="l4t",
        fixes=(Fix("Use an image of the host's L4T (%s)" % lines, "manual"),),
    )
