"""import tensorrt fails

## What it detects
The bindings are there, and importing them in a child process failed.

## Why it fails
Usually a library is missing or is another one than the bindings were built for: `libnvinfer.so.8: cannot
open shared object file`, an undefined symbol, or an x86 library in an aarch64 package. The error
message is in the finding.

## Fix
See which library is meant: `ldconfig -p | grep nvinfer`. Remove copies from LD_LIBRARY_PATH and from pip
(`pip list | grep -i tensorrt`); install JetPack's again with `sudo apt install --reinstall
python3-libnvinfer`.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD131",
    name="bindings-do-not-import",
    severity="error",
    outcome="environment",
    sources=(
        "https://github.com/NVIDIA/TensorRT/issues/3388",
        "https://github.com/dusty-nv/jetson-inference/issues/1733",
    ),
)


def check_device(device):
    error = device.get("tensorrt_error") or ""
    if device.get("tensorrt_imports") is not False or "GLIBC" in error:
        return
    if device.get("bindings_crash") == "signal 4":
        return  # JD116 says it
    reason = error or device.get("bindings_crash") or "no message"
    yield Match(
        "import tensorrt fails: %s" % reason[:200],
        cause="import",
        fixes=(Fix("See `ldconfig -p | grep nvinfer`; sudo apt install --reinstall python3-libnvinfer", "manual"),),
    )
