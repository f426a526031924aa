"""PyTorch has no code for this GPU

## What it detects
The list of GPU architectures that PyTorch was compiled for has neither the board's nor an older virtual
one.

## Why it fails
Generic aarch64 builds with CUDA (conda-forge, server wheels) are compiled for server GPUs.
`torch.cuda.is_available()` is True, and the first kernel fails: `no kernel image is available for
execution on the device`. Code for sm_80 or sm_86 does not run on Orin's 8.7: between desktop GPUs and
Tegra there is no binary compatibility.

## Fix
Install a wheel that was compiled for the board: sm_53 Nano, sm_62 TX2, sm_72 Xavier, sm_87 Orin, sm_110
Thor. `jetdoctor device` names one.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version

RULE = Rule(
    id="JD133",
    name="torch-without-this-gpu",
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


def check_device(device):
    capability, names = device.get("compute_capability"), device.get("torch_architectures")
    if not capability or not names or not device.get("soc"):
        return
    own = parse_version(capability)
    if not any(runs(name, own) for name in names):
        yield Match(
            "PyTorch %s has no code for compute capability %s, only %s"
            % (device.get("torch") or "", capability, " ".join(names)),
            cause="torch",
            fixes=(Fix("Install a PyTorch that was compiled for this GPU (see the advice)", "manual"),),
        )


def runs(name, own):
    """Whether "sm_87" (this GPU only, on Tegra) or "compute_80" (newer, too) runs."""
    digits = "".join(c for c in name.split("_")[-1] if c.isdigit())
    built = (int(digits[:-1] or 0), int(digits[-1:] or 0))
    return built <= own if name.startswith("compute") else built == own
