"""How often the first diagnosis of triage is right, by confidence: PYTHON -m benchmarks.triage [--show] [FILE ...]

A file holds one report a line, as ``fixtures/logs/README.md`` describes. Without files it reads those held out, from
which nothing was mended: their figure is that of logs that nobody has seen. ``none`` as category: nothing failed.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any, Dict, List, Tuple
from typing import Counter as Counts

from jetdoctor.triage import triage

HELD_OUT = Path(__file__).resolve().parent.parent / "fixtures" / "logs" / "held_out" / "reports.jsonl"
SILENT = "nothing recognized"


def judged(report: Dict[str, Any]) -> Tuple[str, bool, str]:
    """Confidence, whether it is right, and the category of the first diagnosis of a report."""
    found = triage("\n".join(report["lines"]))
    if not found:
        return SILENT, "none" in report["category"], "none"
    return found[0].confidence, found[0].category in report["category"], found[0].category


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("files", nargs="*", type=Path, default=[HELD_OUT], help="reports, one a line")
    parser.add_argument("--show", action="store_true", help="list what is wrong")
    arguments = parser.parse_args()
    right: Counts[str] = Counter()
    total: Counts[str] = Counter()
    wrong: List[str] = []
    for path in arguments.files:
        for line in path.read_text(encoding="utf-8").splitlines():
            report = json.loads(line)
            confidence, good, category = judged(report)
            total[confidence] += 1
            right[confidence] += good
            if not good:
                expected = "/".join(report["category"])
                wrong.append("%s\n    %s %s, not %s" % (report["url"], confidence, category, expected))
    for confidence in ("high", "medium", "low", SILENT):
        print("%-20s %3d of %3d right" % (confidence, right[confidence], total[confidence]))
    print("%-20s %3d of %3d right" % ("all", sum(right.values()), sum(total.values())))
    if arguments.show:
        print("\n".join(wrong))


if __name__ == "__main__":
    main()
