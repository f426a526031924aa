"""Does `fix` keep what `check` promises? FIXABLE means that `fix` writes a clean, proven model.

    python benchmarks/promises.py FOLDER... [--targets tensorrt-8.4.3] [--sample 200] [--jobs 2] [--list OUT.jsonl]

Every .onnx file under the folders is checked for every target and repaired where an error is found. Counted are
promises kept, promises broken, models fixed without a promise, neither, and apart from these what "may be fixable"
(a promise that needs a run) and models that ONNX Runtime itself refuses to run. A promise that rests on an unsafe fix
is kept with `--unsafe`. What is not as promised is listed; --list writes a line for every model and target as it is
judged. Exit code 1 when fewer promises are kept than --least says.
"""

from __future__ import annotations

import argparse
import glob
import json
import multiprocessing
import os
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Iterable, Iterator, List, NamedTuple, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

TARGETS = "tensorrt-8.4.3,tensorrt-8.6.1,tensorrt-10.3.0"
KEPT, BROKEN, UNPROMISED, NEITHER = "promised and kept", "promised and broken", "not promised, yet fixed", "neither"
UNRUN, MAY_FIXED, MAY_NOT = "promised, not provable", "may be fixable: fixed", "may be fixable: not fixed"


#: how the proof says that ONNX Runtime, or ONNX's evaluator after it, does not run the original
_NOT_RUN = ("does not run the model", "the reference evaluator refuses")


class Answer(NamedTuple):
    """One model for one target: which of the four, and why a promise was broken."""

    path: str
    target: str
    kind: str
    reason: str = ""


def judge(job: Tuple[str, str]) -> Answer:
    """Check and repair one model for one target; "" as kind when there is no error or no model."""
    from jetdoctor import target
    from jetdoctor.check import check
    from jetdoctor.fix import fix
    from jetdoctor.model import load
    from jetdoctor.types import JetdoctorError

    path, name = job
    targets = target.resolve(name)
    try:
        (result,) = check(load(path), targets)
        if result.verdict not in ("fixable", "fails"):
            return Answer(path, name, "")
        errors = [finding for finding in result.findings if finding.severity == "error"]
        unsafe = any(all(fix.applicability != "safe" for fix in finding.fixes) for finding in errors)
        promised = result.verdict == "fixable"
        outcome = fix(path, targets, unsafe=promised and unsafe)
    except JetdoctorError as error:
        return Answer(path, name, "", str(error))
    written = outcome.changed and outcome.clean
    if promised:
        kind = KEPT if written else UNRUN if _cannot_run(outcome) else BROKEN
        if any(finding.fixes[0].promise == "run" for finding in errors):
            kind = MAY_FIXED if written else MAY_NOT
        return Answer(path, name, kind, "" if written else _reason(outcome))
    return Answer(path, name, UNPROMISED if written else NEITHER)


def _cannot_run(outcome: Any) -> bool:
    """Whether nothing here runs the original: nothing is proven of it, and nobody can say what it computes."""
    proof = outcome.plan.equivalence
    return proof.status == "not-run" and any(words in proof.reason for words in _NOT_RUN)


def _reason(outcome: Any) -> str:
    left = [step for step in outcome.plan.steps if not step.applied and step.applicability != "manual"]
    steps = ["%s %s: %s" % (step.rule, step.title, step.reason) for step in left[:2]]
    return outcome.reason or "; ".join(steps) or "errors remain"


def _listed(answers: Iterable[Answer], path: str) -> Iterator[Answer]:
    """The answers, each written as a line of JSON when it comes."""
    with open(path, "w", encoding="utf-8") as lines:
        for answer in answers:
            lines.write(json.dumps(answer._asdict()) + "\n")
            lines.flush()
            yield answer


def files(folders: List[str], sample: int, seed: int) -> List[str]:
    """Models under the folders, ``sample`` of them drawn by ``seed`` (0: all)."""
    found = sorted(
        path for folder in folders for path in glob.glob(os.path.join(folder, "**", "*.onnx"), recursive=True)
    )
    return random.Random(seed).sample(found, sample) if 0 < sample < len(found) else found


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folders", nargs="+")
    options.add_argument("--targets", default=TARGETS)
    options.add_argument("--sample", type=int, default=0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--list", default=os.devnull, metavar="OUT.jsonl", help="write every answer there")
    options.add_argument("--least", type=float, default=0.95, help="share of promises to keep")
    given = options.parse_args()
    models = files(given.folders, given.sample, given.seed)
    jobs = [(path, name) for path in models for name in given.targets.split(",")]
    with multiprocessing.Pool(given.jobs, maxtasksperchild=50) as pool:
        answers = list(_listed(pool.imap_unordered(judge, jobs, chunksize=4), given.list))
    for answer in sorted(answers):
        if answer.kind in (BROKEN, UNPROMISED):
            print("%-24s %s %s: %s" % (answer.kind, answer.target, os.path.basename(answer.path), answer.reason[:300]))
    counts = Counter(answer.kind for answer in answers)
    for kind in (KEPT, BROKEN, UNPROMISED, NEITHER, UNRUN, MAY_FIXED, MAY_NOT):
        print("%5d %s" % (counts[kind], kind))
    made = counts[KEPT] + counts[BROKEN]
    share = counts[KEPT] / made if made else 1.0
    print("%.1f %% of %d promises kept" % (100 * share, made))
    return 0 if share >= given.least else 1


if __name__ == "__main__":
    sys.exit(main())
