"""How many models of a folder change their answer, as each release reads them?

    python3 benchmarks/impact.py FOLDER TARGET...

For each target a row: the models whose findings include a misread form, and what `verify --as-parsed` says of them:
another answer, other digits, equal on every set of inputs, no longer holds together (a build log would show that), or
not run. Then a line for each model that is named in a column other than "equal". Models that ONNX Runtime cannot run
count as "not run".
"""

from __future__ import annotations

import collections
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from jetdoctor.check import check
from jetdoctor.emulate import emulate, misread
from jetdoctor.target import resolve
from jetdoctor.types import JetdoctorError
from jetdoctor.verify.making import make_job

COLUMNS = ("another answer", "other digits", "equal", "falls apart", "not run")


def main() -> int:
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    paths = [os.path.join(sys.argv[1], name) for name in sorted(os.listdir(sys.argv[1])) if name.endswith(".onnx")]
    lines = []
    print("| target | models | misread | %s |\n|%s" % (" | ".join(COLUMNS), " --- |" * (len(COLUMNS) + 3)))
    for asked in sys.argv[2:]:
        (target,) = resolve(asked)
        counts = collections.Counter()
        for path in paths:
            column, why = judged(path, target)
            if column:
                counts[column] += 1
                lines.append("%s %s: %s%s" % (asked, os.path.basename(path), column, why and " (%s)" % why))
        row = [str(counts[column]) for column in COLUMNS]
        print("| %s | %d | %d | %s |" % (asked, len(paths), sum(counts.values()), " | ".join(row)), flush=True)
    print("\n".join(lines))
    return 0


def judged(path: str, target) -> tuple:
    """(column or "" when nothing is misread, why)."""
    try:
        job = make_job(path, target, profiled=False)
        (result,) = check(job.view, [target])
        found = [finding for finding in misread(result.findings) if finding.severity == "error"]
        if not found:
            return "", ""
        whole = emulate(job, target, found, each=False)
    except JetdoctorError as error:
        return "not run", str(error)
    kind = whole.impact.kind if whole.impact else "not-run"
    rules = ", ".join(sorted({finding.rule for finding in found}))
    if kind == "answer" and not whole.outputs:  # ONNX Runtime refuses the model as it is read
        return "falls apart", rules
    names = {"answer": "another answer", "digits": "other digits", "harmless": "equal"}
    return names.get(kind, "not run"), "%s; %s" % (rules, whole.reason) if whole.reason else rules


if __name__ == "__main__":
    sys.exit(main())
