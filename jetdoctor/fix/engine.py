"""``fix``: from a model file and targets to a proven model, or the original with the reason."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any, Callable, Mapping, Optional, Sequence, Tuple

from jetdoctor.check import catalog, check
from jetdoctor.child import limits, temporary
from jetdoctor.fix import cutting, freezing, lowering, originals, polygraphy_folding, provenance
from jetdoctor.fix.attempt import Attempt, fingerprint, with_rewrites
from jetdoctor.fix.candidate import Candidate
from jetdoctor.fix.choice import Choices, Request, choice_of
from jetdoctor.fix.diff import FixDiff
from jetdoctor.fix.domains import declare_default_domain
from jetdoctor.fix.interface import caller_changes, engine_types, kept_quantization
from jetdoctor.fix.judging import CANNOT
from jetdoctor.fix.left_over import left_over
from jetdoctor.fix.outcome import FixOutcome
from jetdoctor.fix.proof import bytes_with_data, prove
from jetdoctor.fix.simplifying import Size, size_of
from jetdoctor.fix.simplifying import simplify as simplify_graph
from jetdoctor.model import from_proto, load, names, require_data, summarize
from jetdoctor.types import Equivalence, Fix, Plan, PlanStep, Result, Target, UsageError
from jetdoctor.verify import given

#: attempts before giving up on finding a choice of fixes that brings no new error
MAX_ATTEMPTS = 5

#: gives INT8 steps that TensorRT has
REQUANTIZE = "qdq_symmetric"
#: Bytes that a repair may take beyond what the model itself needs: the file mapped, read, parsed and written.
SPARE_MEMORY = 3 << 29


def fix(
    path: str,
    targets: Sequence[Target],
    opset: Optional[int] = None,
    freeze: Optional[Mapping[str, Any]] = None,
    unsafe: bool = False,
    select: Optional[Sequence[str]] = None,
    inputs: Optional[str] = None,
    allow: Sequence[str] = (),
    say: Callable[[str], None] = lambda doing: None,
    simplify: bool = False,
    fold_with: str = "",
) -> FixOutcome:
    """Fix what stands between the model and every target, and prove that it still computes the same.

    ``opset`` lowers the opset first (alone when there is no target); ``freeze`` maps an input name to
    a shape, or a symbolic dim to a size; ``inputs`` is an .npz file to prove with besides our own.
    ``allow`` names choices (CHOICES of types) whose unsafe fixes may be made; ``say`` is
    told what is being done, for whoever waits. ``simplify`` folds constants and removes what changes nothing, first;
    ``fold_with`` "polygraphy" lets Polygraphy fold before jetdoctor does.
    Raises ``UsageError`` for a model that cannot be read or an option that does not fit it.
    """
    choices = Choices(unsafe, select, tuple(allow))
    job = _Job(path, tuple(targets), opset, freeze or {}, inputs, choices, say, simplify, fold_with)
    temporary.sweep()
    temporary.sweep(os.path.dirname(os.path.abspath(path)))
    job.view = load(path)  # a file that cannot be read says so in one line
    require_data(job.view)
    if inputs:
        given.runs(inputs, job.view)  # so do inputs that are not the model's
    if job.view.inference_stopped:  # whatever works on the model would run into the same
        found = check(job.view, job.targets)
        reason = "shape inference fails on this model: %s" % job.view.inference_stopped
        return FixOutcome(path, job.targets, Plan(equivalence=Equivalence(reason=reason)), found, found, reason=reason)
    read = originals.stamp(path)
    try:
        with job, limits.spare_memory(SPARE_MEMORY + 4 * bytes_with_data(path)):
            return replace(job.run(), read=read)
    except MemoryError:
        pass
    found = check(job.view, job.targets)
    reason = "the repair needs more than %d MiB beyond four times the model" % (SPARE_MEMORY >> 20)
    return FixOutcome(path, job.targets, Plan(equivalence=Equivalence(reason=reason)), found, found, reason=reason)


@dataclass
class _Job:
    path: str
    targets: Tuple[Target, ...]
    opset: Optional[int]
    freeze: Mapping[str, Any]
    inputs: Optional[str]
    choices: Choices
    say: Callable[[str], None]
    simplify: bool = False
    fold_with: str = ""
    sizes: Optional[Tuple[Size, Size]] = None
    view: Any = None
    #: the model that the proof starts from: the file, or the file cut or made whole as the user allowed
    reference: str = ""
    cut: Optional[cutting.Cut] = None
    _start: Any = None

    def __enter__(self) -> "_Job":
        self.reference = self.path
        return self

    def __exit__(self, *_: Any) -> None:
        if self._start is not None:
            self._start.__exit__()

    def run(self) -> FixOutcome:
        for _ in range(MAX_ATTEMPTS):
            attempt = self.attempt()
            culprits = attempt.culprits()
            if not culprits:
                outcome = self.conclude(attempt)
                if outcome is not None:
                    return outcome
                continue  # the proof found a wrong fix, which is barred now
            self.choices.barred.update(culprits)
        return self.give_up(attempt, "every combination of fixes causes a new error")

    def attempt(self, passes: Optional[int] = None) -> Attempt:
        """A fresh run on the file as it is."""
        self.choices.begin()
        self.say("checking and fixing")
        attempt = Attempt(_read(self.path), self.path, self.targets, self.choices)
        declare_default_domain(attempt.proto)
        if "nms" in self.choices.allow:
            self._cut_before_suppression(attempt)
        if self.freeze:
            attempt.proto = freezing.freeze(attempt.proto, self.freeze)
            attempt.fold("what follows from the sizes given")
            note = ", ".join("%s=%s" % item for item in sorted(self.freeze.items()))
            attempt.steps.append(PlanStep("", "Freeze %s" % note, "unsafe", "", True))
        if self.simplify:
            self._simplify(attempt)
        if self.opset is not None:
            self._lower(attempt)
        return attempt.run() if passes is None else attempt.run(passes)

    def conclude(self, attempt: Attempt) -> Optional[FixOutcome]:
        """Prove the attempt; None when a culprit was found and barred, so that another try is due."""
        changed = any(step.applied for step in attempt.steps)
        attempt.steps.extend(left_over(attempt))
        if not changed:
            return self._outcome(attempt, Plan(tuple(attempt.steps)), None)
        if attempt.new_errors():
            return self.give_up(attempt, "it would cause a new error: %s" % attempt.new_errors()[0][0].message)
        provenance.stamp(attempt)
        self._make_whole(attempt)
        with Candidate(attempt.take(), self.path) as candidate:
            if candidate.trouble:
                return self.give_up(attempt, candidate.trouble)
            equivalence = self._prove(attempt, candidate)
            attempt.proto = _read(candidate.path)
        plan = Plan(tuple(attempt.steps), equivalence)
        if equivalence.status == "different" and not equivalence.near:
            if self._bar_wrong_pass(attempt):
                return None
            return self._outcome(attempt, plan, None, "the result differs: %s" % equivalence.reason)
        if equivalence.status == "not-run" and not self.choices.unsafe:
            reason = "not proven (%s); --unsafe writes it anyway" % equivalence.reason
            return self._outcome(attempt, plan, None, reason)
        return self._outcome(attempt, plan, attempt.proto)

    def _prove(self, attempt: Attempt, candidate: Candidate) -> Equivalence:
        self.say("proving that %s still computes the same" % os.path.basename(self.path))
        return prove(self.reference, candidate.path, self.inputs, types=_types(attempt))

    def give_up(self, attempt: Attempt, reason: str) -> FixOutcome:
        """The original, with the reason; no step counts as applied."""
        plan = Plan(tuple(attempt.steps), Equivalence(reason=reason))
        return self._outcome(attempt, plan, None, reason)

    def _outcome(self, attempt: Attempt, plan: Plan, proto: Any, reason: str = "") -> FixOutcome:
        results = attempt.results if not reason else attempt.before
        if reason:
            steps = [replace(s, applied=False, reason=reason) if s.applied else s for s in plan.steps]
            plan = replace(plan, steps=tuple(steps))
        if results and proto is not None:
            summary = summarize(from_proto(proto, self.path))
            results = tuple(replace(result, model=summary) for result in results)
        diff = tuple(attempt.diff)
        after = from_proto(proto, self.path) if proto is not None else None
        caller = self._caller(after, results) if after is not None else ()
        notes = kept_quantization(self.view, after, _offers(attempt.before, REQUANTIZE))
        sizes = self._measured(proto)
        return FixOutcome(
            self.path, self.targets, plan, results, attempt.before, proto, diff, reason, caller,
            sizes=sizes, notes=notes,
        )  # fmt: skip

    def _caller(self, after: Any, results: Sequence[Result]) -> Tuple[str, ...]:
        """What the calling code must change: by the repair, behind a cut, and for an engine's own types."""
        cut = self.cut.caller if self.cut is not None else ()
        return caller_changes(self.view, after) + cut + engine_types(results)

    def _measured(self, proto: Any) -> Optional[Tuple[Size, Size]]:
        """Sizes before and after everything, None when nobody asked for a simpler model."""
        return (self.sizes[0], size_of(proto)) if self.sizes is not None and proto is not None else None

    def _cut_before_suppression(self, attempt: Attempt) -> None:
        """End the model before NonMaxSuppression where a target refuses what belongs to it; the proof starts there."""
        cut = cutting.before_suppression(attempt.proto, self.path, self.targets)
        if cut is None:
            return
        attempt.before = check(from_proto(attempt.proto, self.path), self.targets)
        attempt.proto = cut.proto
        attempt.steps.append(PlanStep("", cut.title, "unsafe", cut.node_name, True, choice="nms"))
        attempt.diff.append(FixDiff("", cut.title, cut.changes))
        if self.cut is None:
            self.cut = cut
            self._start_from(cut.proto)

    def _start_from(self, proto: Any) -> None:
        """Let the proof start from that model, which stays as it is, and not from the file."""
        twin = type(proto)()
        twin.CopyFrom(proto)
        if self._start is not None:
            self._start.__exit__()
        self._start = Candidate(twin, self.path, check=False).__enter__()
        self.reference = self._start.path

    def _make_whole(self, attempt: Attempt) -> None:
        """Start the proof from the model with the inputs and outputs that it lacked: without them nothing runs it."""
        wholes = [r for done in attempt.applied for r in done if choice_of(r.fix.rewrite) in ("inputs", "outputs")]
        if wholes:
            self._start_from(with_rewrites(_read(self.reference), self.path, wholes))

    def _simplify(self, attempt: Attempt) -> None:
        """Constants are folded, then what changes nothing goes; how the target reads the result is checked after."""
        attempt.before = attempt.before or check(from_proto(attempt.proto, self.path), self.targets)
        before = size_of(attempt.proto)
        if self.fold_with:
            self._fold_elsewhere(attempt)
        attempt.fold("what follows from constants and known sizes")
        if simplify_graph(attempt.proto):
            title = "Remove no-op and duplicate nodes"
            attempt.steps.append(PlanStep("", title, "safe", "", True))
        self.sizes = before, size_of(attempt.proto)

    def _fold_elsewhere(self, attempt: Attempt) -> None:
        """Polygraphy's folding; jetdoctor's own comes behind it, for what that leaves."""
        self.say("folding with Polygraphy")
        proto, reason = polygraphy_folding.fold(attempt.proto)
        attempt.steps.append(PlanStep("", "Fold constants with Polygraphy", "safe", "", proto is not None, reason))
        if proto is not None:
            attempt.proto = proto

    def _lower(self, attempt: Attempt) -> None:
        proto, lines, reason = lowering.lower(attempt.proto, self.opset or 0)
        title = "Lower the opset to %d" % (self.opset or 0)
        if proto is None:
            attempt.steps.append(PlanStep("", title, "safe", "", False, reason))
        elif fingerprint(proto) != fingerprint(attempt.proto):
            attempt.proto = proto
            attempt.steps.append(PlanStep("", title, "safe", "", True, reason))
            attempt.diff.append(FixDiff("", title, lines))

    def _bar_wrong_pass(self, attempt: Attempt) -> bool:
        """Find the first pass after which the outputs differ and bar its requests.

        Where some give other numbers on purpose (coarser steps), these first: the others may be right.
        """
        for number in range(1, len(attempt.applied) + 1):
            part = self.attempt(number)
            with Candidate(part.take(), self.path) as candidate:
                found = Equivalence() if candidate.trouble else self._prove(part, candidate)
            if found.status == "different" and len(part.applied) >= number:
                for request in _suspects(part.applied[number - 1]):
                    self.choices.barred[request.key] = _why_barred(request.fix, found)
                return True
        return False


