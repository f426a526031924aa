"""What does ``verify --as-parsed`` cost, beside one run of the model in ONNX Runtime?

    python3 benchmarks/as_parsed.py [MODEL...] [--target T] [--repeat N]

Whole processes, the best of ``--repeat``, in turns. Without models: those of fixtures/models that the target misreads.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
USUAL = [
    os.path.join(ROOT, "fixtures", "models", name + "_dynamo_opset18.onnx")
    for name in ("gap_classifier", "layernorm", "squeeze_excite")
]

_ONE_RUN = """
import sys
from jetdoctor.model import load
from jetdoctor.verify.inputs import feeds
from jetdoctor.verify.onnxruntime import run_session, session
run_session(session(sys.argv[1]), feeds(load(sys.argv[1])))
"""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("models", nargs="*", default=USUAL)
    options.add_argument("--target", default="jetpack-5.0.2")
    options.add_argument("--repeat", type=int, default=3)
    asked = options.parse_args()
    print("%-44s %10s %12s %8s" % ("model", "one run", "--as-parsed", "times"))
    for model in asked.models:
        commands = (
            [sys.executable, "-c", _ONE_RUN, model],
            [sys.executable, "-m", "jetdoctor", "verify", model, "--as-parsed", asked.target],
        )
        best = [float("inf")] * 2
        for _ in range(asked.repeat):
            best = [min(known, seconds(command)) for known, command in zip(best, commands)]
        print("%-44s %8.2f s %10.2f s %8.1f" % (os.path.basename(model), *best, best[1] / best[0]))
    return 0


def seconds(command) -> float:
    """Time of a whole process in seconds. Its exit code is 1 where outputs differ."""
    start = time.perf_counter()
    ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if ended.returncode not in (0, 1) or b"Traceback" in ended.stderr:
        sys.exit(ended.stderr.decode(errors="replace"))
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
