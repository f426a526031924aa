"""What people type who come from trtexec, Polygraphy, onnxsim or pip: their word, and what to type here."""

from __future__ import annotations

from typing import Dict

_PRECISION = "check, plan and verify take --precision %s"
_PROFILE = "check prints the profile of a model with open sizes; verify takes --shapes NAME:1x3x640x640"
_ENGINE = "jetdoctor plan MODEL -t T prints the trtexec command that builds the engine"
_VERBOSE = "findings are always complete; --debug shows the traceback of an error"

#: Option, in lower case and without dashes -> what to type instead.
OPTIONS: Dict[str, str] = {
    "onnx": "name the model itself: jetdoctor check MODEL.onnx",
    "model": "name the model itself: jetdoctor check MODEL.onnx",
    "input": "name the file itself: jetdoctor check MODEL.onnx",
    "saveengine": "check and fix build no engine; verify has --save-engine FILE",
    "loadengine": "name the engine itself: jetdoctor check MODEL.engine",
    "shapes": _PROFILE,
    "minshapes": _PROFILE,
    "optshapes": _PROFILE,
    "maxshapes": _PROFILE,
    "loadinputs": "verify and fix take --inputs FILE.npz",
    "usedlacore": "check and plan take --dla, with a module: -t agx-orin@jetpack-6.2",
    "best": "name one precision: --precision int8 or --precision fp16",
    "workspace": _ENGINE,
    "mempoolsize": _ENGINE,
    "timingcachefile": _ENGINE,
    "trt": "jetdoctor verify MODEL builds and compares with TensorRT",
    "onnxrt": "jetdoctor verify MODEL --backend onnxruntime",
    "verbose": _VERBOSE,
    "jetpack": "name it as a target: -t jetpack-6.2",
    "tensorrt": "name it as a target: -t tensorrt-10.3",
    "board": "name it as a target: -t orin-nano@jetpack-6.2",
    "module": "name it as a target: -t orin-nano@jetpack-6.2",
    "json": "--format json",
    "sarif": "--format sarif",
    "html": "--format html",
}
OPTIONS.update({name: _PRECISION % name for name in ("fp32", "fp16", "bf16", "int8", "fp8", "int4")})

_STEPS = "jetdoctor plan MODEL -t T prints the steps and commands"
_SIMPLER = "jetdoctor fix MODEL --simplify -o OUT.onnx"

#: Command -> what to type instead.
COMMANDS: Dict[str, str] = {
    "run": "jetdoctor verify MODEL builds it and compares the outputs",
    "test": "jetdoctor verify MODEL builds it and compares the outputs",
    "compare": "jetdoctor verify MODEL --reference ORIGINAL compares outputs, jetdoctor diff A B compares graphs",
    "surgeon": _SIMPLER,
    "simplify": _SIMPLER,
    "optimize": _SIMPLER,
    "convert": _STEPS,
    "build": _STEPS,
    "compile": _STEPS,
    "export": _STEPS,
    "trtexec": _STEPS,
    "downgrade": "jetdoctor fix MODEL --opset 17 -o OUT.onnx",
    "validate": "jetdoctor check MODEL",
    "lint": "jetdoctor check MODEL",
    "analyze": "jetdoctor check MODEL",
    "info": "jetdoctor inspect MODEL",
    "show": "jetdoctor inspect MODEL",
    "doctor": "jetdoctor device",
    "env": "jetdoctor device",
    "log": "jetdoctor triage LOG",
    "logs": "jetdoctor triage LOG",
    "list": "jetdoctor targets, or jetdoctor rules",
    "version": "jetdoctor --version",
}


#: Value of an option, in lower case -> what it is called here.
VALUES: Dict[str, str] = {
    "half": "fp16",
    "float16": "fp16",
    "float": "fp32",
    "float32": "fp32",
    "bfloat16": "bf16",
    "trt": "tensorrt",
    "ort": "onnxruntime",
    "onnxrt": "onnxruntime",
    "rtx": "tensorrt-rtx",
    "md": "markdown",
    "xml": "junit",
    "txt": "text",
    "warn": "warning",
}


def of_option(written: str) -> str:
    """What to type instead of an option that jetdoctor does not have; "" when it is nobody's habit."""
    return OPTIONS.get(written.partition("=")[0].strip("-").lower().replace("-", "").replace("_", ""), "")
