"""CUDA is not the one of this JetPack's driver

## What it detects
The CUDA toolkit in use has a different major.minor version from the JetPack's, and no `cuda-compat` package
explains it.

## Why it fails
The CUDA driver is part of the board support package: JetPack 4 stays with CUDA 10.2 (10.0 before 4.4)
whatever is installed, and a newer runtime fails with `CUDA driver version is insufficient` or error 222.
From JetPack 5 on a CUDA of 11.8 or newer works when it comes with the `cuda-compat` package of the same
release.

## Fix
Use the JetPack's own: `export PATH=/usr/local/cuda-11.4/bin:$PATH` with the number of your JetPack, or
point the link back, `sudo update-alternatives --config cuda`. Nothing has to be removed. On JetPack 5 and
later an upgrade is `sudo apt install cuda-compat-12-2 cuda-toolkit-12-2` from NVIDIA's Jetson repository
(undo: `sudo apt remove` both).
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version, release

RULE = Rule(
    id="JD102",
    name="cuda-not-of-jetpack",
    severity="warning",
    outcome="environment",
    sources=(
        "https://developer.nvidia.com/blog/simplifying-cuda-upgrades-for-nvidia-jetson-users/",
        "https://github.com/NVIDIA/TensorRT/issues/2793",
        "https://github.com/TheSpaghettiDetective/obico-server/issues/515",
    ),
)


def check_device(device):
    row, found = release(device.get("jetpack")), device.get("cuda")
    if not row or not row["cuda"] or not found or device.get("container"):
        return
    have, own = parse_version(found)[:2], parse_version(row["cuda"])[:2]
    if have == own or any(name.startswith("cuda-compat-") for name in device.get("packages") or {}):
        return
    yield Match(
        "CUDA %s is in use, but the driver of JetPack %s is made for %s" % (found, row["jetpack"], row["cuda"]),
        cause="cuda",
        severity="error" if have > own else None,
        fixes=(Fix("Point PATH and LD_LIBRARY_PATH back to /usr/local/cuda-%s" % row["cuda"], "manual"),),
    )