def _suspects(done: Sequence[Request]) -> Sequence[Request]:
    return [request for request in done if _is_measured(request.fix)] or done


def _is_measured(fix: Fix) -> bool:
    module = catalog().rewrites.get(fix.rewrite or "")
    return module is not None and bool(module.REWRITE.measured)


def _why_barred(fix: Fix, found: Equivalence) -> str:
    """What the proof held against a fix: other outputs, or a model that cannot be run."""
    if found.reason.startswith(CANNOT):
        return "%s: %s" % (fix.title, found.reason)
    return "%s changed the outputs: %s" % (fix.title, found.reason)


def _offers(results: Sequence[Result], rewrite: str) -> bool:
    """Whether a finding has that fix."""
    return any(fix.rewrite == rewrite for result in results for found in result.findings for fix in found.fixes)


def _types(attempt: Attempt) -> str:
    """What the proof may find different, as ``prove`` takes it."""
    fixes = [request.fix for done in attempt.applied for request in done]
    if any(map(_is_measured, fixes)):
        return "measured"
    return "other" if any(fix.applicability == "unsafe" for fix in fixes) else "same"


def _read(path: str) -> Any:
    """The whole model; external data stays where it is."""
    import onnx

    try:
        proto = onnx.load(os.fspath(path), load_external_data=False)
        if not names.are_text(proto):  # as the check reads it
            names.repair(proto)
        return proto
    except Exception as error:
        raise UsageError("cannot read %s: %s" % (path, str(error).split("\n")[0])) from None
