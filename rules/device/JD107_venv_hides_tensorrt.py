"""The virtual environment hides JetPack's packages

## What it detects
Python runs in a venv without system site packages, or in conda, on a Jetson, and finds no TensorRT there.

## Why it fails
JetPack installs TensorRT, cv2 and its numpy for the system interpreter, in /usr/lib/python3*/dist-
packages. A plain venv or a conda environment does not look there.

## Fix
Create it again with the same interpreter: `python3 -m venv --system-site-packages ENV`, or set `include-
system-site-packages = true` in ENV/pyvenv.cfg (undo: false). A conda environment has no such option: use a venv for
programs that need TensorRT.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version, release

RULE = Rule(
    id="JD107",
    name="venv-hides-tensorrt",
    severity="error",
    outcome="environment",
    sources=(
        "https://github.com/pytorch/TensorRT/issues/1233",
        "https://github.com/NVIDIA/TensorRT/issues/2737",
    ),
)


def check_device(device):
    row = release(device.get("jetpack"))
    if not row or device.get("container") or device.get("tensorrt_imports") or device.get("tensorrt_python"):
        return
    if device.get("packages") and not device.get("tensorrt"):
        return  # there is none to see: JD127
    python = device.get("python") or row["python"]
    if parse_version(python)[:2] != parse_version(row["python"])[:2]:
        return  # JD106 says it
    if device.get("conda") or (device.get("venv") and device.get("venv_system_site") is False):
        kind = "conda environment" if device.get("conda") else "venv"
        yield Match(
            "this %s does not see the TensorRT bindings of JetPack %s" % (kind, row["jetpack"]),
            cause="venv",
            fixes=(Fix("python3 -m venv --system-site-packages ENV", "manual"),),
        )
