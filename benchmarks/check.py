"""The speed and memory budgets: each command beside its floor, on this machine, in one run.

    python benchmarks/check.py [--repeat 5] [--quick]

Every figure is the best of N whole processes. Exit code 1 when a budget is missed. See README.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, List, Optional, Tuple

import models

ROOT = Path(__file__).resolve().parent.parent
JETDOCTOR = ["-m", "jetdoctor"]
ONE_TARGET = ["--target", "jetpack-5.1.2"]

# Runs a command as its only child, so that the high-water mark of children is that command's.
_PEAK = "import resource,subprocess,sys; subprocess.run(sys.argv[1:], stdout=-3, stderr=-3); \
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"

_RULES = "import time; import jetdoctor.cli; t = time.perf_counter(); from jetdoctor.check import catalog; \
catalog(); print(time.perf_counter() - t)"

_SIZES = "import sys, time, numpy; from jetdoctor.model import load; model = load(%r); \
from jetdoctor.constants.shape_tensors import ShapeTensors; t = time.perf_counter(); ShapeTensors.of(model).uses; \
print((time.perf_counter() - t) / %d * 1e6)"


@dataclass(frozen=True)
class Row:
    """One budget: the measured figure, the floor that it stands beside, and the most it may be."""

    what: str
    figure: float
    floor: float
    most: float
    unit: str

    @property
    def kept(self) -> bool:
        return self.figure <= self.most

    def __str__(self) -> str:
        verdict = "ok" if self.kept else "MISSED"
        cells = "%9.3f %9.3f %9.3f %-4s" % (self.figure, self.floor, self.most, self.unit)
        return "%-34s %s  %s" % (self.what, cells, verdict)


class Bench:
    """Times child processes of this interpreter, best of ``repeat``."""

    def __init__(self, repeat: int) -> None:
        self.repeat = repeat

    def seconds(self, *alternatives: List[str]) -> List[float]:
        """Best wall time of each command, in seconds, taken in turns so that all see the same machine."""
        best = [float("inf")] * len(alternatives)
        for _ in range(self.repeat):
            for index, arguments in enumerate(alternatives):
                start = time.perf_counter()
                self._run(arguments)
                best[index] = min(best[index], time.perf_counter() - start)
        return best

    def printed(self, code: str) -> float:
        """Smallest number that a snippet prints."""
        return min(float(self._run(["-c", code]).stdout) for _ in range(self.repeat))

    def peak_mib(self, arguments: List[str]) -> float:
        """Most memory that the command had resident, in MiB (Linux counts in KiB)."""
        done = self._run(["-c", _PEAK, sys.executable, *arguments])
        return float(done.stdout) / 1024

    def _run(self, arguments: List[str]) -> Any:
        # As installed: modules compiled once, not anew in each process.
        env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=str(ROOT),
            env=env,
            capture_output=True,
        )
        if done.returncode not in (0, 1):
            raise SystemExit("%s failed:\n%s" % (" ".join(arguments), done.stderr.decode()))
        return done


def check(path: Path, *more: str) -> List[str]:
    return [*JETDOCTOR, "check", str(path), *(more or ONE_TARGET)]


def onnx_load(path: Path) -> List[str]:
    return ["-c", "import onnx; onnx.load(%r)" % str(path)]


def start_and_load(bench: Bench, folder: Path) -> List[Row]:
    """Start, an ordinary export, all JetPacks at once, and the rule base."""
    model = models.transformer(folder / "ordinary.onnx", nodes=1000, weight_bytes=40 << 20)
    on_board = ("--target", "agx-orin@jetpack-6.2")
    bare, version, imported, floor, one, everything, board, divided = bench.seconds(
        ["-c", "pass"],
        [*JETDOCTOR, "--version"],
        ["-c", "import onnx"],
        onnx_load(model),
        check(model),
        check(model, "--target", "all"),
        check(model, *on_board),
        check(model, *on_board, "--dla"),
    )
    return [
        Row("--version / python -c pass", version / bare, 1.0, 2.5, "x"),
        Row("check, 1,000 nodes / onnx.load", one, floor, floor + 0.15, "s"),
        Row("all JetPacks / one target", everything / one, 1.0, 2.0, "x"),
        Row("--dla / without", divided / board, 1.0, 1.25, "x"),
        Row("rule base", bench.printed(_RULES), imported, 0.060, "s"),
    ]


def memory(bench: Bench, folder: Path) -> List[Row]:
    """The same graph with 6 MB and with 600 MB of weights."""
    small = models.transformer(folder / "small.onnx", nodes=200, weight_bytes=6_000_000)
    large = models.transformer(folder / "large.onnx", nodes=200, weight_bytes=600_000_000)
    floor, figure = bench.peak_mib(check(small)), bench.peak_mib(check(large))
    return [Row("memory, 600 MB / 6 MB of weights", figure, floor, floor + 16, "MiB")]


def linearity(bench: Bench, folder: Path, sizes: Tuple[int, ...]) -> List[Row]:
    """Time per node beyond the start, against that of a graph a tenth of the size."""
    paths = [models.transformer(folder / ("n%d.onnx" % n), nodes=n, weight_bytes=1 << 20) for n in sizes]
    empty = models.transformer(folder / "empty.onnx", nodes=10, weight_bytes=1 << 16)
    # The largest takes long enough to be measured once; the smallest is the one that noise would spoil.
    start, *times = bench.seconds(*[check(path) for path in [empty, *paths[:2]]])
    times += Bench(1).seconds(*[check(path) for path in paths[2:]])
    per_node = [(seconds - start) / nodes * 1e6 for seconds, nodes in zip(times, sizes)]
    return [
        Row("{:,} nodes / {:,}".format(n, sizes[i]), per_node[i + 1], per_node[i], per_node[i] * 1.5, "us")
        for i, n in enumerate(sizes[1:])
    ]


def shape_tensors(bench: Bench, folder: Path) -> List[Row]:
    """Finding the sizes that TensorRT computes on the host, in a model that is nothing else."""
    small, large = 1000, 10_000
    paths = [models.sizes(folder / ("sizes%d.onnx" % nodes), nodes) for nodes in (small, large)]
    floor, figure = (bench.printed(_SIZES % (str(path), nodes)) for path, nodes in zip(paths, (small, large)))
    return [Row("sizes, 10,000 nodes / 1,000", figure, floor, floor * 1.5, "us")]


def main(argv: Optional[List[str]] = None) -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument(
        "--repeat", type=int, default=5, metavar="N", help="processes per figure (default 5)"
    )
    options.add_argument("--quick", action="store_true", help="leave the graph of 100,000 nodes out")
    arguments = options.parse_args(argv)
    bench = Bench(arguments.repeat)
    sizes = (1000, 10_000) if arguments.quick else (1000, 10_000, 100_000)
    print("%-34s %9s %9s %9s" % ("budget", "figure", "floor", "most"))
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for rows in (
            start_and_load(bench, Path(folder)),
            memory(bench, Path(folder)),
            linearity(bench, Path(folder), sizes),
            shape_tensors(bench, Path(folder)),
        ):
            for row in rows:
                print(row, flush=True)
                missed += not row.kept
    print("every budget kept" if not missed else "%d missed" % missed)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
