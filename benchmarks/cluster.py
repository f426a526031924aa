"""A local Dask cluster whose worker is killed while it works: the report must be that of a local run, byte for byte.

    python benchmarks/cluster.py [MODELS]        needs joblib and distributed (jetdoctor[dask])
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any, List

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

#: Longest wait for the cluster's first work, in seconds.
PATIENCE = 60.0


def models(folder: str, count: int) -> None:
    """``count`` different models, made of the examples."""
    import onnx

    source = os.path.join(ROOT, "fixtures", "models")
    examples = [onnx.load(os.path.join(source, n)) for n in sorted(os.listdir(source)) if n.endswith(".onnx")]
    for number in range(count):
        model = examples[number % len(examples)]
        model.graph.node[0].doc_string = str(number)
        onnx.save(model, os.path.join(folder, "m%05d.onnx" % number))


def check(folder: str, out: str, *more: str) -> float:
    """Seconds of a check whose report goes to ``out``."""
    command = [sys.executable, "-m", "jetdoctor", "check", folder, "-t", "jp5.x", "--exit-zero", "--format", "json"]
    start = time.monotonic()
    environment = dict(os.environ, PYTHONPATH=ROOT)
    subprocess.run([*command, "-o", out, *more], check=True, env=environment, stderr=subprocess.DEVNULL)
    return time.monotonic() - start


def content(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def kill_one_at_work(cluster: Any, killed: List[int]) -> None:
    """Kill the first worker that has something to do."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for state in list(cluster.scheduler.workers.values()):
            if state.processing:
                killed.append(cluster.workers[state.name].pid)
                os.kill(killed[0], signal.SIGKILL)
                return
        time.sleep(0.01)


def main(count: int) -> None:
    from distributed import LocalCluster

    os.environ["PYTHONPATH"] = ROOT  # for the workers
    sys.path.insert(0, ROOT)  # for the scheduler, which runs here
    folder = tempfile.mkdtemp(prefix="jetdoctor-cluster-")
    try:
        models(folder, count)
        with LocalCluster(n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
            killed: List[int] = []
            killer = threading.Thread(target=kill_one_at_work, args=(cluster, killed), daemon=True)
            killer.start()
            address = cluster.scheduler_address.replace("tcp://", "dask://")
            seconds = check(folder, os.path.join(folder, "cluster.json"), "--cluster", address)
            assert killed, "no worker died during the run"
        local = check(folder, os.path.join(folder, "local.json"))
        first, second = (content(os.path.join(folder, name)) for name in ("cluster.json", "local.json"))
        assert first == second, "the reports differ"
        said = "%d models, 3 workers, one killed at work: the same %d bytes; cluster %.1f s, one process %.1f s"
        print(said % (count, len(first), seconds, local))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
