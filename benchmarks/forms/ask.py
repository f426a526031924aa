"""Asks `check`, and NVIDIA's newest parser where it is installed, what they make of each generated model.

    python3 benchmarks/forms/ask.py FOLDER [--targets tensorrt-8.4.3,tensorrt-10.3.0] [--rtx] [--show 20]

FOLDER holds models of ``generate.py``. Printed are rules that crashed, forms that are called unknown, and for each
target how many are taken, refused and misread, by operator with ``--table``. ``--rtx`` lists where TensorRT-RTX's
parser (1.7: newer than 11.0) and the facts of the newest release contradict each other; it registers no plugins, and
its network library speaks, too: each line is to be judged. Exits with 1 when a rule crashed.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from jetdoctor.check import check
from jetdoctor.model import load
from jetdoctor.target import resolve

TARGETS = "tensorrt-7.1.3,tensorrt-8.0.1,tensorrt-8.2.1,tensorrt-8.4.1,tensorrt-8.5.2,tensorrt-8.6.1,tensorrt-10.3.0," \
          "tensorrt-10.10.0,tensorrt-11.0"  # fmt: skip

_PARSE = """
import json, sys
import tensorrt_rtx as trt
logger = trt.Logger(trt.Logger.ERROR)
builder = trt.Builder(logger)
for path in sys.stdin:
    network = builder.create_network(0)
    parser = trt.OnnxParser(network, logger)
    taken = parser.parse(open(path.strip(), "rb").read())
    said = "" if taken else parser.get_error(0).desc()
    print("=> " + json.dumps([path.strip(), taken, said]), flush=True)
"""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder")
    options.add_argument("--targets", default=TARGETS)
    options.add_argument("--rtx", action="store_true")
    options.add_argument("--table", action="store_true")
    options.add_argument("--show", type=int, default=20)
    asked = options.parse_args()
    paths = sorted(os.path.join(asked.folder, name) for name in os.listdir(asked.folder))
    targets = [target for name in asked.targets.split(",") for target in resolve(name)]
    answers, crashed = {}, []
    for path in paths:
        answers[path] = check(load(path), targets)
        crashed += [(path, f.message) for result in answers[path] for f in result.findings if f.rule == "JD000"]
    tally(answers, targets, asked.table)
    for path, message in crashed[: asked.show]:
        print("crashed   %-40s %s" % (os.path.basename(path), message))
    if asked.rtx:
        contradictions(answers, paths, asked.show)
    return 1 if crashed else 0


def tally(answers, targets, by_operator: bool) -> None:
    """A line for each target, or for each operator and target."""
    counts = collections.defaultdict(collections.Counter)
    for path, results in answers.items():
        operator = os.path.basename(path).split("_")[0]
        for result in results:
            for name in ("(all)", operator) if by_operator else ("(all)",):
                counts[name, result.target.tensorrt][state(result)] += 1
    words = ("taken", "refused", "misread", "unknown")
    print("%-24s %-10s %s" % ("operator", "TensorRT", " ".join("%8s" % word for word in words)))
    for (name, release), count in sorted(counts.items(), key=lambda item: item[0][0]):
        print("%-24s %-10s %s" % (name, release, " ".join("%8d" % count[word] for word in words)))


def state(result) -> str:
    outcomes = {finding.outcome for finding in result.findings if finding.severity == "error"}
    if "rejected" in outcomes:
        return "refused"
    return "misread" if "wrong-output" in outcomes else "unknown" if result.verdict == "unknown" else "taken"


def contradictions(answers, paths, show: int) -> None:
    """Models on which the last target's facts and the installed parser disagree."""
    kinds = collections.defaultdict(list)
    for path, taken, said in parsed(paths):
        last = answers[path][-1]
        refused = [f.rule for f in last.findings if f.severity == "error" and f.outcome == "rejected"]
        if taken == bool(refused):
            kind = "%s by facts only (%s)" % ("refused", ", ".join(refused)) if taken else "refused by the parser only"
            kinds[os.path.basename(path).split("_")[0], kind].append((os.path.basename(path), " ".join(said.split())))
    print("%d models, %d contradictions" % (len(paths), sum(map(len, kinds.values()))))
    for (operator, kind), cases in sorted(kinds.items()):
        print("%-22s %4d  %-40s %s: %s" % (operator, len(cases), kind, cases[0][0], cases[0][1][:160]))


def parsed(paths):
    """(path, taken, refusal) of every model that the parser survives; it starts again behind one that kills it."""
    left = list(paths)
    while left:
        command = subprocess.run([sys.executable, "-c", _PARSE], input="\n".join(left), stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True)  # fmt: skip
        # the parser prints, too
        rows = [json.loads(line.split("=> ", 1)[1]) for line in command.stdout.splitlines() if "=> " in line]
        yield from rows
        if len(rows) < len(left):
            print("killed the parser: %s" % os.path.basename(left[len(rows)]))
        left = left[len(rows) + 1 :]


if __name__ == "__main__":
    sys.exit(main())
