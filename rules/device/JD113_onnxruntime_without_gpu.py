"""ONNX Runtime cannot use the GPU

## What it detects
An ONNX Runtime without the CUDA and TensorRT providers (the package `onnxruntime` rather than `onnxruntime-gpu`), or
one built for another CUDA, on a Jetson.

## Why it fails
PyPI's `onnxruntime` for aarch64 has the CPU provider only, and asking for CUDAExecutionProvider gives a
warning, not an error. PyPI had no aarch64 `onnxruntime-gpu` for years; the newer ones are made for
servers. Wheels for a Jetson are built per JetPack.

## Fix
Install the wheel for this JetPack (`jetdoctor device` names it) after `pip uninstall onnxruntime
onnxruntime-gpu`: the two overwrite each other. TensorRT itself does not need ONNX Runtime.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version, release

RULE = Rule(
    id="JD113",
    name="onnxruntime-without-gpu",
    severity="warning",
    outcome="environment",
    sources=(
        "https://github.com/microsoft/onnxruntime/issues/6124",
        "https://github.com/microsoft/onnxruntime/issues/24380",
        "https://elinux.org/Jetson_Zoo",
    ),
)


def check_device(device):
    version, row = device.get("onnxruntime"), release(device.get("jetpack"))
    if not version or not row or device.get("container"):
        return
    providers, built = device.get("onnxruntime_providers"), device.get("onnxruntime_cuda")
    only_cpu = providers is not None and not {"cuda", "tensorrt"} & set(providers)
    if providers is None and not built and device.get("onnxruntime_package") == "onnxruntime":
        only_cpu = True  # the package with GPU providers is onnxruntime-gpu, from PyPI and from NVIDIA alike
    if only_cpu:
        yield _match("ONNX Runtime %s has no CUDA and no TensorRT provider: it computes on the CPU" % version)
    elif built and row["cuda"] and parse_version(built)[:1] != parse_version(row["cuda"])[:1]:
        yield _match("ONNX Runtime %s was built for CUDA %s, not for %s" % (version, built, row["cuda"]))


def _match(message):
    fix = Fix("Install the onnxruntime-gpu wheel of this JetPack instead (see the advice)", "manual")
    return Match(message, cause="onnxruntime", fixes=(fix,))
