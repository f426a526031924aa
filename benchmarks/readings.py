"""Does a model, run as a release is said to read it, compute what that release's parser built?

    python3 benchmarks/readings.py MODELS VALUES RELEASE... [--show N]

MODELS is a folder or an archive (.tar.gz) of ONNX models, VALUES a folder with ``tensorrt-R.jsonl.gz``: for each
accepted model of release R (8.4, 10.3, ...) a line with ``file``, ``value`` ("equal" or "different": what the network
that the historical parser built computes, beside ONNX Runtime) and ``reason``. For every model with a misread form that
has a reading this runs the model both ways and compares. A reading is confirmed where both say "different" (with the
same shape, if that is what differs) or both say "equal". Prints a table by reading, and exits with 1 when one is
contradicted. "size" is the median of the largest difference here over the recorded one. The inputs are other numbers
of another width: it is the same for all that is linear in them, and says that no difference is out of proportion.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import os
import re
import statistics
import sys
import tarfile
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from jetdoctor.catalog import catalog
from jetdoctor.check import check
from jetdoctor.emulate.build import build, candidate
from jetdoctor.emulate.impact import judge
from jetdoctor.fix.runners import open_runner
from jetdoctor.model import load
from jetdoctor.target import resolve
from jetdoctor.types import JetdoctorError
from jetdoctor.verify.dims import data_inputs
from jetdoctor.verify.inputs import cases, is_extreme
from jetdoctor.verify.ranges import range_of

#: patch release of the parser that the values of a release come from
PATCHES = {
    "8.0": "8.0.3", "8.2": "8.2.5", "8.4": "8.4.3", "8.5": "8.5.3", "8.6": "8.6.1", "10.0": "10.0.1",
    "10.3": "10.3.0", "10.8": "10.8.0", "10.10": "10.10.0",
}  # fmt: skip


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("models")
    options.add_argument("values")
    options.add_argument("releases", nargs="+")
    options.add_argument("--show", type=int, default=10)
    asked = options.parse_args()
    counts, wrong, ratios = collections.Counter(), collections.defaultdict(list), collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as place:
        folder = unpacked(asked.models, place)
        for release in asked.releases:
            for row in recorded(asked.values, release):
                path = os.path.join(folder, row["file"])
                if os.path.exists(path):
                    tally(path, release, row, counts, wrong, ratios)
    table(counts, ratios)
    for reading, lines in sorted(wrong.items()):
        for line in lines[: asked.show]:
            print("contradicted  %-30s %s" % (reading, line))
    return 1 if wrong else 0


def unpacked(models: str, place: str) -> str:
    if os.path.isdir(models):
        return models
    with tarfile.open(models) as archive:
        archive.extractall(place)
    return place


def recorded(values: str, release: str):
    with gzip.open(os.path.join(values, "tensorrt-%s.jsonl.gz" % release), "rt") as lines:
        return [row for row in map(json.loads, lines) if row.get("value") in ("equal", "different")]


def tally(path: str, release: str, row, counts, wrong, ratios) -> None:
    """Count what one model says of the readings of its misread forms."""
    (target,) = resolve("tensorrt-" + PATCHES.get(release, release))
    (result,) = check(load(path), [target])
    found = [finding for finding in result.findings if finding.reading and finding.outcome == "wrong-output"]
    if not found:
        return
    names = sorted({finding.reading for finding in found})
    said, why, size = as_read(path, target, found)
    ratio = size / row["max_abs"] if size and row.get("max_abs") else None
    for name in names:
        if ratio:
            ratios[name].append(ratio)
        counts[
            name, said if said == "not run" else "agrees" if agrees(said, why, row) else "contradicted", row["value"]
        ] += 1
        if said != "not run" and not agrees(said, why, row):
            wrong[name].append(
                "%s %s: recorded %s (%s), as read %s (%s)"
                % (release, row["file"], row["value"], row.get("reason"), said, why)
            )


def as_read(path: str, target, found):
    """("equal", "different" or "not run", shapes that differ or why it is not run, largest difference)."""
    built = build(path, target, found)
    if built.left:
        return "not run", "; ".join(built.left.values()), 0.0
    view = load(path)
    feeds = [(case.name, case.feeds(view)) for case in cases(view)]
    with candidate(built, path) as read:
        for kind in ("onnxruntime", "reference"):
            try:
                original = open_runner(path, kind)
                wanted = [(name, arrays, original.run(arrays)) for name, arrays in feeds]
            except JetdoctorError as error:
                why = str(error)
                continue
            try:
                other = open_runner(read.path, kind)
                runs = [(name, outputs, other.run(arrays)) for name, arrays, outputs in wanted]
            except JetdoctorError as error:
                return "different", "does not hold together: %s" % error, 0.0
            # What was recorded ran on numbers of both signs, also where an input looks like an image.
            images = any(range_of(value).kind == "image" for value in data_inputs(view))
            impact, rows = judge([run for run in runs if images or not is_extreme(run[0])])
            shapes = "; ".join(row["shape"] for row in rows if row["shape"])
            return ("equal" if impact.kind == "harmless" else "different"), shapes, impact.max_abs
    return "not run", why, 0.0


def agrees(said: str, why: str, row) -> bool:
    if said != row["value"]:
        return False
    shapes = re.search(r"shape \(([\d, ]*)\) vs \(([\d, ]*)\)", row.get("reason") or "")
    return not shapes or shapes.group(2).rstrip(", ") in why.replace("[", "").replace("]", "")


def table(counts, ratios) -> None:
    heads = ("reading", "agrees: different", "agrees: equal", "contradicted", "not run", "size")
    print("%-32s %18s %14s %13s %8s %6s" % heads)
    for name in sorted(catalog().readings):
        agreed = [counts[name, "agrees", value] for value in ("different", "equal")]
        against, idle = (
            sum(counts[name, what, value] for value in ("different", "equal")) for what in ("contradicted", "not run")
        )
        note = "" if any(agreed) else "   not validated: no recorded value"
        size = "%.2f" % statistics.median(ratios[name]) if ratios[name] else "-"
        print("%-32s %18d %14d %13d %8d %6s%s" % (name, *agreed, against, idle, size, note))


if __name__ == "__main__":
    sys.exit(main())
