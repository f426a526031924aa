"""The container image is of another L4T than the host

## What it detects
Inside a container, a kernel that belongs to another L4T line than the files of the image: a container shares
the host's kernel, whose version identifies the host's line.

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


def check_device(device):
    kernel, image = device.get("kernel") or "", parse_version(device.get("l4t") or "")
    host = _LINES.get(parse_version(kernel)[:2])
    if not device.get("container") or not kernel.endswith("tegra") or not host or not image or image[0] in host:
        return
    lines = " or ".join("r%d" % line for line in host)
    yield Match(
        "this image is of L4T %s, the host's kernel %s is of %s" % (device.get("l4t"), kernel, lines),
        cause="l4t",
        fixes=(Fix("Use an image of the host's L4T (%s)" % lines, "manual"),),
    )
