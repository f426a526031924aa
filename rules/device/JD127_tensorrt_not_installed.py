"""There is no TensorRT on this board

## What it detects
A Jetson, outside a container, whose package database was read, without TensorRT.

## Why it fails
A board that was flashed with the board support package alone has a driver, but no CUDA toolkit, cuDNN and
TensorRT. Containers of JetPack 5 and later bring their own and work on it; those of JetPack 4 do not.

## Fix
`sudo apt update && sudo apt install nvidia-jetpack` installs the components of the release that runs
(several GB); `sudo apt install nvidia-tensorrt` less. Undo: `sudo apt remove nvidia-jetpack && sudo apt
autoremove`.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD127",
    name="tensorrt-not-installed",
    severity="warning",
    outcome="environment",
    sources=(
        "https://docs.nvidia.com/jetson/jetpack/install-setup/index.html",
        "https://github.com/NVIDIA/TensorRT/issues/571",
        "https://github.com/NVIDIA/TensorRT/issues/2328",
        "https://github.com/anduril/jetpack-nixos sourceinfo/r35.6, r36.5, r39.2-debs.json",
    ),
)


def check_device(device):
    if not device.get("l4t") or device.get("container") or device.get("tensorrt"):
        return
    if device.get("packages"):
        yield Match(
            "no TensorRT is installed: only the board support package, L4T %s" % device.get("l4t"),
            cause="tensorrt",
            fixes=(Fix("sudo apt install nvidia-jetpack (of the release that runs), or use a container", "manual"),),
        )
