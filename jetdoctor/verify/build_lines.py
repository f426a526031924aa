"""The same build as ``trtexec_flags.build``, for Polygraphy's command line and as a Python script."""

from __future__ import annotations

import shlex
from typing import List, Sequence

from jetdoctor.types import Version
from jetdoctor.verify.profiles import Profile
from jetdoctor.verify.trtexec_flags import TYPED


def polygraphy_line(
    version: Version,
    model: str,
    engine: str,
    precision: str,
    workspace: int,
    profiles: Sequence[Profile],
    dla: bool = False,
) -> str:
    """``polygraphy convert``, for the Polygraphy that goes with that TensorRT: see ``polygraphy_for``."""
    size = "%dM" % (workspace >> 20)
    limit = ["--pool-limit", "workspace:" + size] if version >= (8, 4) else ["--workspace=" + size]
    words = ["polygraphy", "convert", model, "-o", engine] + limit
    flag = "strongly-typed" if precision == TYPED else precision
    words += ["--" + flag] if precision != "fp32" else []
    words += ["--use-dla", "--allow-gpu-fallback"] if dla else []
    for profile in profiles:
        for side in ("min", "opt", "max"):
            words.append("--trt-%s-shapes" % side)
            words += ["%s:%s" % (name, list(getattr(span, side))) for name, span in profile.items()]
    return " ".join(map(shlex.quote, words))


def polygraphy_for(version: Version) -> str:
    """Which Polygraphy that line is for, "" when any of today's does.

    0.49 imports TensorRT 8.5 and later only (its backend/trt/loader.py). Sizes such as 500M came with 0.32,
    --pool-limit with 0.35, which deprecated --workspace but kept it, as does 0.38, the last looked at (CHANGELOG).
    """
    return "" if version >= (8, 5) else "python3 -m pip install 'polygraphy>=0.35,<0.39'"


def python_script(
    version: Version,
    model: str,
    engine: str,
    precision: str,
    workspace: int,
    profiles: Sequence[Profile],
    dla: bool = False,
) -> str:
    """``python3 - <<'END' … END``: the Python API as that release spells it."""
    explicit = "1 << int(trt.NetworkDefinitionCreationFlag.EXPLICIT_BATCH)" if version < (10,) else "0"
    typed = "1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED)"
    lines = [
        "import tensorrt as trt",
        "logger = trt.Logger(trt.Logger.INFO)",
        'trt.init_libnvinfer_plugins(logger, "")',
        "builder = trt.Builder(logger)",
        "network = builder.create_network(%s)" % (typed if precision == TYPED else explicit),
        "parser = trt.OnnxParser(network, logger)",
        "if not parser.parse_from_file(%r):" % model,
        "    raise SystemExit([parser.get_error(i).desc() for i in range(parser.num_errors)])",
        "config = builder.create_builder_config()",
    ]
    lines.append(
        "config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, %d << 20)" % (workspace >> 20)
        if version >= (8, 4)
        else "config.max_workspace_size = %d << 20" % (workspace >> 20)
    )
    if precision not in ("fp32", TYPED):
        lines.append("config.set_flag(trt.BuilderFlag.%s)" % precision.upper())
    if dla:
        lines += ["config.default_device_type, config.DLA_core = trt.DeviceType.DLA, 0"]
        lines += ["config.set_flag(trt.BuilderFlag.GPU_FALLBACK)"]
    for profile in profiles:
        lines += _profile(profile)
    lines += [
        "plan = builder.build_serialized_network(network, config)",
        "assert plan is not None",
        "open(%r, 'wb').write(plan)" % engine,
    ]
    return "\n".join(["python3 - <<'END'"] + lines + ["END"])


def _profile(profile: Profile) -> List[str]:
    lines = ["profile = builder.create_optimization_profile()"]
    for name, span in profile.items():
        lines.append("profile.set_shape(%r, %s)" % (name, ", ".join(repr(tuple(shape)) for shape in span)))
    return lines + ["config.add_optimization_profile(profile)"]
