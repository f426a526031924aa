"""``verify --as-parsed`` and ``check --as-parsed``: the model as a release's parser reads it, run on a CPU."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any, List, Sequence, Tuple

from jetdoctor.cli import output, parser, where
from jetdoctor.types import SEVERITIES, Emulation, Finding, Impact, Result, Target, UsageError

#: What can be known only by running it stays open, and a misreading that does nothing here is no error.
_EXIT = {"equal": 0, "nothing": 0, "different": 1, "not-run": 3}


def run(arguments: Any) -> int:
    """``verify MODEL --as-parsed T``. Exit code: 0 outputs equal, 1 they differ or the model is refused, 3 not run."""
    from jetdoctor.report import emulation
    from jetdoctor.verify import stopping

    target = _target(arguments)
    with stopping.orderly():
        found, refused = _emulation(arguments, target)
    form = emulation.document if arguments.format == "json" else emulation.text
    output.emit(lambda width, color: form(arguments.model, found, refused, width, color), arguments.output)
    return max(_EXIT[found.status], 1 if refused else 0)


def _target(arguments: Any) -> Target:
    targets = where.named([arguments.as_parsed], parser.split_ids(arguments.plugins))
    if arguments.targets or arguments.backend != "auto" or arguments.reference or arguments.ssh:
        raise UsageError("--as-parsed names the target itself and runs in ONNX Runtime: leave --target, --backend, "
                         "--reference and --ssh out")  # fmt: skip
    if len(targets) != 1:
        raise UsageError("--as-parsed reads for one target: %r names %d" % (arguments.as_parsed, len(targets)))
    return targets[0]


def _emulation(arguments: Any, target: Target) -> Tuple[Emulation, Tuple[Finding, ...]]:
    from jetdoctor.check import check
    from jetdoctor.cli.verify import MIB, make_job
    from jetdoctor.emulate import emulate
    from jetdoctor.verify import job, profiles

    asked = profiles.parse(arguments.shapes or (), arguments.minShapes, arguments.optShapes, arguments.maxShapes)
    made = make_job(
        arguments.model, target, asked, arguments.inputs, profiled=False, time_limit=arguments.time_limit,
        bisect=not arguments.no_bisect, providers=tuple(arguments.provider or ()),
        memory_limit=arguments.memory_limit * MIB if arguments.memory_limit else job.machine_limit(),
    )  # fmt: skip
    (result,) = check(made.view, [target])
    refused = tuple(f for f in result.findings if f.severity == "error" and f.outcome == "rejected")
    return emulate(made, target, result.findings), refused


def measured(groups: Sequence[Tuple[Result, ...]]) -> List[Tuple[Result, ...]]:
    """``check --as-parsed``: the results with the impact of every misread form, worst first."""
    return [tuple(_measured(result) for result in group) for group in groups]


def _measured(result: Result) -> Result:
    """A misreading that changes nothing on any input is a warning; the verdict follows."""
    from jetdoctor.check import verdict
    from jetdoctor.cli.verify import make_job
    from jetdoctor.emulate import emulate, misread

    if result.error is not None or not result.model.opset or not misread(result.findings):
        return result
    found = emulate(make_job(result.model.path, result.target, profiled=False), result.target, result.findings)
    if found.status == "not-run":
        print("jetdoctor: %s is not emulated: %s" % (result.model.path, found.reason), file=sys.stderr)
    said = {(finding.key, finding.message): finding.impact for finding in found.findings}
    findings = [_with(finding, said.get((finding.key, finding.message))) for finding in result.findings]
    findings.sort(key=_order)
    unanswered = any(finding.rule in ("JD000", "JD910") for finding in findings)
    level = result.evidence if found.status == "not-run" else "emulated"
    state = verdict(findings, "unknown" if result.verdict == "unknown" else result.basis, unanswered)
    return replace(result, findings=tuple(findings), evidence=level, verdict=state)


def _with(finding: Finding, impact: Any) -> Finding:
    if impact is None:
        return finding
    harmless = impact.kind == "harmless" and finding.severity == "error"
    return replace(finding, impact=impact, severity="warning" if harmless else finding.severity)


def _order(finding: Finding) -> Tuple[int, int]:
    kinds = ("answer", "digits", "not-run", "harmless")
    impact = finding.impact or Impact("not-run")
    return SEVERITIES.index(finding.severity), kinds.index(impact.kind)
