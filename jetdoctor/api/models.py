"""``fix``, ``verify`` and ``plan`` for programs: what is done to one model."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, Optional, Sequence, Tuple, Union

from jetdoctor.api import where
from jetdoctor.api.checking import Targets
from jetdoctor.records import dataclass
from jetdoctor.types import Evidence, ModelFacts, Result, Target, UsageError

if TYPE_CHECKING:
    from jetdoctor.fix.outcome import FixOutcome
    from jetdoctor.verify.route import Step

Path = Union[str, "os.PathLike[str]"]


def fix(
    model: Path,
    targets: Targets = (),
    opset: Optional[int] = None,
    freeze: Optional[Mapping[str, Any]] = None,
    unsafe: bool = False,
    select: Sequence[str] = (),
    inputs: Optional[str] = None,
    allow: Sequence[str] = (),
    simplify: bool = False,
    fold_with: str = "",
    output: Optional[Path] = None,
    apply: bool = False,
    plugins: Sequence[str] = (),
    say: Callable[[str], None] = lambda doing: None,
) -> FixOutcome:
    """Repair a model for its targets and prove with ONNX Runtime that it still computes the same.

    Nothing is written without ``output`` (a path) or ``apply`` (in place; the original stays as MODEL.orig). ``freeze``
    maps an input to its shape or a symbol to its size; ``allow`` names choices of ``jetdoctor.types.CHOICES``;
    ``fold_with="polygraphy"`` lets Polygraphy fold constants for ``simplify``. The outcome has ``plan`` (steps,
    equivalence, what was written, where ``apply`` kept the original), ``results`` after and ``before``, ``clean``, and
    ``proto``, the repaired model (None: the original stays).

    >>> import jetdoctor
    >>> outcome = jetdoctor.fix("fixtures/models/gap_classifier_dynamo_opset18.onnx", "jetpack-5.0.2")
    >>> outcome.clean, outcome.plan.equivalence.status, outcome.plan.written
    (True, 'equal', None)
    """
    from jetdoctor.fix import fix as repair
    from jetdoctor.policy.rule_names import rule_ids

    alone = opset is not None or bool(freeze) or simplify
    named = () if alone and not targets else where.asked(_required(targets), plugins)
    outcome = repair(
        os.fspath(model), named, opset=opset, freeze=freeze, unsafe=unsafe,
        select=rule_ids(select) or None, inputs=inputs, allow=allow, say=say, simplify=simplify,
        fold_with=fold_with,
    )  # fmt: skip
    return written(outcome, inputs, None if output is None else os.fspath(output), apply)


def written(outcome: FixOutcome, inputs: Optional[str], output: Optional[str], apply: bool) -> FixOutcome:
    """The outcome with what its targets make of the result, after it was written where it was wanted."""
    from jetdoctor.emulate.repair import after
    from jetdoctor.fix import originals, write
    from jetdoctor.verify.making import make_job

    def job_of(fixed: str, original: str, target: Any) -> Any:
        return make_job(fixed, target, (), inputs, profiled=False, reference=original, time_limit=300.0)

    read = after(outcome, job_of)
    place = write(outcome, output, apply)
    original = originals.kept(place) if place and apply else ""
    return replace(outcome, plan=replace(outcome.plan, written=place, kept=original or None, as_parsed=read))


def verify(
    model: Path,
    reference: Optional[Path] = None,
    target: Union[None, str, Target] = None,
    backend: str = "auto",
    shapes: Sequence[Any] = (),
    inputs: Optional[str] = None,
    **options: Any,
) -> Tuple[Evidence, ...]:
    """Build or run a model with the strongest backend that is here, and compare its outputs: one ``Evidence`` each.

    ``shapes`` are texts as ``--shapes`` takes them (or ``jetdoctor.verify.profiles.Profile``), ``inputs`` a file of
    inputs; ``options`` are the other fields of ``jetdoctor.verify.job.Job``: ``precision``, ``ssh``, ``save_engine``,
    ``time_limit`` (seconds) and so on.
    ``jetdoctor.verify.exit_code`` makes an exit code of the evidence.

    >>> import jetdoctor
    >>> model = "fixtures/models/gap_classifier_torchscript_opset13.onnx"
    >>> [one.status for one in jetdoctor.verify(model, reference=model, backend="onnxruntime")]
    ['passed']
    """
    from jetdoctor.verify import engine_file, making, profiles
    from jetdoctor.verify import verify as run

    path, other = os.fspath(model), None if reference is None else os.fspath(reference)
    board = _board(target)
    if engine_file.is_engine(path):
        return (engine_file.evidence(path, board, other),)
    if other:
        making.require_same_inputs(path, other)
    texts = all(isinstance(shape, str) for shape in shapes)
    asked = profiles.parse(shapes, None, None, None) if texts else shapes
    profiled = backend not in ("onnxruntime", "rehearsal")
    return run(making.make_job(path, board, asked, inputs, profiled, reference=other, **options), backend)


def _board(target: Union[None, str, Target]) -> Optional[Target]:
    """The one target; without a name this machine, when it is a Jetson."""
    targets = () if target is None else where.asked(target)
    if len(targets) > 1:
        raise UsageError("verify builds for one target, and %r names %d" % (target, len(targets)))
    return targets[0] if targets else where.of_jetson()


def inspect(model: Path) -> ModelFacts:
    """What a model is: inputs, outputs, operators, parameters, size, exporter, likely sizes. Nothing is judged.

    >>> import jetdoctor
    >>> facts = jetdoctor.inspect("fixtures/models/gap_classifier_torchscript_opset13.onnx")
    >>> facts.summary.inputs[0].shape, facts.summary.operators["Conv"], facts.exporter
    ((1, 3, 32, 32), 2, 'torchscript')
    """
    from jetdoctor import external
    from jetdoctor.model import exporters, load, summarize

    view = load(model)
    about = exporters.metadata(view)
    return ModelFacts(summarize(view), exporters.exporter(view), about, view.profile, tuple(external.described(view)))


@dataclass(frozen=True)
class Route:
    """The way to an engine: what was found of the model, and the steps in order, each with its commands."""

    result: Result
    steps: Tuple[Step, ...]

    def to_json(self) -> Dict[str, Any]:
        about = {"model": self.result.model.to_json(), "target": self.result.target.to_json()}
        return dict(about, verdict=self.result.verdict, steps=[step.to_json() for step in self.steps])


def plan(
    model: Path,
    target: Union[str, Target],
    precision: Optional[str] = None,
    dla: bool = False,
    plugins: Sequence[str] = (),
) -> Route:
    """What to do to get from a model to an engine on one board, in order, as commands to type.

    >>> import jetdoctor
    >>> route = jetdoctor.plan("fixtures/models/gap_classifier_torchscript_opset13.onnx", "nano@jetpack-4.6")
    >>> route.result.verdict, route.steps[-1].title
    ('deploys', 'When an engine does not build')
    """
    from jetdoctor.check import check
    from jetdoctor.check.advice import fall_back
    from jetdoctor.model import exporters, load, require_data, summarize
    from jetdoctor.target import releases
    from jetdoctor.verify.route import route

    targets = where.asked(target, plugins)
    if len(targets) != 1:
        raise UsageError("plan is for one board, and %r names %d" % (target, len(targets)))
    wanted = replace(targets[0], precision=precision, dla=dla)
    view = load(model)
    require_data(view)
    summary = summarize(view)
    result = check(view, (wanted,), summary=summary)[0]
    if result.dla is not None and result.dla.absent:  # then the way is the GPU's
        result = replace(check(view, (replace(wanted, dla=False),), summary=summary)[0], dla=result.dla)
    row = next((r for r in releases() if r["jetpack"] == result.target.jetpack), {})
    opset = (row.get("opset") or [None, None])[1]
    export = exporters.reexport(view, min(opset, exporters.NEWEST_NEEDED)) if opset else ""
    profiles = [view.profile] if view.profile else []
    return Route(result, tuple(route(result, profiles, _folds(view), export, fall_back(result.target))))


def _folds(view: Any) -> bool:
    """Whether nodes follow from constants alone; quantized weights stay as they are."""
    kept = ("Constant", "DequantizeLinear", "QuantizeLinear")
    nodes = [node for node in view.main.nodes if node.op_type not in kept]
    return any(not view.main.constant_outputs.isdisjoint(node.outputs) for node in nodes)


def _required(targets: Targets) -> Targets:
    if not targets:
        raise UsageError("fix needs a target or an opset: targets='jetpack-5.0.2' (or opset=N alone)")
    return targets
