"""numpy 2 under packages that were built for numpy 1

## What it detects
numpy 2 or newer together with PyTorch before 2.3, OpenCV before 4.10 or ONNX Runtime before 1.19.

## Why it fails
numpy 2 changed its binary interface. A C extension that was compiled against numpy 1 prints `A module
that was compiled using NumPy 1.x cannot be run in NumPy 2` and fails at the import or at the first array
(`RuntimeError: Numpy is not available`). JetPack's OpenCV and the older wheels of NVIDIA are such
extensions.

## Fix
`python3 -m pip install "numpy<2"` in that environment (undo: `"numpy>=2"`), or packages that were built
for numpy 2.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version, table

RULE = Rule(
    id="JD109",
    name="numpy-two-with-old-wheels",
    severity="warning",
    outcome="environment",
    preview=True,
    sources=(
        "https://numpy.org/doc/stable/numpy_2_0_migration_guide.html",
        "https://forums.developer.nvidia.com/t/370049 (NVIDIA's torch wheel pinned to numpy<2; forum post)",
    ),
)


def check_device(device):
    numpy = device.get("numpy")
    if not numpy or parse_version(numpy)[:1] < (2,):
        return
    firsts = {row["package"]: row["first_for_numpy_2"] for row in table("python_facts") if row["rule"] == RULE.id}
    old = [
        "%s %s" % (name, device.get(name))
        for name, first in firsts.items()
        if device.get(name) and parse_version(device.get(name)) < parse_version(first)
    ]
    if old:
        yield Match(
            "numpy %s, but built for numpy 1: %s" % (numpy, ", ".join(old)),
            cause="numpy",
            fixes=(Fix('python3 -m pip install "numpy<2"', "manual"),),
        )
