"""trtexec's options by TensorRT release, read from samples/common/sampleOptions.cpp at each release tag of
github.com/NVIDIA/TensorRT (8.0.1, 8.2.1, 8.4.1, 8.5.1, 8.6.1, 10.0 … 11.1).
"""

from __future__ import annotations

import re
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

from jetdoctor.types import JetdoctorError, Version, VersionRange
from jetdoctor.verify.profiles import Profile, Shape

#: Option -> releases that know it; an option that is not here is in all of 8.0 to 11.
OPTIONS: Dict[str, VersionRange] = {
    "--workspace": VersionRange.parse("<10.0"),
    "--memPoolSize": VersionRange.parse(">=8.4"),
    "--explicitBatch": VersionRange.parse("<10.0"),
    "--buildOnly": VersionRange.parse("<10.0"),
    "--skipInference": VersionRange.parse(">=8.6"),
    "--fp16": VersionRange.parse("<11.0"),
    "--bf16": VersionRange.parse(">=10.0,<11.0"),
    "--best": VersionRange.parse("<11.0"),
    "--calib": VersionRange.parse("<11.0"),
    "--precisionConstraints": VersionRange.parse(">=8.2,<11.0"),
    "--layerPrecisions": VersionRange.parse(">=8.4,<11.0"),
    "--stronglyTyped": VersionRange.parse(">=10.0"),
    "--useProfile": VersionRange.parse(">=10.0"),
    "--profile": VersionRange.parse(">=10.0"),
}


#: "Precision" of a build in the types of the model.
TYPED = "typed"


def known(option: str, version: Version) -> bool:
    """Whether that release's trtexec takes the option (any option that no release dropped: yes)."""
    return option not in OPTIONS or version in OPTIONS[option]


def version_of(log: str) -> Optional[str]:
    """TensorRT release in trtexec's banner, ``[TensorRT v8401]`` -> "8.4.1", ``v100300`` -> "10.3.0"."""
    banner = re.search(r"\[TensorRT v(\d{4,6})\]", log)
    if not banner:
        return None
    number = int(banner.group(1))
    major = 1000 if number < 50000 else 10000  # NV_TENSORRT_VERSION changed its scale with 10.0
    return "%d.%d.%d" % (number // major, number % major // 100, number % 100)


def build(
    version: Version,
    model: str,
    engine: str,
    precision: str = "fp32",
    workspace: Optional[int] = None,
    profiles: Sequence[Profile] = (),
    calibration_cache: Optional[str] = None,
    timing_cache: Optional[str] = None,
    keep_fp32: Sequence[str] = (),
    dla: bool = False,
) -> List[str]:
    """Arguments that build an engine and stop; ``workspace`` in bytes. ``dla``: on its first core, the rest on the GPU.

    Raises ``JetdoctorError`` for what that release's trtexec cannot do.
    """
    arguments = ["--onnx=" + model, "--saveEngine=" + engine]
    arguments.append("--skipInference" if known("--skipInference", version) else "--buildOnly")
    if version < (8, 2):
        arguments.append("--explicitBatch")
    if workspace:
        size = workspace >> 20
        pools = known("--memPoolSize", version)
        arguments.append("--memPoolSize=workspace:%d" % size if pools else "--workspace=%d" % size)
    arguments += _precision(version, precision, calibration_cache) + shape_arguments(version, profiles)
    if keep_fp32:
        arguments += layer_precisions(version, keep_fp32)
    if timing_cache:
        arguments.append("--timingCacheFile=" + timing_cache)
    if dla:
        arguments += ["--useDLACore=0", "--allowGPUFallback"]
    return arguments


def _precision(version: Version, precision: str, calibration_cache: Optional[str]) -> List[str]:
    if precision == "fp32":
        return ["--noTF32"]
    if precision == TYPED:
        if not known("--stronglyTyped", version):
            raise JetdoctorError("trtexec has --stronglyTyped from TensorRT 10.0 on")
        return ["--stronglyTyped"]
    if version >= (11,):
        text = "TensorRT 11 builds in the types of the model: convert it to %s first (ModelOpt AutoCast)"
        raise JetdoctorError(text % precision)
    if precision == "bf16" and not known("--bf16", version):
        raise JetdoctorError("trtexec has --bf16 from TensorRT 10.0 on")
    if precision == "int8":
        cache = ["--calib=" + calibration_cache] if calibration_cache else []
        return ["--int8", "--fp16"] + cache
    return ["--" + precision]


def layer_precisions(version: Version, layers: Sequence[str]) -> List[str]:
    """Arguments that keep these layers (by node name) in FP32."""
    if not known("--layerPrecisions", version):
        raise JetdoctorError("trtexec has --layerPrecisions from TensorRT 8.4 to 10; use the Python API")
    spec = ",".join("%s:fp32" % name for name in layers)
    return ["--precisionConstraints=obey", "--layerPrecisions=" + spec]


def shape_arguments(version: Version, profiles: Sequence[Profile]) -> List[str]:
    """--minShapes, --optShapes and --maxShapes, of one profile or (from 10.0) of several."""
    if len(profiles) > 1 and not known("--profile", version):
        raise JetdoctorError("trtexec accepts several profiles from TensorRT 10.0 on; use the Python API")
    arguments: List[str] = []
    for index, profile in enumerate(profiles):
        if len(profiles) > 1:
            arguments.append("--profile=%d" % index)
        for option in ("min", "opt", "max"):
            shapes = {name: getattr(span, option) for name, span in profile.items()}
            arguments.append("--%sShapes=%s" % (option, spell_shapes(shapes)))
    return arguments


def spell_shapes(shapes: Mapping[str, Shape]) -> str:
    """``images:1x3x640x640,mask:1x80``. A scalar is spelled as nothing after the colon."""
    return ",".join("%s:%s" % (name, "x".join(map(str, shape))) for name, shape in shapes.items())


def infer(
    engine: str,
    inputs: Mapping[str, str],
    shapes: Mapping[str, Shape],
    output: str,
    times: Optional[str] = None,
    timing: Tuple[int, int, int] = (1, 0, 0),
) -> List[str]:
    """Arguments that run a built engine on files and export its outputs as JSON.

    ``timing``: least iterations, seconds, milliseconds of warm-up; ``times`` takes the raw times.
    """
    arguments = ["--loadEngine=" + engine, "--exportOutput=" + output, "--useSpinWait"]
    if inputs:
        arguments.append("--loadInputs=" + ",".join("'%s':%s" % pair for pair in inputs.items()))
    if shapes:
        arguments.append("--shapes=" + spell_shapes(shapes))
    if times:
        arguments.append("--exportTimes=" + times)
    return arguments + ["--iterations=%d" % timing[0], "--duration=%d" % timing[1], "--warmUp=%d" % timing[2]]
