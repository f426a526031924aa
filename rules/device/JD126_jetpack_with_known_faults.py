"""A JetPack with known faults that a later patch fixes

## What it detects
A developer preview, a patch release whose TensorRT refuses or misreads models that the next one accepts, or an
L4T with a driver that public reports blame.

## Why it fails
The previews 5.0 and 5.0.1 carry the early-access parser of TensorRT 8.4.0, which documents opset 13 where
8.4-GA documents 17. JetPack 5.0.2 carries 8.4.1, which refuses a Reshape of opset 14 and later without
`allowzero`; 8.4.3 accepts it, and so does JetPack 5.1 with 8.5.2.

L4T 36.4.7 limits the size of one NvMap allocation: large allocations of GPU memory fail although memory is free
(`NvMapMemAllocInternalTagged`, `NVML_SUCCESS == r` in torch), which stops engine builds and large models.

## Fix
Flash the release of the same line that came after it: 5.1.6 runs on every board of 5.0.x, 6.0 or later
instead of 6.0 DP. Engines have to be rebuilt then. From L4T 36.4.7 move to a later release (36.5) or back to
36.4.4; until then `PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True` splits torch's large allocations.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD126",
    name="jetpack-with-known-faults",
    severity="warning",
    outcome="environment",
    sources=(
        "onnx-tensorrt branch 8.4-EA docs/operators.md",
        "rules/data/targets.json",
        "https://github.com/pytorch/pytorch/issues/185240 (L4T 36.4.7)",
        "https://github.com/0xShug0/audio.cpp/issues/12 (L4T 36.4.7)",
        "https://github.com/NVIDIA-ISAAC-ROS/isaac-ros-cli/issues/22 (cuobjdump of libnvinfer 10.13.3 for CUDA 13.0)",
    ),
)


FAULTS = {
    "5.0": "a developer preview with the early-access parser of TensorRT 8.4.0 (opset 13)",
    "5.0.1": "a developer preview with the early-access parser of TensorRT 8.4.0 (opset 13)",
    "4.4-dp": "a developer preview",
    "6.0-dp": "a developer preview",
    "7.2-ea": "an early-access release",
}
#: Faults that touch only some models: worth knowing, no reason to move.
REMARKS = {"5.0.2": "TensorRT 8.4.1 refuses a Reshape of opset 14 and later without allowzero; JetPack 5.1 accepts it"}
#: Drivers at fault, by L4T: what fails, and what helps.
DRIVERS = {
    "36.4.7": (
        "limits large allocations: NvMap refuses GPU memory although it is free (NvMapMemAllocInternalTagged)",
        "Move to a later L4T or back to 36.4.4; torch: PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True",
    )
}

#: Builds of TensorRT without code for a GPU: (beginning of the package's version, its CUDA), the GPU that is left out.
WITHOUT_GPU = ((("10.13.3.", "+cuda13.0"), "8.7"),)


def check_device(device):
    package = device.get("tensorrt_package") or ""
    for (begin, end), capability in WITHOUT_GPU:
        if package.startswith(begin) and package.endswith(end) and device.get("compute_capability") == capability:
            yield Match(
                "TensorRT %s has no code for this GPU (%s): no engine can be built" % (package, capability),
                cause="library",
                severity="error",
                fixes=(Fix("Install the TensorRT of this JetPack; an apt pin may hold the other one", "manual"),),
            )
    name, driver = device.get("jetpack"), DRIVERS.get(device.get("l4t") or "")
    if driver:
        yield Match("L4T %s %s" % (device.get("l4t"), driver[0]), cause="driver", fixes=(Fix(driver[1], "manual"),))
    if name in FAULTS:
        fix = Fix("Flash the release of the same line that came after it", "manual")
        yield Match("JetPack %s is %s" % (name, FAULTS[name]), cause="faults", fixes=(fix,))
    elif name in REMARKS and (device.get("tensorrt") or "").startswith("8.4.1") and device.get("l4t"):
        fix = Fix("jetdoctor fix repairs such models; JetPack 5.1.6 runs on the same boards", "manual")
        yield Match("JetPack %s: %s" % (name, REMARKS[name]), cause="remark", severity="info", fixes=(fix,))
