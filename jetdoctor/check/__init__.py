"""Check: rules and facts over a model, a verdict for each target."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Dict, List, Optional, Sequence, Tuple

from jetdoctor import dla
from jetdoctor.catalog import Catalog, CatalogRule, catalog
from jetdoctor.check import accelerator
from jetdoctor.check.advice import Advisor
from jetdoctor.check.crash import Crash
from jetdoctor.check.engine import Engine
from jetdoctor.check.group import findings, of_release
from jetdoctor.check.hit import Hit
from jetdoctor.check.promise import only_a_run_tells, rounds
from jetdoctor.facts import knowledge
from jetdoctor.graph import Model
from jetdoctor.types import Device, Finding, Fix, ModelSummary, Result, Target, Version

__all__ = ["Catalog", "CatalogRule", "advice", "catalog", "check", "check_device", "verdict"]


@lru_cache(maxsize=None)
def _engine_of(known: Catalog) -> Engine:
    return Engine(known, knowledge())


def _engine() -> Engine:
    return _engine_of(catalog())


def _crash_findings(crashes: Sequence[Crash], broken: Sequence[str] = ()) -> List[Finding]:
    """JD000 for each rule that crashed or could not be loaded, once for however many nodes."""
    lines = dict.fromkeys(list(broken) + [str(crash) for crash in crashes])
    return [
        Finding("JD000", "rule-crashed", "error", "environment", line, sources=("jetdoctor itself",)) for line in lines
    ]


def verdict(found: Sequence[Finding], basis: str, unanswered: bool) -> str:
    """deploys, fixable, fails or unknown, as the JSON contract defines them.

    ``unanswered``: a rule crashed, or the model's shapes are not known.
    """
    if unanswered or basis == "unknown":
        return "unknown"
    errors = [f for f in found if f.severity == "error"]
    if not errors:
        return "deploys"
    return "fixable" if all(f.fix and f.fix.applicability != "manual" for f in errors) else "fails"


def check(
    model: Model,
    targets: Sequence[Target],
    device: Optional[Device] = None,
    summary: Optional[ModelSummary] = None,
) -> Tuple[Result, ...]:
    """One result per target. The graph is walked once; releases are distinguished last.

    A ``device`` adds its own findings to every result.
    """
    engine = _engine()
    hits, crashes = engine.hits(model, [target.tensorrt_version for target in targets])
    if device is not None:
        hits = hits + engine.device_hits(device, crashes)
    summary = summary or ModelSummary(path=model.path)
    advisor = Advisor(engine, model)
    results: List[Result] = []
    held: Dict[Version, List[Hit]] = {}
    for target in targets:
        version = target.tensorrt_version
        if version not in held:
            held[version] = of_release(hits, version)
        basis = engine.knowledge.basis(version)
        crashed: List[Crash] = []
        extra = engine.target_hits(model, target, crashed)
        divided = dla.split(model, target, engine.knowledge) if target.dla and basis != "unknown" else None
        if divided is not None:
            extra = extra + accelerator.hits(model, divided, engine.catalog)
        found = findings(held[version] + of_release(extra, version), target, basis) if basis != "unknown" else []
        found = [finding if finding.fixes else _advised(finding, advisor, target) for finding in found]
        if found and bool(model.derived(rounds)):
            found = [only_a_run_tells(finding, engine.catalog) for finding in found]
        unanswered = _crash_findings(crashes + crashed, (*engine.catalog.broken, *engine.knowledge.broken))
        found = unanswered + found
        state = verdict(found, basis, bool(unanswered or model.inference_stopped))
        coverage = engine.knowledge.coverage(version)
        results.append(
            Result(summary, target, state, tuple(found), basis=basis, coverage=coverage, dla=divided)
        )
    return tuple(results)


def _advised(finding: Finding, advisor: Advisor, target: Target) -> Finding:
    advise = advisor.for_error if finding.severity == "error" else advisor.for_remark
    return replace(finding, fixes=advise(finding, target))


def advice(model: Model, finding: Finding, target: Target) -> Tuple[Fix, ...]:
    """What to do manually about an error that the fixes of the finding did not remove, nearest first."""
    return () if finding.rule == "JD000" else Advisor(_engine(), model).for_error(finding, target)


def check_device(device: Device) -> Tuple[Finding, ...]:
    """Findings about a device alone."""
    crashes: List[Crash] = []
    target = Target("device")
    hits = of_release(_engine().device_hits(device, crashes), target.tensorrt_version)
    found = findings(hits, target, "read")
    return tuple(_crash_findings(crashes) + found)
