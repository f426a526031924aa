"""No TensorRT bindings for this Python

## What it detects
The Python in use has a different minor version from the JetPack's, and `import tensorrt` was not seen to
work. A container is left alone.

## Why it fails
NVIDIA compiles the bindings for the system interpreter of the JetPack only: Python 3.6 on JetPack 4, 3.8
on 5, 3.10 on 6, 3.12 on 7. A 3.11 from pyenv or conda, or the 3.8 of a community Ubuntu 20.04 image for
the Nano, cannot load them even when they are on the path.

## Fix
Run with the JetPack's own interpreter: `/usr/bin/python3.10 -m venv --system-site-packages ~/trt` on
JetPack 6. On a Nano image with Ubuntu 20.04, use trtexec, or NVIDIA's image with Python 3.6.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version, release

RULE = Rule(
    id="JD106",
    name="python-without-bindings",
    severity="error",
    outcome="environment",
    sources=(
        "https://github.com/NVIDIA/TensorRT/issues/1811",
        "https://github.com/NVIDIA/TensorRT/issues/4176",
        "https://github.com/Qengineering/Jetson-Nano-Ubuntu-20-image/issues/11",
    ),
)


def check_device(device):
    row, python = release(device.get("jetpack")), device.get("python")
    if not row or not python or device.get("container") or device.get("tensorrt_imports"):
        return
    if device.get("packages") and not device.get("tensorrt"):
        return  # there is no TensorRT at all: JD127
    if parse_version(python)[:2] != parse_version(row["python"])[:2]:
        yield Match(
            "Python %s has no TensorRT bindings: those of JetPack %s are for Python %s"
            % (python, row["jetpack"], row["python"]),
            cause="python",
            fixes=(
                Fix(
                    "Use /usr/bin/python%s (a venv of it with --system-site-packages), else trtexec" % row["python"],
                    "manual",
                ),
            ),
        )
