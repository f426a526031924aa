"""The user has no permission to use the GPU

## What it detects
On a Jetson, outside a container, the user is neither root nor in the group `video`.

## Why it fails
The device nodes of the integrated GPU (/dev/nvhost-*, /dev/nvmap) belong to the group video. Without it
CUDA fails to initialize, and programs report that there is no CUDA device.

## Fix
`sudo usermod -aG video $USER`, then log in again. Undo: `sudo gpasswd -d $USER video`.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD118",
    name="user-not-in-video",
    severity="error",
    outcome="environment",
    sources=(
        "https://github.com/NVIDIA/NemoClaw/pull/5018 (/dev/nvmap belongs to root:video, cuInit fails)",
        "https://github.com/JuliaGPU/CUDA.jl/issues/2435 (NvRmMemInitNvmap: Permission denied)",
    ),
)


def check_device(device):
    groups = device.get("groups")
    if groups is None or device.get("root") or device.get("container") or not device.get("l4t"):
        return
    if "video" not in groups:
        yield Match(
            "this user is not in the group video and may not open the GPU",
            cause="video",
            fixes=(Fix("sudo usermod -aG video $USER, then log in again", "manual"),),
        )
