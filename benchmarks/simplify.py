"""`fix --simplify` beside onnxslim and onnxsim: nodes left, seconds, what the target says, and whether outputs stay.

    python3 -m venv peers && peers/bin/pip install onnxslim onnxsim
    python benchmarks/simplify.py --peers peers/bin/python FILE.onnx... [--target tensorrt-8.4.3]

Every tool is a whole process on the same file (jetdoctor's includes its proof). Results are checked for the target and
compared with the original in ONNX Runtime, as `fix` proves its own. The last lines are sums over the models that every
tool simplified.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Dict, List, NamedTuple, Tuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

TIME_LIMIT = 300
OURS = "jetdoctor"


class Row(NamedTuple):
    """What a tool made of a model; ``nodes`` is 0 when it made none, ``takes`` whether the target finds no error."""

    tool: str
    nodes: int
    seconds: float
    takes: bool
    proof: str


def commands(path: str, out: str, peers: str) -> Dict[str, List[str]]:
    """The command line of each tool."""
    return {
        OURS: [sys.executable, "-m", "jetdoctor", "fix", path, "--simplify", "-o", out],
        "onnxslim": [peers, "-m", "onnxslim", path, out],
        "onnxsim": [peers, "-m", "onnxsim", path, out],
    }


def judge(tool: str, command: List[str], path: str, out: str, target: str) -> Row:
    """Run one tool; nodes count in branches and bodies too, Constant nodes do not."""
    from jetdoctor.fix.proof import prove

    start = time.perf_counter()
    environment, silent = dict(os.environ, PYTHONPATH=str(ROOT)), subprocess.DEVNULL
    try:
        subprocess.run(command, timeout=TIME_LIMIT, stdout=silent, stderr=silent, env=environment)
    except subprocess.TimeoutExpired:
        pass
    seconds = time.perf_counter() - start
    if not os.path.exists(out):
        return Row(tool, 0, seconds, False, "nothing written")
    nodes, takes = look(out, target)
    return Row(tool, nodes, seconds, takes, prove(path, out).status)


def look(path: str, target: str) -> Tuple[int, bool]:
    """Nodes of a model, and whether the target takes it as it is."""
    import onnx

    from jetdoctor import target as targets
    from jetdoctor.check import check
    from jetdoctor.fix.simplifying import size_of
    from jetdoctor.model import load

    size = size_of(onnx.load(path, load_external_data=False))
    (result,) = check(load(path), targets.resolve(target))
    return size.nodes - size.operators.get("Constant", 0), result.verdict == "deploys"


def _cell(row: Row) -> str:
    return "%s %4d %5.1f s %s %s" % (row.tool, row.nodes, row.seconds, "takes" if row.takes else "-", row.proof)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("models", nargs="+")
    options.add_argument("--peers", required=True, help="a Python with onnxslim and onnxsim")
    options.add_argument("--target", default="tensorrt-8.4.3")
    given = options.parse_args()
    sums: Dict[str, Counter] = {}
    for path in given.models:
        rows = []
        for tool in commands("", "", ""):
            with tempfile.TemporaryDirectory() as folder:
                out = os.path.join(folder, "out.onnx")
                rows.append(judge(tool, commands(path, out, given.peers)[tool], path, out, given.target))
        nodes, takes = look(path, given.target)
        shown = [Row("original", nodes, 0, takes, "equal")] + rows
        print("%-40s %s" % (os.path.basename(path), " | ".join(_cell(row) for row in shown)), flush=True)
        whole = all(row.nodes for row in rows)
        for row in shown:
            found = sums.setdefault(row.tool, Counter())
            found["written"] += bool(row.nodes)
            found["takes"] += row.takes
            found[row.proof] += 1
            if whole:
                found["models"] += 1
                found["nodes"] += row.nodes
                found["milliseconds"] += int(1000 * row.seconds)
    for tool, found in sums.items():
        print(tool, dict(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
