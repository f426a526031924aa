"""One model against all targets. Whatever is wrong with it becomes its result, never an exception."""

from __future__ import annotations

import os
from dataclasses import field, replace
from typing import Optional, Sequence, Tuple

from jetdoctor import own_rules
from jetdoctor.records import dataclass
from jetdoctor.types import Device, Finding, JetdoctorError, ModelSummary, Result, Target, UsageError

#: Files that are engines, not models (as jetdoctor.verify.engine_file knows them).
ENGINE_SUFFIXES = (".engine", ".plan", ".trt")


@dataclass(frozen=True)
class Question:
    """What every model is checked for. ``hash``: with the sha256 of its file. ``rules``: folders of rules not ours.

    It travels to processes and machines that work on it, and takes the rules into use there.
    """

    targets: Tuple[Target, ...]
    device: Optional[Device] = None
    hash: bool = False
    rules: Tuple[str, ...] = field(default_factory=own_rules.in_use)


def one(path: str, question: Question) -> Tuple[Result, ...]:
    """A result for each target of the question, in that order."""
    from jetdoctor.model import UnreadableModel, object_store

    own_rules.use(question.rules)
    try:
        if object_store.is_remote(path):
            return _fetched(path, question)
        if path.lower().endswith(ENGINE_SUFFIXES):
            return _engine(path, question.targets)
        return _model(path, question)
    except UnreadableModel as error:
        return _without_findings(path, question.targets, "unreadable", str(error))
    except ModuleNotFoundError:
        raise  # not the model's fault: every other one would fail alike
    except JetdoctorError as error:  # a store that does not answer
        return _without_findings(path, question.targets, "unknown", str(error))
    except Exception as error:  # one model must not take the others with it
        reason = "jetdoctor failed on it: %s: %s" % (type(error).__name__, error)
        return _without_findings(path, question.targets, "unknown", reason)


def _fetched(url: str, question: Question) -> Tuple[Result, ...]:
    """The results of a model in an object store, under its URL."""
    from jetdoctor.model import object_store

    with object_store.fetched(url) as local:
        return tuple(_under(url, local, result) for result in one(local, question))


def _under(url: str, local: str, result: Result) -> Result:
    """The result without a word about the place where the model was for a moment; commands name the file alone."""
    name = os.path.basename(local)

    def told(finding: Finding) -> Finding:
        fixes = tuple(replace(fix, title=fix.title.replace(local, name)) for fix in finding.fixes)
        return replace(finding, message=finding.message.replace(local, url), fixes=fixes)

    error = result.error.replace(local, url) if result.error else result.error
    findings = tuple(map(told, result.findings))
    return replace(result, model=replace(result.model, path=url), findings=findings, error=error)


def died(path: str, question: Question) -> Tuple[Result, ...]:
    """The results of a model whose process died on it."""
    reason = "the process that checked it died (out of memory?)"
    return _without_findings(path, question.targets, "unknown", reason)


def _model(path: str, question: Question) -> Tuple[Result, ...]:
    from jetdoctor import external, model
    from jetdoctor.check import check

    loaded = model.load(path)
    summary = model.summarize(loaded, hash=question.hash)
    results = check(loaded, question.targets, device=question.device, summary=summary)
    missing = next((trouble for _, _, trouble in external.troubles(loaded)), None)
    known = tuple(r if r.verdict == "unknown" else replace(r, error=missing) for r in results)
    return known if missing else results


def _engine(path: str, targets: Sequence[Target]) -> Tuple[Result, ...]:
    """A TensorRT engine against all targets: was it built for them?"""
    from jetdoctor.verify import engine_file

    summary = ModelSummary(path, producer="TensorRT engine")
    results = []
    try:
        for target in targets:
            found = tuple(engine_file.check(path, target))
            refused = any(finding.severity == "error" for finding in found)
            verdict = "fails" if refused else "deploys" if engine_file.fits(path, target) else "unknown"
            results.append(Result(summary, target, verdict, found))
    except UsageError as error:
        return _without_findings(path, targets, "unreadable", str(error))
    return tuple(results)


def _without_findings(path: str, targets: Sequence[Target], verdict: str, reason: str) -> Tuple[Result, ...]:
    summary = ModelSummary(path=path)
    return tuple(Result(summary, target, verdict, evidence="not-run", error=reason) for target in targets)
