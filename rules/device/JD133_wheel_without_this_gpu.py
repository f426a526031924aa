"""A wheel has no code for this GPU

## What it detects
The GPU architectures that PyTorch, torchvision, ONNX Runtime's CUDA provider or OpenCV was compiled for have neither
the board's nor an older virtual one. PyTorch keeps the list as text; of the others the headers of the GPU code in the
library (`.nv_fatbin`) are read.

## Why it fails
Generic aarch64 builds with CUDA (conda-forge, server wheels) are compiled for server GPUs, and a wheel of another
JetPack for its boards. `torch.cuda.is_available()` is True, and the first kernel fails: `no kernel image is
available for execution on the device`. Code for sm_80 or sm_86 does not run on Orin's 8.7: between desktop GPUs
and Tegra there is no binary compatibility.

## Fix
Install a wheel that was compiled for the board: sm_53 Nano, sm_62 TX2, sm_72 Xavier, sm_87 Orin, sm_110
Thor. `jetdoctor device` names one.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version

RULE = Rule(
    id="JD133",
    name="wheel-without-this-gpu",
    severity="error",
    outcome="environment",
    sources=(
        "https://github.com/conda-forge/pytorch-cpu-feedstock/issues/303",
        "https://github.com/jax-ml/jax/issues/40487",
        "https://github.com/pytorch/pytorch/issues/145560",
        "https://github.com/vllm-project/vllm/pull/19328",
        "https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#application-compatibility",
    ),
)

_NAMES = {"torch": "PyTorch", "onnxruntime": "ONNX Runtime's CUDA provider", "opencv": "OpenCV"}


def check_device(device):
    capability = device.get("compute_capability")
    if not capability or not device.get("soc"):
        return
    compiled = dict(device.get("wheel_architectures") or {}, torch=device.get("torch_architectures") or ())
    for package, names in sorted(compiled.items()):
        if not names or any(runs(name, parse_version(capability)) for name in names):
            continue
        called = ("%s %s" % (_NAMES.get(package, package), device.get(package) or "")).strip()
        yield Match(
            "%s has no code for compute capability %s, only %s" % (called, capability, " ".join(names)),
            cause=package,
            fixes=(Fix("Install a build of it that was compiled for this GPU (see the advice)", "manual"),),
        )


def runs(name, own):
    """Whether "sm_87" (this GPU only, on Tegra) or "compute_80" (newer, too) runs."""
    digits = "".join(c for c in name.split("_")[-1] if c.isdigit())
    built = (int(digits[:-1] or 0), int(digits[-1:] or 0))
    return built <= own if name.startswith("compute") else built == own
