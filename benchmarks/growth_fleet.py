"""How the time of ``check`` grows with nodes, custom operators, models and targets, drawn as docs/growth-fleet.svg.

    python benchmarks/growth_fleet.py [-o docs/growth-fleet.svg]        two minutes of processor time

CPU seconds of a whole process and its children. Exit code 1 when what one more costs at the end of a curve is more than
``MOST`` times what it costs in the part before.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Callable, Dict, List, Sequence

from growing import FAMILIES
from growth import NOISE, Curve, seconds, svg

MOST = 1.6

SIZES = {
    "nodes": (1_000, 10_000, 30_000, 100_000),
    "custom operators": (10, 300, 1_000, 3_000),
    "models": (1, 100, 300, 1_000),
    "targets": (1, 12, 24, 47),
}

Lines = Callable[[int, str], List[str]]


def of_one_model(family: str) -> Lines:
    """Arguments for a model of so many nodes."""

    def line(count: int, folder: str) -> List[str]:
        import onnx

        path = os.path.join(folder, "grown.onnx")
        onnx.save(FAMILIES[family](count), path)
        return [path, "-t", "jetpack-5.0.2"]

    return line


def models(count: int, folder: str) -> List[str]:
    """Arguments for a folder of so many different models."""
    from cluster import models as write

    inside = os.path.join(folder, "models%d" % count)
    os.mkdir(inside)
    write(inside, count)
    return [inside, "-t", "jetpack-5.0.2"]


def targets(count: int, folder: str) -> List[str]:
    """Arguments for a model of 1,000 nodes with findings, and so many targets: JetPacks, then releases of TensorRT."""
    from jetdoctor.target import every_jetpack, resolve

    named = [target.name for target in every_jetpack()]
    named += [target.name for target in resolve("tensorrt>=8.0") if target.name not in named]
    if len(named) < count:
        raise SystemExit("there are only %d targets" % len(named))
    path = of_one_model("refused nodes")(1_000, folder)[0]
    return [path] + [word for name in named[-count:] for word in ("-t", name)]


LINES: Dict[str, Lines] = {
    "nodes": of_one_model("plain nodes"),
    "custom operators": of_one_model("custom operators"),
    "models": models,
    "targets": targets,
}


def measure(what: str, sizes: Sequence[int]) -> Curve:
    found: Curve = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "jetdoctor", "check", *LINES[what](size, folder), "-q", "--exit-zero"]
            found.append((size, min(seconds(command) for _ in range(2))))
    return found


def is_linear(curve: Curve) -> bool:
    """Whether one more costs at the end at most ``MOST`` times what it did in the part before."""
    (x0, y0), (x1, y1), (x2, y2) = curve[-3:]
    expected = max((y1 - y0) / (x1 - x0) * (x2 - x1), NOISE / 2)
    return y2 - y1 < NOISE or y2 - y1 <= MOST * expected


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-o", metavar="FILE", default="")
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    panels: Dict[str, Dict[str, Curve]] = {}
    bad = 0
    for what, sizes in SIZES.items():
        curve = measure(what, sizes)
        bad += not is_linear(curve)
        panels["check, " + what] = {what: curve}
        cells = "  ".join("%d: %.2f s" % point for point in curve)
        print("%-17s %s%s" % (what, cells, "" if is_linear(curve) else "   NOT LINEAR"), flush=True)
    if options.o:
        Path(options.o).write_text(svg(panels, "how many"), encoding="utf-8")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
