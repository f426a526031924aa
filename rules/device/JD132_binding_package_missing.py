"""TensorRT is installed without its Python bindings

## What it detects
libnvinfer is a package on the board, python3-libnvinfer is not, and the JetPack's own Python finds no
tensorrt.

## Why it fails
The bindings are a separate package. A runtime-only installation, or one of single packages, leaves
them out: `No module named tensorrt`.

## Fix
`sudo apt install python3-libnvinfer` installs those of the same release (undo: `sudo apt remove
python3-libnvinfer`). Never `pip install tensorrt`.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version, release

RULE = Rule(
    id="JD132",
    name="binding-package-missing",
    severity="warning",
    outcome="environment",
    sources=(
        "https://github.com/Qengineering/Jetson-Nano-image/issues/27",
        "https://docs.nvidia.com/jetson/jetpack/install-setup/index.html",
    ),
)


def check_device(device):
    packages, row = device.get("packages") or {}, release(device.get("jetpack"))
    library = any(name.startswith("libnvinfer") and name[10:].isdigit() for name in packages)
    if not row or not library or "python3-libnvinfer" in packages or device.get("container"):
        return
    if device.get("tensorrt_python") or device.get("tensorrt_system_bindings"):
        return
    python = device.get("python")
    if python and parse_version(python)[:2] == parse_version(row["python"])[:2] and len(packages) > 5:
        yield Match(
            "TensorRT is installed but its package python3-libnvinfer is not: Python has no tensorrt",
            cause="bindings",
            fixes=(Fix("sudo apt install python3-libnvinfer", "manual"),),
        )
