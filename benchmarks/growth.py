"""How the time of ``check`` and ``fix`` grows with the model, drawn as docs/growth.svg.

    python benchmarks/growth.py [--sizes 500,1000,2000,4000] [--commands check,fix] [-o docs/growth.svg]

CPU seconds of a whole process and its children, beyond those that the smallest model takes. Exit code 1 when the last
doubling costs more than ``MOST`` times the doubling before it: growth that is not linear any more.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

from growing import FAMILIES

ROOT = Path(__file__).resolve().parent.parent

#: From one doubling to the next the added time doubles when growth is linear, and is four times as much when it is
#: quadratic.
MOST = 3.2

#: Seconds below which a difference is noise.
NOISE = 0.4

Curve = List[Tuple[int, float]]


def seconds(command: Sequence[str]) -> float:
    """CPU time of a command and of all that it started."""
    process = subprocess.Popen(command, cwd=str(ROOT), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    usage = os.wait4(process.pid, 0)[2]
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime


def measure(command: str, family: str, sizes: Sequence[int], folder: str) -> Curve:
    import onnx

    found: Curve = []
    for size in sizes:
        path = os.path.join(folder, "model.onnx")
        onnx.save(FAMILIES[family](size), path)
        line = [sys.executable, "-m", "jetdoctor", command, path, "--target", "jetpack-5.0.2"]
        found.append((size, min(seconds(line) for _ in range(2))))
    return found


def is_linear(curve: Curve) -> bool:
    """Whether the last doubling adds at most ``MOST`` times what the one before it added."""
    if len(curve) < 3:
        return True
    before, last = curve[-2][1] - curve[-3][1], curve[-1][1] - curve[-2][1]
    return last < NOISE or last <= MOST * max(before, NOISE / 2)


_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555", "#8c564b")


def svg(panels: Dict[str, Dict[str, Curve]], below: str = "nodes, functions, inputs or Ifs") -> str:
    """Panels side by side, linear axes; ``below`` says what their horizontal axes count."""
    parts = []
    for index, (command, curves) in enumerate(panels.items()):
        parts.append('<g transform="translate(%d 40)">' % (60 + index * 460))
        parts += _panel(command, curves, below)
        parts.append("</g>")
    width = 60 + 460 * len(panels)
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d 330" font-family="sans-serif" font-size="12">'
    return "\n".join([head % width, '<rect width="%d" height="330" fill="#fff"/>' % width, *parts, "</svg>", ""])


def _panel(command: str, curves: Dict[str, Curve], below: str) -> List[str]:
    wide, high = 260, 230
    most_x = max(x for curve in curves.values() for x, _ in curve)
    most_y = max(y for curve in curves.values() for _, y in curve)
    parts = ['<text x="0" y="-14" font-weight="bold">jetdoctor %s: CPU seconds</text>' % command]
    parts.append('<path d="M0 0V%d H%d" fill="none" stroke="#333"/>' % (high, wide))
    for share in (0, 0.5, 1):
        parts.append('<text x="-8" y="%d" text-anchor="end">%.1f</text>' % (high - share * high + 4, share * most_y))
        parts.append('<text x="%d" y="%d" text-anchor="middle">%d</text>' % (share * wide, high + 18, share * most_x))
    parts.append('<text x="%d" y="%d" text-anchor="middle">%s</text>' % (wide / 2, high + 38, below))
    ends = sorted((curve[-1][1], name) for name, curve in curves.items())
    for place, (_, name) in enumerate(ends):
        curve, color = curves[name], _COLORS[list(curves).index(name)]
        points = " ".join("%.1f,%.1f" % (x / most_x * wide, high - y / most_y * high) for x, y in curve)
        parts.append('<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>' % (points, color))
        y = high - place * 20 - 6
        parts.append('<text x="%d" y="%d" fill="%s">%s, %.1f s</text>' % (wide + 14, y, color, name, curve[-1][1]))
    return parts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", default="500,1000,2000,4000")
    parser.add_argument("--commands", default="check,fix")
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("-o", metavar="FILE", default="")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    panels: Dict[str, Dict[str, Curve]] = {}
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for command in options.commands.split(","):
            for family in options.families.split(","):
                curve = measure(command, family, sizes, folder)
                panels.setdefault(command, {})[family] = curve
                bad += not is_linear(curve)
                cells = "  ".join("%d: %.2f s" % point for point in curve)
                print("%-6s %-17s %s%s" % (command, family, cells, "" if is_linear(curve) else "   NOT LINEAR"))
    if options.o:
        Path(options.o).write_text(svg(panels), encoding="utf-8")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
