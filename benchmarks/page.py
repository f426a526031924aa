"""What does a page cost, beside the text of the same check? Whole processes, the best of ``--repeat``, in turns.

    python3 benchmarks/page.py [MODEL...] [--repeat N]

Without models: stacks of 1,000 and 10,000 nodes. How soon a browser paints it, ``tests/browser/run`` prints.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import models  # noqa: E402
from as_parsed import seconds  # noqa: E402


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("models", nargs="*")
    options.add_argument("--repeat", type=int, default=3)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = asked.models or [stack(folder, nodes) for nodes in (1000, 10000)]
        print("%-30s %8s %8s %8s %10s" % ("model", "text", "page", "times", "size"))
        for path in paths:
            compared(path, os.path.join(folder, "page.html"), asked.repeat)
    return 0


def stack(folder: str, nodes: int) -> str:
    return str(models.transformer(Path(folder, "%d_nodes.onnx" % nodes), nodes, 1 << 20))


def compared(path: str, page: str, repeat: int) -> None:
    check = [sys.executable, "-m", "jetdoctor", "check", path, "-t", "jetpack-5.0.2"]
    best = [float("inf")] * 2
    for _ in range(repeat):
        for number, command in enumerate((check, [*check, "--format", "html", "-o", page])):
            best[number] = min(best[number], seconds(command))
    size = os.path.getsize(page) / 1e6
    print("%-30s %6.2f s %6.2f s %8.1f %7.2f MB" % (os.path.basename(path), *best, best[1] / best[0], size))


if __name__ == "__main__":
    sys.exit(main())
