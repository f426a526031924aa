"""The model may not fit in this module's memory

## What it detects
An estimate of what running and building this model takes on the target's module, against the memory that is
left there. An error when it cannot run even without a desktop, a warning when only the build does not fit or
when it fits without a desktop but not with one.

## Why it fails
CPU and GPU of a Jetson share the memory. The kernel shows about 93 % of the nominal size (7.4 of 8 GiB on an Orin
Nano); system and drivers take about 800 MB, a GNOME desktop 800 MB more (LXDE 250 MB), CUDA about 200 MB and TensorRT
100 to 300 MB. The model adds its weights, the tensors that are alive at the same time and, during the build, a second
copy of the weights and the workspace. When memory runs out, the kernel kills the builder (`Killed`), or TensorRT says
`Could not find any implementation for node` or `out of memory`.

The estimate is one of FP32 tensors for the given batch, dynamic dimensions counted as 1: a lower bound. What
layer fusion saves and what the chosen kernels need in addition is not included.

## Fix
Without a desktop: `sudo init 3` (back: `sudo init 5`). A smaller workspace (`--memPoolSize=workspace:256`,
`--workspace=256` before 8.4), a smaller batch or input, FP16 (halves weights and tensors), closed programs, a
swap file for everything that is not the GPU's. An engine can also be built on another board with the same
module and JetPack.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD601",
    name="memory-tight",
    severity="warning",
    outcome="build-risk",
    sources=(
        "field notes of an Orin Nano 8 GB: OS 800 MB, desktop 800 MB, CUDA 200 MB, TensorRT 100 to 300 MB",
        "field notes of a JetBot: GNOME 800 MB, LXDE 250 MB",
        "MemTotal of captured boards: 7.4 GiB of 8, 62841 MiB of 64 GiB, 125773 MiB of 128 GiB",
    ),
)

VISIBLE = 0.93  # share of the nominal memory that the kernel shows
SYSTEM_MB, DESKTOP_MB, CUDA_MB, TENSORRT_MB = 800, 800, 200, 300
WORKSPACE_MB = 256  # a small one: with less, kernels of common layers are missing

_BYTES = {
    "DOUBLE": 8,
    "INT64": 4,
    "FLOAT": 4,
    "INT32": 4,
    "FLOAT16": 2,
    "BFLOAT16": 2,
    "INT4": 0.5,
    "UINT4": 0.5,
}


def check_target(model, target):
    module = target.module
    if module is None or not module.ram_mb:
        return
    headless = module.ram_mb * VISIBLE - SYSTEM_MB
    weights, tensors = weights_mb(model), live_mb(model.main)
    run = weights + tensors + CUDA_MB + TENSORRT_MB
    build = run + weights + WORKSPACE_MB
    if build <= headless - DESKTOP_MB:
        return
    said = "about %d MiB to run and %d to build (weights %d, tensors %d)" % (run, build, weights, tensors)
    room = "%s has %d MiB without a desktop, %d with one" % (module.id, headless, headless - DESKTOP_MB)
    title = "Run without a desktop, with a small workspace, in FP16, or with a smaller input"
    fits = run <= headless
    yield Match(
        "%s: %s; %s" % ("fits only just" if fits else "does not fit", said, room),
        cause="memory",
        severity=None if fits else "error",
        fixes=(Fix(title, "manual"),),
        basis="estimate",
    )


#: Elements beyond which a tensor only counts as too large.
_MOST = 2.0**60


def weights_mb(model):
    """MiB of all initializers and constants, 64-bit ones as the 32 bits that TensorRT keeps."""
    total = 0.0
    for graph in model.graphs():
        for name in graph.initializers:
            total += size(graph.value(name))
    return total / 2**20


def live_mb(graph):
    """MiB of the tensors of a graph that are alive at the same time, at its widest point."""
    last = {name: node.index for node in graph.nodes for name in node.inputs if name}
    last.update((name, len(graph.nodes)) for name in graph.output_names)
    sizes = {n: size(graph.value(n)) for n in graph.input_names if n not in graph.initializers}
    ends = {}
    alive = peak = sum(sizes.values())
    for node in graph.nodes:
        for name in node.outputs:
            if name and name not in graph.constant_outputs:
                sizes[name] = size(graph.value(name))
                alive += sizes[name]
        peak = max(peak, alive)
        for name in set(node.inputs) | set(node.outputs):
            if name in sizes and last.get(name, -1) <= node.index and name not in ends:
                ends[name] = True
                alive -= sizes[name]
    return peak / 2**20


def size(value):
    """Bytes of a tensor, no more than no machine has; unknown and symbolic dims count as 1."""
    count = 1.0
    for dim in value.shape or ():
        count = min(count * dim, _MOST) if isinstance(dim, int) and dim > 0 else count
    return count * _BYTES.get(value.dtype, 1)
