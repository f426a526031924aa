"""A package is linked with another CUDA, cuDNN or TensorRT

## What it detects
A Python package (ONNX Runtime, PyTorch, the TensorRT bindings, OpenCV, CuPy) whose libraries name a CUDA, cuDNN or
TensorRT of a different major release from the one installed, and that does not bundle it. Read from the
libraries themselves, so a file name or a version in the metadata cannot mislead; of CuPy, whose wheels are named after
their CUDA (`cupy-cuda12x`), the name is enough.

## Why it fails
A shared library is looked up by the name that the linker recorded: `libcublasLt.so.11` is not found where CUDA 12
has `libcublasLt.so.12`. PyTorch and the bindings then fail at import; ONNX Runtime prints one line about its CUDA
provider and computes on the CPU.

## Fix
Install the wheel that was built for this JetPack (`jetdoctor device` names it). Never install another CUDA next to
JetPack's or symlink one name to the other: the interfaces differ.
"""

import re

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD134",
    name="wheel-of-another-cuda",
    severity="warning",
    outcome="environment",
    sources=(
        "https://github.com/dusty-nv/jetson-containers/issues/573 (ONNX Runtime for CUDA 11 on JetPack 6)",
        "https://github.com/NVIDIA/cuda-python (libcudart.so.MAJOR), NvInferVersion.h (libnvinfer.so.MAJOR)",
    ),
)

_LIBRARY = re.compile(r"lib(cudart|cublasLt|cublas|cudnn|nvinfer)\.so\.(\d+)")
_PARTS = {"cudart": "CUDA", "cublasLt": "CUDA", "cublas": "CUDA", "cudnn": "cuDNN", "nvinfer": "TensorRT"}


def check_device(device):
    installed = {"CUDA": device.get("cuda"), "cuDNN": device.get("cudnn"), "TensorRT": device.get("tensorrt")}
    for package, libraries in sorted(_linked(device).items()):
        if package == "onnxruntime" and device.get("onnxruntime_cuda"):
            installed = dict(installed, CUDA=None)  # JD113 speaks of it
        for part, library, wanted in _foreign(libraries, installed):
            text = "%s is linked with %s of %s %s, but this system has %s %s"
            name = "%s %s" % (package, device.get(package)) if device.get(package) else package
            yield Match(
                text % (name, library, part, wanted, part, installed[part]),
                cause=(package, part),
                fixes=(Fix("Install the wheel of %s that was built for this JetPack" % package, "manual"),),
            )


def _linked(device):
    """Libraries that each package needs, as read from it; those of CuPy are known from the wheel's name as well."""
    linked = dict(device.get("wheel_libraries") or {})
    named = re.match(r"cupy-cuda(\d\d)", device.get("cupy_package") or "")
    if named and "cupy" not in linked:
        linked["cupy"] = ["libcudart.so." + named.group(1)]
    return linked


def _foreign(libraries, installed):
    """(part, library, major release) of each part of which another major release is installed."""
    seen = set()
    for library in libraries:
        found = _LIBRARY.match(library)
        part = _PARTS[found.group(1)] if found else None
        if part and part not in seen and installed[part] and installed[part].split(".")[0] != found.group(2):
            seen.add(part)
            yield part, library, found.group(2)
