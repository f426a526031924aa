"""``python benchmarks/kills.py [ROUNDS] [SEED]``: commands killed by SIGKILL at any moment, and what is left then.

Each round starts one command that writes (``fix -o``, ``fix --apply`` with data inside and beside the model, ``check
-o`` over an older report, ``check --cache``), kills it after a random part of the time that it takes, and looks: the
model is the old one or the new one and never half, its data are untouched, an output is absent, old or whole, and no
process that the command started lives on. Every twentieth round a run that nobody disturbs follows: it takes away what
the killed ones left. Linux only; the exit code is 1 when any of this does not hold.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MARK = "JETDOCTOR_KILLED_ROUND"
OLD_REPORT = hashlib.sha256(b"{}").hexdigest()

#: what it is: arguments after ``python -m jetdoctor``
COMMANDS = {
    "fix -o": ["fix", "one/m.onnx", "-t", "jetpack-5.0.2", "-o", "out.onnx"],
    "fix --apply": ["fix", "one/m.onnx", "-t", "jetpack-5.0.2", "--apply"],
    "fix --apply, data": ["fix", "two/m.onnx", "-t", "jetpack-5.0.2", "--apply"],
    "check -o": ["check", "one/m.onnx", "-t", "jetpack-5.0.2", "--format", "json", "-o", "report.json"],
    "check --cache": ["check", "one/m.onnx", "-t", "jetpack-5.0.2", "--cache", "cache", "--format", "json"],
}


def save(folder):
    """A model that fix changes, once with its weights inside and once beside it."""
    import numpy
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = numpy_helper.from_array(numpy.ones((64, 3, 7, 7), "float32"), "w")
    nodes = [helper.make_node("Conv", ["x", "w"], ["c"]), helper.make_node("Mish", ["c"], ["y"])]
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("x", [1, 3, 16, 16]), ("y", None))]
    graph = helper.make_graph(nodes, "g", values[:1], values[1:], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    for name in ("one", "two"):
        os.makedirs(os.path.join(folder, name))
    onnx.save(model, os.path.join(folder, "one", "m.onnx"))
    onnx.save(
        model, os.path.join(folder, "two", "m.onnx"), save_as_external_data=True, location="m.data", size_threshold=0
    )


def digests(folder):
    """Path below the folder -> digest of every file."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as stream:
                found[os.path.relpath(path, folder)] = hashlib.sha256(stream.read()).hexdigest()
    return found


def alive(mark):
    """Processes that have the mark in their environment, as every descendant of a command has."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/environ" % name, "rb") as stream:
                if mark in stream.read():
                    found.append(int(name))
        except OSError:
            pass
    return found


class Loop:
    def __init__(self, work):
        self.work, self.fresh = work, os.path.join(work, "fresh")
        save(self.fresh)
        self.seconds, self.whole, self.troubles, self.counts = {}, {}, [], Counter()
        self.old = digests(self.fresh)

    def start(self, what, folder, mark):
        environment = {**os.environ, "TMPDIR": self.temporary, MARK: mark, "PYTHONPATH": ROOT}
        line = [sys.executable, "-m", "jetdoctor", *COMMANDS[what]]
        out = subprocess.DEVNULL
        return subprocess.Popen(line, cwd=folder, env=environment, stdout=out, stderr=out, stdin=out)

    def measure(self):
        """How long each command takes, and what it leaves when nobody kills it."""
        for what in COMMANDS:
            folder, start = self.place(), time.monotonic()
            self.start(what, folder, "measure").wait()
            self.seconds[what], self.whole[what] = time.monotonic() - start, digests(folder)

    def place(self):
        """The models as they were; TMPDIR stays, so that the next run has something to sweep."""
        self.temporary = os.path.join(self.work, "tmp")
        os.makedirs(self.temporary, exist_ok=True)
        folder = os.path.join(self.work, "place")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.fresh, folder)
        with open(os.path.join(folder, "report.json"), "wb") as stream:
            stream.write(b"{}")
        return folder

    def round(self, number, source):
        what = source.choice(list(COMMANDS))
        folder, mark = self.place(), "round-%d-%d" % (os.getpid(), number)
        process = self.start(what, folder, mark)
        time.sleep(source.uniform(0.02, 1.05) * self.seconds[what])
        landed = process.poll() is None
        process.kill()
        process.wait()
        self.counts[what, "killed" if landed else "had ended"] += 1
        self.judge(what, folder, number)
        self.gone(what, mark.encode(), number)
        if number % 20 == 19:
            self.swept(what, folder, number)

    def judge(self, what, folder, number):
        now, whole = digests(folder), self.whole[what]
        for name, digest in self.old.items():
            if now.get(name) not in (digest, whole.get(name)):
                self.troubles.append("round %d, %s: %s is neither the old nor the new one" % (number, what, name))
            if now.get(name) != digest and now.get(name + ".orig") != digest:
                self.troubles.append("round %d, %s: the original of %s is lost" % (number, what, name))
        self.counts[what, "new model"] += any(now.get(name) != digest for name, digest in self.old.items())
        for name in set(now) - set(self.old):
            if os.path.basename(name).startswith(".jetdoctor-"):
                self.counts[what, "left beside the model"] += 1
            elif name.startswith("cache"):
                self.counts[what, "files of the cache"] += 1
            elif now[name] not in (whole.get(name), self.old.get(name.replace(".orig", "")), OLD_REPORT):
                self.troubles.append("round %d, %s: %s is half" % (number, what, name))

    def gone(self, what, mark, number):
        end = time.monotonic() + 10
        while alive(mark):
            if time.monotonic() > end:
                self.troubles.append("round %d, %s: %s live on" % (number, what, alive(mark)))
                return
            time.sleep(0.02)

    def swept(self, what, folder, number):
        """A whole run after a killed one: same results, nothing of the killed ones left."""
        left = len(os.listdir(self.temporary))
        self.start("fix --apply", folder, "sweep").wait()
        self.start("check -o", folder, "sweep").wait()
        self.counts["all", "left in TMPDIR before a sweep"] += left
        hidden = [name for name in digests(folder) if os.path.basename(name).startswith(".jetdoctor-")]
        hidden = [name for name in hidden if not name.startswith("two")]  # that folder was not written to
        if hidden or os.listdir(self.temporary):
            self.troubles.append("round %d, %s: not swept: %s" % (number, what, hidden + os.listdir(self.temporary)))


def main():
    rounds, seed = ([int(word) for word in sys.argv[1:]] + [1000, 1][len(sys.argv) - 1 :])[:2]
    with tempfile.TemporaryDirectory() as work:
        loop, source = Loop(work), random.Random(seed)
        loop.measure()
        start = time.monotonic()
        for number in range(rounds):
            loop.round(number, source)
            if number % 50 == 49:
                print("%d rounds, %d troubles" % (number + 1, len(loop.troubles)), flush=True)
    for (what, how), count in sorted(loop.counts.items()):
        print("%-18s %-30s %5d" % (what, how, count))
    print("\n".join(loop.troubles) or "nothing lost, nothing half, no process left")
    print("%d rounds in %.0f s" % (rounds, time.monotonic() - start))
    return bool(loop.troubles)


if __name__ == "__main__":
    sys.exit(main())
