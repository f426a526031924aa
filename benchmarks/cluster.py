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

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

#: Seconds until the first worker dies: after the cluster has begun, before it is done.
PATIENCE = 4.0


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


def main(count: int) -> None:
    from distributed import LocalCluster

    os.environ["PYTHONPATH"] = ROOT  # for the workers
    sys.path.insert(0, ROOT)  # for the scheduler, which runs here
    folder = tempfile.mkdtemp(prefix="jetdoctor-cluster-")
    try:
        models(folder, count)
        with LocalCluster(n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
            victim = next(iter(cluster.workers.values()))
            timer = threading.Timer(PATIENCE, os.kill, (victim.pid, signal.SIGKILL))
            timer.start()
            address = cluster.scheduler_address.replace("tcp://", "dask://")
            seconds = check(folder, os.path.join(folder, "cluster.json"), "--cluster", address)
            assert not timer.is_alive(), "the run was over before a worker died: take more models"
        local = check(folder, os.path.join(folder, "local.json"))
        first, second = (content(os.path.join(folder, name)) for name in ("cluster.json", "local.json"))
        assert first == second, "the reports differ"
        said = "%d models, 3 workers, one killed after %.0f s: the same %d bytes; cluster %.1f s, one process %.1f s"
        print(said % (count, PATIENCE, len(first), seconds, local))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
