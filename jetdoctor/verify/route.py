"""The route from a model to an engine on one board, as commands in order: what ``jetdoctor plan`` prints.

Every command can be typed as it stands; what the reader must fill in is spelled in capitals.
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import Any, Dict, List, Sequence, Tuple

from jetdoctor.types import DlaSplit, Finding, JetdoctorError, Result, Target
from jetdoctor.verify import trtexec_flags
from jetdoctor.verify.build_lines import polygraphy_for, polygraphy_line, python_script
from jetdoctor.verify.job import workspace_for
from jetdoctor.verify.profiles import Profile
from jetdoctor.verify.trtexec_flags import TYPED
from jetdoctor.wording import repaired_name

TRTEXEC = "/usr/src/tensorrt/bin/trtexec"  # where JetPack's tensorrt package puts it

#: trtexec's options were read from 8.0 on.
OLDEST = (8, 0)

#: Precisions that come from the Q/DQ of a strongly typed model, not from a flag.
_FROM_TYPES = ("fp8", "int4", "fp4")


@dataclass(frozen=True)
class Step:
    """One step: what for, the commands (alternatives, best first; () for advice), remarks."""

    title: str
    commands: Tuple[str, ...] = ()
    remarks: Tuple[str, ...] = ()

    def to_json(self) -> Dict[str, Any]:
        """``command`` is the best one, null for advice."""
        first = self.commands[0] if self.commands else None
        about = {"title": self.title, "command": first, "alternatives": list(self.commands[1:])}
        return dict(about, remarks=list(self.remarks))


def route(
    result: Result, profiles: Sequence[Profile], folds: bool = False, export: str = "", fallback: str = ""
) -> List[Step]:
    """Steps for one checked model.

    ``folds``: some of it follows from constants. ``export``: the command that exports it for this target, "" when there
    is none. ``fallback``: what to run it with instead.
    """
    steps, path = _repair(result, export, folds)
    if folds and result.verdict != "fixable":
        steps.append(_fold(result, path))
        path = folded(path)
    precision = precision_for(result.target)
    if result.dla is not None:
        steps.append(_divide(result, result.dla))
    precision = TYPED if precision in _FROM_TYPES else precision
    steps.append(_rehearse(result, path, "fp16" if precision == TYPED else precision))
    steps.append(_make_room(result.target))
    steps.append(_build(result, path, precision, profiles))
    steps.append(_prove(result, path, precision, profiles))
    steps.append(_measure(result.target, path, profiles))
    if fallback:
        steps.append(Step("When an engine does not build", (), (fallback,)))
    return steps


def folded(path: str) -> str:
    """Name of the model after constant folding."""
    return os.path.splitext(path)[0] + ".folded.onnx"


def _line(*words: str) -> str:
    return " ".join(map(shlex.quote, words))


def _repair(result: Result, export: str, folds: bool) -> Tuple[List[Step], str]:
    """How to come to a model that the target takes, and that model's path."""
    source, name = result.model.path, result.target.name
    source = "model.onnx" if source == "-" else source  # what came from a stream has to get a name first
    errors = [f for f in result.findings if f.severity == "error"]
    causes = _causes(errors)
    if result.verdict == "unknown":
        return [Step("Build it and see", (), ("there are no facts about this target's TensorRT",))], source
    if result.verdict == "deploys":
        return [], source
    advised = any(f.fix and f.fix.applicability == "manual" for f in result.findings if f.severity == "error")
    exports = _by_hand(result) if advised else ("or export it again: " + export,) if export else ()
    if result.verdict == "fixable":
        path = repaired_name(source, name)
        fix = _line("jetdoctor", "fix", source, "--target", name, *(["--simplify"] if folds else []), "-o", path)
        return [Step("Repair it" + (" and fold its constants" if folds else ""), (fix,), causes + exports)], path
    explain = "jetdoctor explain " + " ".join(sorted({f.rule for f in result.findings if f.severity == "error"}))
    order = "in this order: fold constants, a lower opset, GraphSurgeon, a plugin, another runtime"
    return [Step("Change the export or the model", (explain,), causes + exports + (order,))], source


def _causes(errors: Sequence[Finding]) -> Tuple[str, ...]:
    """``JD301, JD302: what to do``, each cure once."""
    rules: Dict[str, List[str]] = {}
    for finding in errors:
        cured = rules.setdefault(finding.fix.title if finding.fix else finding.message, [])
        cured += [finding.rule] if finding.rule not in cured else []
    return tuple("%s: %s" % (", ".join(cured), cure) for cure, cured in rules.items())


def _by_hand(result: Result) -> Tuple[str, ...]:
    """Advice that findings carry beside their first, each once; what to fall back on has its own step."""
    titles = [
        fix.title
        for f in result.findings
        for fix in f.fixes[1:]
        if f.severity == "error" and fix.applicability == "manual"
    ]
    return tuple("or: " + title for title in dict.fromkeys(titles) if not title.startswith("Fall back"))


def _fold(result: Result, path: str) -> Step:
    """What folds is computed once, and not by a parser that may refuse it."""
    command = _line("jetdoctor", "fix", path, "--target", result.target.name, "--simplify", "-o", folded(path))
    remark = "computes shape arithmetic that the parser may refuse; the outputs are proven equal"
    return Step("Fold its constants", (command,), (remark,))


