"""torchvision does not belong to this PyTorch

## What it detects
torchvision's minor version is not the one paired with PyTorch's.

## Why it fails
Each torchvision is compiled against one PyTorch. With another one the import fails, or the first
operator: `operator torchvision::nms does not exist`. On a Jetson it happens because pip fetches a
torchvision from PyPI, and with it replaces NVIDIA's PyTorch.

## Fix
Build the matching version from source: `git clone --branch v0.13.0 https://github.com/pytorch/vision` with the
version named in the finding, then `python3 setup.py install --user`. Uninstall the other one first.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version

RULE = Rule(
    id="JD112",
    name="torchvision-not-paired",
    severity="error",
    outcome="environment",
    sources=(
        "https://github.com/pytorch/vision#installation",
        "https://github.com/pytorch/vision/issues/4180",
        "https://github.com/pytorch/vision/issues/8985",
        "https://github.com/dusty-nv/jetson-containers@dd206bfe torchvision/config.py (pairs up to 0.28 and 2.13)",
    ),
)


def check_device(device):
    torch, vision = device.get("torch"), device.get("torchvision")
    if not torch or not vision:
        return
    want, have = partner(parse_version(torch)[:2]), parse_version(vision)[:2]
    if want and have != want:
        yield Match(
            "torchvision %s does not match PyTorch %s, which needs %d.%d" % ((vision, torch) + want),
            cause="torchvision",
            fixes=(Fix("Install torchvision %d.%d, built against this PyTorch" % want, "manual"),),
        )


def partner(torch):
    """(0, 13) for PyTorch (1, 12): one minor release each since 0.5 and 1.4; None before."""
    if len(torch) < 2 or torch < (1, 4):
        return None
    return (0, torch[1] + 1) if torch[0] == 1 else (0, torch[1] + 15)
