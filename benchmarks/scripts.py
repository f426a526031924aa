"""Does the program of `fix --script` do what `fix` did, without jetdoctor, and on the next export?

    python3 -m venv alone && alone/bin/pip install onnx numpy onnx-graphsurgeon
    python benchmarks/scripts.py --alone alone/bin/python FILE.onnx... [--target jetpack-5.0.2]

For each model: `fix` repairs it and writes its program; the program runs in the other Python, on the model and on the
same model with other names for all nodes and inner tensors. Both results must be the graph that `fix` made (operators,
attributes, constants, connections) and equal to the original in ONNX Runtime. Exit code 1 where one is not.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

EQUAL, NOTHING = "equal", "nothing to repair"


class Row(NamedTuple):
    """One model: what was said of the program, its lines of repairs, seconds that it took."""

    name: str
    said: str
    repairs: int = 0
    seconds: float = 0.0


def judge(path: str, target: str, alone: str, folder: str) -> Row:
    """Repair one model, run its program elsewhere, compare."""
    from jetdoctor import target as targets
    from jetdoctor.fix import fix
    from jetdoctor.fix.script import of_outcome

    name = os.path.basename(path)
    outcome = fix(path, targets.resolve(target))
    if not outcome.changed:
        return Row(name, "fix gave up: " + outcome.reason[:80] if outcome.reason else NOTHING)
    written = of_outcome(outcome)
    if written.trouble:
        return Row(name, "no program: " + written.trouble[:200])
    program = os.path.join(folder, "repair.py")
    Path(program).write_text(written.text, encoding="utf-8")
    start = time.perf_counter()
    said = _run(alone, program, path, outcome.proto, folder) or ""
    seconds = time.perf_counter() - start
    if not said:
        other = _run(alone, program, renamed(path, os.path.join(folder, "renamed.onnx")), outcome.proto, folder)
        said = "with other names: " + other if other else EQUAL
    return Row(name, said, written.text.count("\n    Repair("), seconds)


def _run(alone: str, program: str, path: str, wanted: Any, folder: str) -> str:
    """What is wrong with the program's result, "" for nothing."""
    import onnx

    from jetdoctor.fix.proof import prove
    from jetdoctor.fix.script.same import difference

    out = os.path.join(folder, "out.onnx")
    done = subprocess.run([alone, program, path, out], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        return "it stops: " + done.stdout.decode("utf-8", "replace").strip().split("\n")[-1][:200]
    proof = prove(path, out)
    unlike = "" if proof.status in ("equal", "not-run") else "ONNX Runtime: " + proof.reason
    return difference(wanted, onnx.load(out)) or unlike


def renamed(path: str, out: str) -> str:
    """The model with other names for all nodes and inner tensors, as another export has them."""
    import onnx

    model = onnx.load(path)
    names: Dict[str, str] = {v.name: v.name for v in [*model.graph.input, *model.graph.output]}
    waiting, numbers = [model.graph], itertools.count()
    while waiting:
        graph = waiting.pop()
        for node in graph.node:
            node.name = "node_%d" % next(numbers)
            for field in (node.input, node.output):
                field[:] = [names.setdefault(name, "other_%d" % len(names)) if name else "" for name in field]
            waiting.extend(attribute.g for attribute in node.attribute if attribute.type == 5)
            waiting.extend(inner for attribute in node.attribute for inner in attribute.graphs)
        for value in (*graph.initializer, *graph.value_info, *graph.input, *graph.output):
            value.name = names.setdefault(value.name, "other_%d" % len(names))
    onnx.save(model, out)
    return out


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("models", nargs="+")
    options.add_argument("--alone", required=True, help="a Python with onnx, numpy and onnx-graphsurgeon only")
    options.add_argument("--target", default="jetpack-5.0.2")
    given = options.parse_args()
    foreign = "import importlib.util as u, sys; sys.exit(bool(u.find_spec('jetdoctor') or u.find_spec('onnxruntime')))"
    if subprocess.run([given.alone, "-c", foreign], cwd="/").returncode:
        options.error("%s has jetdoctor or ONNX Runtime: it is not alone" % given.alone)
    rows: List[Row] = []
    for path in given.models:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(judge(path, given.target, given.alone, folder))
        print("%-46s %3d repairs %5.1f s  %s" % (rows[-1].name, *rows[-1][2:], rows[-1].said), flush=True)
    tried = [row for row in rows if row.said != NOTHING]
    print("%d of %d programs give the model of fix" % (sum(row.said == EQUAL for row in tried), len(tried)))
    return 0 if all(row.said == EQUAL for row in tried) else 1


if __name__ == "__main__":
    sys.exit(main())
