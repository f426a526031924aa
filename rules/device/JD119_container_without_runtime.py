"""The container does not see the GPU's libraries

## What it detects
Inside a container on a Jetson, and libcuda is missing, or libnvinfer is an empty file.

## Why it fails
The CUDA driver comes into a container through NVIDIA's runtime, which mounts the host's files. Started
without it, CUDA fails with `CUDA driver version is insufficient for CUDA runtime version`. On JetPack 4 the
runtime also mounts TensorRT, cuDNN and CUDA from the host; where the host does not have them, the files
in the container are empty: `libnvinfer.so.8: file too short`.

## Fix
Start it with `docker run --runtime nvidia ...` (`--gpus` is refused on Jetson), from an image of the same
L4T release. On JetPack 4 install CUDA, cuDNN and TensorRT on the host first: `sudo apt install nvidia-
jetpack`.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD119",
    name="container-without-runtime",
    severity="error",
    outcome="environment",
    sources=(
        "https://github.com/dusty-nv/jetson-inference/issues/1736",
        "https://github.com/loretoparisi/docker/issues/11",
        "https://github.com/flashrt-project/FlashRT/issues/7",
    ),
)


def check_device(device):
    if not device.get("container"):
        return
    tegra = "tegra" in (device.get("kernel") or "") or bool(device.get("soc"))
    if device.get("tensorrt_library_empty"):
        message = "libnvinfer is an empty file in this container: the host has no TensorRT to mount"
        fix = "On the host: sudo apt install nvidia-jetpack, then docker run --runtime nvidia"
    elif tegra and device.get("libcuda") is False:
        message = "this container on a Jetson has no libcuda: it was started without NVIDIA's runtime"
        fix = "docker run --runtime nvidia ..."
    else:
        return
    yield Match(message, cause="runtime", fixes=(Fix(fix, "manual"),))
