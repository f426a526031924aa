"""PyTorch has no CUDA

## What it detects
A PyTorch that was built for the CPU, on a Jetson.

## Why it fails
The aarch64 wheels of PyPI were CPU-only until the CUDA 13 wheels for JetPack 7.
`torch.cuda.is_available()` is False, everything runs, and it runs on the CPU. A requirements file with a
plain `torch` causes this silently.

## Fix
Uninstall it and install the wheel for this JetPack and Python: `jetdoctor device` names it. Pin it, so
that the next `pip install` does not replace it.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD110",
    name="torch-without-cuda",
    severity="warning",
    outcome="environment",
    sources=(
        "https://forums.developer.nvidia.com/t/318629 (forum post)",
        "https://forums.developer.nvidia.com/t/72048 (PyTorch for Jetson; forum post)",
    ),
)


def check_device(device):
    torch = device.get("torch")
    if torch and (device.get("jetpack") or device.get("l4t")):
        if device.get("torch_cuda") == "none" or torch.endswith("+cpu"):
            yield Match(
                "PyTorch %s was built without CUDA: it computes on the CPU" % torch,
                cause="torch",
                fixes=(Fix("Install the PyTorch wheel of this JetPack instead (see the advice)", "manual"),),
            )
