"""TensorRT is not installed

## What it detects
A Jetson whose package database was read, without TensorRT; or a container on one, of JetPack 5 and later,
that has neither the library nor the bindings.

## Why it fails
A board that was flashed with the board support package alone has a driver, but no CUDA toolkit, cuDNN and
TensorRT. Containers of JetPack 5 and later must bring their own (the host's is not mounted into them), those
of JetPack 4 get the host's mounted.

## Fix
`sudo apt update && sudo apt install nvidia-jetpack` installs the components of the release that runs (several GB);
`sudo apt install nvidia-tensorrt` installs TensorRT and what it needs. Undo: `sudo apt remove nvidia-jetpack && sudo
apt autoremove`. In a container use an image that contains TensorRT (`l4t-tensorrt`, `l4t-jetpack`, one of
jetson-containers with `tensorrt` among its packages).
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version

RULE = Rule(
    id="JD127",
    name="tensorrt-not-installed",
    severity="warning",
    outcome="environment",
    sources=(
        "https://docs.nvidia.com/jetson/jetpack/install-setup/index.html",
        "https://github.com/NVIDIA/TensorRT/issues/571",
        "https://github.com/dusty-nv/jetson-containers/issues/1576 (an image without it)",
        "https://github.com/NVIDIA/TensorRT/issues/2328",
        "https://github.com/anduril/jetpack-nixos sourceinfo/r35.6, r36.5, r39.2-debs.json",
    ),
)


_OWN_IN_CONTAINERS = (34,)  # L4T from which containers bring CUDA, cuDNN and TensorRT themselves (JetPack 5)


def check_device(device):
    if not device.get("l4t") or device.get("tensorrt") or device.get("tensorrt_python"):
        return
    if device.get("container"):
        mounted = parse_version(device.get("l4t")) < _OWN_IN_CONTAINERS
        if device.get("packages") and not mounted:
            yield Match(
                "no TensorRT in this container: L4T %s does not mount the host's, the image must bring it"
                % device.get("l4t"),
                cause="tensorrt",
                fixes=(Fix("Use an image that holds TensorRT, such as l4t-tensorrt or l4t-jetpack", "manual"),),
            )
    elif device.get("packages") or "tensorrt" in (device.get("not_installed") or ()):
        yield Match(
            "no TensorRT is installed: only the board support package, L4T %s" % device.get("l4t"),
            cause="tensorrt",
            fixes=(Fix("sudo apt install nvidia-jetpack (of the release that runs), or use a container", "manual"),),
        )
