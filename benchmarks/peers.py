"""CPU seconds of ``check`` beside loading a model and beside other tools, in one run: the table of docs/speed.md.

    python benchmarks/peers.py [--repeat 5] [--bin FOLDER] MODEL...

The commands take turns, so that a busy moment hits all of them, and each figure is the best of N whole processes, user
and system time, children included. A tool that is not on the path, or in FOLDER, has no row.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from typing import Dict, List

#: Row -> command; MODEL and OUT stand for paths.
COMMANDS: Dict[str, List[str]] = {
    'python -c "import onnx; onnx.load(MODEL)"': [sys.executable, "-c", "import onnx; onnx.load('MODEL')"],
    "jetdoctor check MODEL -t jetpack-6.2 --no-cache": [
        sys.executable, "-m", "jetdoctor", "check", "MODEL", "-t", "jetpack-6.2", "--no-cache",
    ],
    "jetdoctor check MODEL --no-cache": [sys.executable, "-m", "jetdoctor", "check", "MODEL", "--no-cache"],
    "trtcheck MODEL": ["trtcheck", "MODEL"],
    "polygraphy inspect model MODEL": ["polygraphy", "inspect", "model", "MODEL"],
    "onnxslim MODEL OUT": ["onnxslim", "MODEL", "OUT"],
    "onnxsim MODEL OUT": ["onnxsim", "MODEL", "OUT"],
}  # fmt: skip


def seconds(command: List[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    options = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    options.add_argument("--repeat", type=int, default=5, metavar="N", help="processes per figure (default 5)")
    options.add_argument("--bin", default="", metavar="FOLDER", help="where the other tools are installed")
    options.add_argument("models", nargs="+", metavar="MODEL")
    given = options.parse_args()
    path = os.pathsep.join([given.bin, os.environ["PATH"]]) if given.bin else None
    rows = {name: (shutil.which(words[0], path=path), words[1:]) for name, words in COMMANDS.items()}
    best: Dict[str, List[float]] = {name: [] for name, (tool, _) in rows.items() if tool}
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.onnx")
        for model in given.models:
            tried: Dict[str, List[float]] = {name: [] for name in best}
            for _ in range(given.repeat):
                for name, times in tried.items():
                    tool, words = rows[name]
                    times.append(seconds([str(tool)] + [w.replace("MODEL", model).replace("OUT", out) for w in words]))
            for name, times in tried.items():
                best[name].append(min(times))
    names = [os.path.basename(model).replace(".onnx", "") for model in given.models]
    print("| command | %s |" % " | ".join(names))
    print("| --- |%s" % (" --- |" * len(names)))
    for name, figures in best.items():
        print("| `%s` | %s |" % (name, " | ".join("%.2f" % figure for figure in figures)))


if __name__ == "__main__":
    main()
