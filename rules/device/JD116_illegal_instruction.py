"""numpy dies with Illegal instruction

## What it detects
numpy 1.19.5 with Python 3.6 on a Jetson without OPENBLAS_CORETYPE, or an import that died of
SIGILL.

## Why it fails
The OpenBLAS inside numpy 1.19.5's aarch64 wheel mistakes the Cortex-A57 of Nano and TX2 for another
CPU, and the process dies with `Illegal instruction (core dumped)` at `import numpy`, and so at every
import that needs numpy: onnxruntime, cv2, tensorrt.

## Fix
`export OPENBLAS_CORETYPE=ARMV8` (in ~/.bashrc to keep it; undo: remove the line), or `python3 -m pip
install "numpy==1.19.4"`, or the python3-numpy of the distribution.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version

RULE = Rule(
    id="JD116",
    name="illegal-instruction",
    severity="error",
    outcome="environment",
    sources=(
        "https://github.com/thehapyone/NanoCamera/issues/7",
        "https://github.com/microsoft/onnxruntime/issues/6375",
        "https://github.com/ultralytics/yolov5/issues/10981",
    ),
)


def check_device(device):
    numpy, python = device.get("numpy"), device.get("python")
    killed = device.get("bindings_crash") == "signal 4" or device.get("opencv_crash") == "signal 4"
    affected = device.get("soc") in ("tegra210", "tegra186") or (device.get("jetpack") or "").startswith("4.")
    known = numpy == "1.19.5" and python and parse_version(python)[:2] == (3, 6) and affected
    works = device.get("tensorrt_imports") or device.get("openblas_coretype")
    if killed or (known and not works):
        yield Match(
            "import numpy%s dies with Illegal instruction on this CPU" % (" " + numpy if numpy else ""),
            cause="numpy",
            fixes=(Fix("export OPENBLAS_CORETYPE=ARMV8, or numpy 1.19.4", "manual"),),
        )
