"""PyTorch was built for another JetPack

## What it detects
PyTorch's CUDA, its NVIDIA build tag or its cuDNN do not belong to this JetPack.

## Why it fails
A wheel is linked to the CUDA and cuDNN of one JetPack generation: 10.0 (JetPack 4.2, 4.3), 10.2 (4.4 to
4.6.6), 11.4 (5), 12.2 with cuDNN 8 (6.0), 12.6 with cuDNN 9 (6.1 to 6.2.2), 13 (7). A wheel for another one fails with
`libcudart.so.10.0: cannot open shared object file` (reported many times) or, from 6.1 on, the same for
`libcudnn.so.8` (no report found, so that finding is marked as preview). NVIDIA published PyTorch 2.0 and
later for JetPack 5.1 (TensorRT 8.5, cuDNN 8.6) and newer, none for 5.0.x.

## Fix
Install the wheel of this JetPack: `jetdoctor device` names it with its date.
"""

import re

from jetdoctor.rule import Fix, Match, Rule, parse_version, release

RULE = Rule(
    id="JD111",
    name="torch-of-another-jetpack",
    severity="error",
    outcome="environment",
    sources=(
        "https://github.com/pytorch/pytorch/issues/41975",
        "https://github.com/dusty-nv/jetson-inference/issues/559",
        "https://forums.developer.nvidia.com/t/72048 (PyTorch for Jetson; forum post)",
        "https://github.com/YeQiao/pytorch-jetson-orin-nano",
        "https://github.com/dusty-nv/jetson-containers (scripts/docker_build_ml.sh per L4T branch)",
    ),
)


def check_device(device):
    row, torch = release(device.get("jetpack")), device.get("torch")
    if not row or not torch or not row["cuda"] or device.get("container"):
        return
    found = device.get("torch_cuda")
    problem = _cuda(found, row["cuda"]) if found and found != "none" else None
    severity, basis = "error", "read"
    if not problem:
        problem, severity, basis = _generation(torch, row["jetpack"]), "warning", "preview"
    if problem:
        yield Match(
            "PyTorch %s %s; this is JetPack %s" % (torch, problem, row["jetpack"]),
            cause="torch",
            severity=severity,
            basis=basis,
            fixes=(Fix("Install the PyTorch wheel of this JetPack instead (see the advice)", "manual"),),
        )


def _cuda(found, own):
    """Trouble with CUDA ``found``: before CUDA 11 every minor release has a library name of its own."""
    have, want = parse_version(found)[:2], parse_version(own)[:2]
    if not have:
        return None
    if have[:1] != want[:1] or (want[0] < 11 and have != want):
        return "is linked to CUDA %s, not %s" % (found, own)
    return None


def _generation(torch, jetpack):
    """Trouble with the generation that the version or its nvYY.MM tag shows."""
    own = parse_version(jetpack)
    tag = re.search(r"nv(\d\d)\.(\d+)", torch)
    built = (int(tag.group(1)), int(tag.group(2))) if tag else None
    if own[:2] == (5, 0) and parse_version(torch)[:1] >= (2,):
        return "is of a generation that NVIDIA built for JetPack 5.1 and later"
    if own >= (6, 1) and built and built < (24, 8):
        return "is of the JetPack 6.0 generation and linked to cuDNN 8"
    return None