def _divide(result: Result, split: DlaSplit) -> Step:
    """What the DLA takes, and how to bring more over."""
    if split.absent:
        return Step("Do without the DLA", (), (split.absent,))
    layers, share = split.count("dla") + split.count("gpu"), int(1000 * split.share) / 10
    shown = "%d of %d layers run on the DLA, %.1f %% of the multiply-adds, in %d pieces with %d transfers"
    remarks = [shown % (split.count("dla"), layers, share, split.parts, split.handovers), *split.conditions]
    left = [layer for layer in split.layers if layer.device == "gpu" and layer.cure]
    cures = dict.fromkeys("%s: %s" % (layer.location.op_type, layer.cure) for layer in left)
    command = _line("jetdoctor", "check", result.model.path, "--target", result.target.name, "--dla")
    return Step("Move more of it to the DLA", (command,), tuple(remarks + list(cures)))


def precision_for(target: Target) -> str:
    """The one that is wanted; else FP16 where the GPU is fast at it, which is every Jetson since the TX1."""
    module = target.module
    if target.precision is not None:
        return target.precision
    return "fp16" if module is None or module.precision.get("fp16", "yes").startswith("yes") else "fp32"


def _rehearse(result: Result, path: str, precision: str) -> Step:
    target = result.target
    shown = _line("jetdoctor", "verify", path, "--target", target.name, "--precision", precision)
    remarks = ["FP32 first, then %s; the rehearsal names the layers to keep in FP32" % precision.upper()]
    int8 = target.module.precision.get("int8", "") if target.module else ""
    if int8.startswith("no"):
        remarks.append(
            "no INT8 on %s: its GPU (compute capability %s) has none"
            % (target.module.name if target.module else target.name, target.compute_capability)
        )
    else:
        remarks.append(
            "INT8 only after that: --precision int8 --calibration FILE.npz or a folder of images (500 to 1,000); "
            "attention layers suffer most"
        )
    return Step("Decide on the precision, before any GPU", (shown + " --backend rehearsal",), tuple(remarks))


def _make_room(target: Target) -> Step:
    size = workspace_for(target) >> 20
    ram = target.module.ram_mb if target.module else None
    remarks = [
        "CPU and GPU share the memory: the builder gets %d MiB of workspace%s"
        % (size, " of %d MiB" % ram if ram else "")
    ]
    if ram and ram <= 8192:
        remarks.append("the desktop uses 250 MB (LXDE) to 800 MB (GNOME); undo with graphical.target")
        remarks.append("still killed: workspace 256, batch 1, more swap")
    return Step("Make room on the board", ("sudo systemctl isolate multi-user.target",), tuple(remarks))


def _build(result: Result, path: str, precision: str, profiles: Sequence[Profile]) -> Step:
    """The same build with trtexec, Polygraphy and Python."""
    target, version = result.target, result.target.tensorrt_version
    title = "Build the engine, on the board itself (it fits only the GPU and TensorRT that built it)"
    if version < OLDEST:
        return Step(title, (), ("the options of this release's trtexec are unknown: see its --help",))
    name = os.path.basename(path)  # typed on the board, beside the model
    engine = os.path.splitext(name)[0] + ".engine"
    size = workspace_for(target)
    remarks = ["copy %s there first; use any one of these" % name]
    if polygraphy_for(version):
        remarks.append("this TensorRT needs an older Polygraphy: " + polygraphy_for(version))
    if version >= (11,):
        remarks.append("TensorRT 11 builds in the model's own types: for FP16 convert it with ModelOpt AutoCast")
        precision = "fp32"
    on_dla = result.dla is not None and not result.dla.absent
    try:
        flags = trtexec_flags.build(version, name, engine, precision, size, profiles, dla=on_dla)
    except JetdoctorError as error:
        return Step(title, (), (str(error),))
    remarks += ["replace the shapes with your own sizes"] if profiles else []
    lines = (
        _line(TRTEXEC, *flags),
        polygraphy_line(version, name, engine, precision, size, profiles, on_dla),
        python_script(version, name, engine, precision, size, profiles, on_dla),
    )
    return Step(title, lines, tuple(remarks))


def _prove(result: Result, path: str, precision: str, profiles: Sequence[Profile]) -> Step:
    if precision == TYPED:
        said = "verify does not build strongly typed networks: compare trtexec --exportOutput with ONNX Runtime"
        return Step("Prove it on the board", (), (said,))
    words = ["jetdoctor", "verify", path, "--target", result.target.name, "--precision", precision]
    for profile in profiles:
        for name, span in profile.items():
            words += ["--shapes", "%s=%s" % (name, ":".join("x".join(map(str, s)) for s in span))]
    engine = os.path.splitext(path)[0] + ".engine"
    command = _line(*words) + " --ssh USER@HOST --save-engine " + shlex.quote(engine)
    check = _line("jetdoctor", "check", engine, "--target", result.target.name)
    return Step(
        "Prove it on the board, and keep its metadata next to it",
        (command,),
        (
            "the board needs no Python; outputs are compared with ONNX Runtime; the first diverging layer is reported",
            "later, to see whether the engine still fits: " + check,
            "--timing-cache FILE makes the next build faster",
        ),
    )


def _measure(target: Target, path: str, profiles: Sequence[Profile]) -> Step:
    engine = os.path.splitext(os.path.basename(path))[0] + ".engine"
    words = [
        TRTEXEC,
        "--loadEngine=" + engine,
        "--warmUp=2000",
        "--duration=10",
        "--percentile=99",
        "--useSpinWait",
    ]
    if profiles:
        words.append("--shapes=" + trtexec_flags.spell_shapes({n: s.opt for n, s in profiles[0].items()}))
    return Step(
        "Measure it",
        ("sudo nvpmodel -m 0 && sudo jetson_clocks && " + _line(*words),),
        (
            "without jetson_clocks the clocks follow the load and the figures are unreliable; the first run is slow",
            "in another shell: tegrastats (GR3D_FREQ is the load of the GPU, RAM the shared memory)",
        ),
    )
