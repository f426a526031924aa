"""numpy 2 under packages that were built for numpy 1

## What it detects
numpy 2 or newer together with PyTorch before 2.3, OpenCV before 4.10, ONNX Runtime before 1.19, or a Jetson wheel
of ONNX Runtime (one with GPU providers) up to 1.23.0.

## Why it fails
numpy 2 changed its binary interface. A C extension that was compiled against numpy 1 prints `A module
that was compiled using NumPy 1.x cannot be run in NumPy 2` and fails at the import or at the first array
(`RuntimeError: Numpy is not available`). JetPack's OpenCV and the older wheels of NVIDIA are such
extensions, and so are Jetson builds of ONNX Runtime: PyPI's wheels are for numpy 2 from 1.19 on, the
`onnxruntime-gpu` 1.23.0 of the jetson-ai-lab index (JetPack 6) is still for numpy 1.

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
    sources=(
        "https://numpy.org/doc/stable/numpy_2_0_migration_guide.html",
        "https://github.com/microsoft/onnxruntime/issues/27562",
        "https://github.com/microsoft/onnxruntime/issues/21063",
        "https://github.com/dusty-nv/jetson-containers/issues/1374",
        "https://forums.developer.nvidia.com/t/370049 (NVIDIA's torch wheel pinned to numpy<2; forum post)",
    ),
)


def check_device(device):
    numpy = device.get("numpy")
    if not numpy or parse_version(numpy)[:1] < (2,):
        return
    rows = [row for row in table("python_facts") if row["rule"] == RULE.id]
    old = sorted({"%s %s" % (row["package"], device.get(row["package"])) for row in rows if _is_old(row, device)})
    if old:
        yield Match(
            "numpy %s, but built for numpy 1: %s" % (numpy, ", ".join(old)),
            cause="numpy",
            fixes=(Fix('python3 -m pip install "numpy<2"', "manual"),),
        )


def _is_old(row, device):
    """Whether the installed package is one that was built for numpy 1, as a row of the table says."""
    version = parse_version(device.get(row["package"]) or "")
    if not version:
        return False
    if "first_for_numpy_2" in row:
        return version < parse_version(row["first_for_numpy_2"])
    jetson_wheel = bool({"cuda", "tensorrt"} & set(device.get("onnxruntime_providers") or ()))
    return jetson_wheel and version <= parse_version(row["for_numpy_1_up_to"])
