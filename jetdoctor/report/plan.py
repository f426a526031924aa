"""What ``fix`` did or would do: the verdicts before and after, each step, the proof, where it was written."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Dict, List, Sequence, Set

from jetdoctor.report import matrix, text, words
from jetdoctor.report.options import Options
from jetdoctor.report.style import VERDICT_COLOR, Writer, clean, plural
from jetdoctor.types import AsParsed, Equivalence, Finding, Plan, PlanStep, Report, Result
from jetdoctor.wording import repaired_name

#: in the reason of a proof that could not be made in ONNX Runtime
ELSEWHERE = "ONNX's reference evaluator"

#: in the reason of a proof that random inputs cannot decide
REAL_INPUTS = "--inputs FILE.npz"


def render(report: Report, options: Options) -> str:
    """Text for a terminal of ``options.width`` columns."""
    writer, plan = Writer(options.width, options.color), options.plan or Plan()
    writer.line(writer.paint(clean(options.path), "bold"))
    _verdicts(writer, "before", options.before or report.results)
    below = {fix.title for result in report.results for finding in result.findings for fix in finding.fixes}
    said: Set[str] = set()
    for step in plan.steps:
        if step.applicability != "manual" or step.title not in below:  # else it stands with its finding
            _step(writer, step, options.reason, said)
    _diff(writer, options)
    _proof(writer, plan, options)
    _sizes(writer, options)
    for line in options.notes:
        writer.wrapped("note: ", line, "yellow", indent=0, label_styles=("yellow", "bold"))
    for line in options.caller:
        writer.wrapped("your code: ", line, "yellow", indent=0, label_styles=("yellow", "bold"))
    if any(step.applied for step in plan.steps):
        _verdicts(writer, "after", report.results)
    _remaining(writer, report)
    _closing(writer, plan, options, report)
    return writer.text()


def _verdicts(writer: Writer, when: str, results: Sequence[Result]) -> None:
    if not results:
        return
    writer.line()
    if len(results) > 1:
        writer.line("%s:" % when)
        matrix.table(writer, matrix.spans(results))
        return
    verdict, target = results[0].verdict, results[0].target
    painted = writer.paint(verdict.upper(), VERDICT_COLOR[verdict], "bold")
    writer.line("%-7s %s on %s (TensorRT %s)" % (when + ":", painted, target.name, target.tensorrt or "unknown"))


def _step(writer: Writer, step: PlanStep, common: str, said: Set[str]) -> None:
    """A step; the reason that keeps all of them from being written is said once, below; one of several once, above."""
    writer.line()
    label = ("+ " if step.applied else "- ") + (step.rule + "  " if step.rule else "")
    styles = ("green" if step.applied else "yellow", "bold")
    writer.wrapped(label, "%s (%s)" % (step.title, step.applicability), indent=0, label_styles=styles)
    where = ", ".join(filter(None, (step.node_name, step.tensor)))
    if where or (step.applied and step.reason):
        label = "at    " if where else "how   "
        writer.wrapped(label, " ".join(filter(None, (where, step.reason if step.applied else ""))))
    if not step.applied and (not common or step.reason != common):
        writer.wrapped("left  ", "as above" if step.reason in said else step.reason or "not applied", "yellow")
        said.update(filter(None, [step.reason]))


def _diff(writer: Writer, options: Options) -> None:
    colors = {"+": "green", "-": "red", "~": "yellow"}
    for title, rule, lines in options.changes or ():
        writer.line()
        writer.line(writer.paint("graph changes: %s%s" % (rule + " " if rule else "", clean(title)), "bold"))
        for line in lines:
            color = colors.get(line[:1])
            writer.line("  " + (writer.paint(clean(line), color) if color else clean(line)))


def _proof(writer: Writer, plan: Plan, options: Options) -> None:
    if not any(step.applied for step in plan.steps) and not options.reason:
        return
    writer.line()
    if options.reason:
        writer.wrapped("nothing is written: ", options.reason, "red", indent=0, label_styles=("red", "bold"))
    if plan.equivalence.status != "not-run" or not options.reason:
        writer.wrapped("proof: ", proof(plan.equivalence), indent=0, label_styles=("bold",))
    for row in _same_said_once(plan.as_parsed):
        writer.wrapped("as parsed: ", as_parsed(row), indent=0, label_styles=("bold",))


def _same_said_once(rows: Sequence[AsParsed]) -> List[AsParsed]:
    """One row for the targets of which the same holds, with their names joined."""
    names: Dict[AsParsed, List[str]] = {}
    for row in rows:
        names.setdefault(replace(row, target=""), []).append(row.target)
    return [replace(row, target=_listed(targets)) for row, targets in names.items()]


def _listed(names: Sequence[str], most: int = 3) -> str:
    """``jetpack-5.0, jetpack-5.0.1``; ``10 targets, jetpack-5.0 the first`` where there are more than ``most``."""
    if len(names) > most:
        return "%d targets, %s the first" % (len(names), names[0])
    return ", ".join(names)


def as_parsed(row: AsParsed) -> str:
    """``jetpack-5.0.2: nothing is misread any more (JD204 repaired), so the result is read as it is written``."""
    rules, left = ", ".join(row.repaired), ", ".join(row.left)
    if row.status == "equal" and not row.left:
        said = "nothing is misread any more (%s repaired)" % rules
    elif row.status == "equal":
        said = "as this parser reads it, the result is equal to the original (%s repaired, %s left)" % (rules, left)
    elif row.status == "different" and row.left:
        said = "as this parser reads it, the result still computes something else (%s): %s" % (left, row.reason)
    elif row.status == "different":
        said = "nothing is misread any more (%s repaired); %s" % (
            rules, row.reason
        )  # fmt: skip
    else:
        said = "not run: %s" % row.reason
    return "%s: %s" % (row.target, said)


def proof(equivalence: Equivalence) -> str:
    """``equal in ONNX Runtime: 8 runs; largest difference 3e-06 of the largest value (allowed, float32: ...)``."""
    if equivalence.status == "not-run":
        return "not run: %s" % (equivalence.reason or "nothing was changed")
    figures = plural(equivalence.runs, "run") + "; no difference"
    if equivalence.max_abs:
        # Of the largest value: 0.1 beside 1e4 is rounding, and would look like an error by itself.
        figures = "%s; largest difference %.2g of the largest value of its output" % (
            plural(equivalence.runs, "run"), equivalence.max_rel
        )  # fmt: skip
    if equivalence.max_abs and equivalence.tolerance:
        figures += " (allowed for %s)" % equivalence.tolerance
    if equivalence.row_order:
        figures += "; " + equivalence.row_order
    if equivalence.status == "equal" and ELSEWHERE in equivalence.reason:
        return "equal: %s; %s" % (figures, equivalence.reason)
    if equivalence.status == "equal":
        return "equal in ONNX Runtime: %s%s" % (figures, equivalence.reason and "; " + equivalence.reason)
    if equivalence.near:
        return "measured in ONNX Runtime, not equal: %s; %s" % (figures, equivalence.reason)
    return "DIFFERENT in ONNX Runtime: %s; %s" % (figures, equivalence.reason)


def _sizes(writer: Writer, options: Options) -> None:
    """Nodes by operator and bytes, before and after; operators that stay as they are do not show."""
    rows = [row for row in options.sizes if row[1] != row[2] or row[0] in ("nodes", "bytes")]
    if rows:
        wide = max(len(what) for what, _, _ in rows)
        writer.line()
        writer.line("%-*s %12s %12s" % (wide, "", "before", "after"))
    for what, old, new in rows:
        writer.line("%-*s %12d %12d" % (wide, clean(what), old, new))


def _remaining(writer: Writer, report: Report) -> None:
    """Errors that are left, in full."""
    found, where = matrix.merged(report.results)
    errors = [finding for finding in found if finding.severity == "error"]
    text.findings(writer, errors, where if len(report.results) > 1 else None)


def _closing(writer: Writer, plan: Plan, options: Options, report: Report) -> None:
    writer.line()
    if plan.written:
        if not plan.steps:
            writer.line("Nothing to fix: the model was copied as it is.")
        writer.line("written: " + writer.paint(clean(plan.written), "bold"))
        if plan.kept:
            writer.line("original: " + clean(plan.kept))
        writer.line("next: " + writer.paint(_verify(plan, options, report), "cyan"))
        return
    applied = any(step.applied for step in plan.steps)
    barred: List[PlanStep] = [s for s in plan.steps if not s.applied and s.applicability == "unsafe"]
    if applied:
        writer.line("No model was written (dry run): add --apply, or -o OUT.onnx (--diff: every node)")
    elif not plan.steps and not options.reason:
        writer.line("Nothing to fix, nothing was written.")
    elif barred and not options.reason:
        writer.wrapped("", "Nothing was written. " + _permitting(barred), indent=0)
    else:
        writer.line("Nothing was written.")
    errors = [f for result in options.before for f in result.findings if f.severity == "error"]
    if not applied and errors and not barred:
        writer.line("next: " + writer.paint(_after_nothing(options, errors), "cyan"))


def _after_nothing(options: Options, errors: Sequence[Finding]) -> str:
    """The command after a repair that was not written: the proof again on real inputs where those can decide it."""
    if REAL_INPUTS not in options.reason:
        return "jetdoctor explain %s" % words.by_severity(errors)[0].rule
    names = [word for result in options.before for word in ("--target", result.target.name)]
    typed = ["jetdoctor", "fix", clean(options.path), *names, "-o"]
    out = repaired_name(clean(options.path), names[1] if len(names) == 2 else "fixed")
    return " ".join(map(shlex.quote, [*typed, out, *REAL_INPUTS.split()]))


def _permitting(barred: Sequence[PlanStep]) -> str:
    """The options that would try these unsafe fixes."""
    choices = ",".join(dict.fromkeys(step.choice for step in barred if step.choice))
    if all(step.choice for step in barred):
        return "Allow the change with --allow %s, or let --choose ask." % choices
    return "--unsafe%s would try the fixes that are marked so." % (choices and ", or --allow %s," % choices)


def _verify(plan: Plan, options: Options, report: Report) -> str:
    """The command that proves what was written on the real thing: beside the original, for the target."""
    command = "jetdoctor verify %s" % shlex.quote(clean(plan.written or ""))
    originals = ({result.model.path for result in report.results} or {options.path}) - {plan.written, "-"}
    for original in [plan.kept] if plan.kept else sorted(originals):
        command += " --reference %s" % shlex.quote(clean(original))
    if len(report.results) == 1:
        command += " --target %s" % shlex.quote(report.results[0].target.name)
    return command
