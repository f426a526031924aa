#!/usr/bin/env python3
"""Shoots the children of ``jetdoctor verify`` at random moments, and lets the compiler hang, hoard, flood its log and
fill the disk: each time there must be a report, and nothing may be left.

    python3 benchmarks/verify_faults.py [SHOTS]          (200; needs Linux, onnx and onnxruntime; ~3 s each)
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODEL = os.path.join(ROOT, "fixtures", "models", "gap_classifier_torchscript_opset13.onnx")
MARK = "JETDOCTOR_FAULT_RUN"


class Run:
    """One verification in a temporary folder of its own."""

    def __init__(self, options=(), fault="", tmp=None, **environment):
        self.base = tempfile.mkdtemp(prefix="verify-faults-")
        self.tmp, self.engine = tmp or os.path.join(self.base, "tmp"), os.path.join(self.base, "kept.engine")
        os.makedirs(self.tmp, exist_ok=True)
        self.id = uuid.uuid4().hex
        # Everything of ours ends up in the temporary folder; the stand-in's interpreter is this one.
        program = os.path.join(self.base, "trtexec")
        with open(program, "w") as stream:
            stream.write('#!/bin/sh\nexec %s %s/tests/stand_in_trtexec.py "$@"\n' % (sys.executable, ROOT))
        os.chmod(program, 0o755)
        command = [sys.executable, "-m", "jetdoctor", "verify", MODEL, "--backend", "trtexec", "--trtexec", program]
        command += ["--format", "json", "--save-engine", self.engine, *options]
        about = dict(os.environ, TMPDIR=self.tmp, STAND_IN_FAULT=fault, **{MARK: self.id}, **environment)
        self.start = time.monotonic()
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(command, cwd=ROOT, env=about, text=True, **pipes)

    def shoot(self, dice):
        """Kill one living child, of whatever depth; False when there was none."""
        victims = [pid for pid in marked(self.id) if pid != self.process.pid]
        if not victims:
            return False
        try:
            os.kill(dice.choice(victims), dice.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM]))
            return True
        except ProcessLookupError:
            return False

    def end(self):
        """(what it said it was, list of complaints)."""
        out, err = self.process.communicate(timeout=120)
        wrong = ["stray process %d" % pid for pid in marked(self.id)]
        wrong += ["left %s" % name for name in os.listdir(self.tmp)]
        wrong += ["traceback"] * ("Traceback" in err)
        wrong += ["exit code %d" % self.process.returncode] * (self.process.returncode not in (0, 1, 3))
        said = self._said(out, wrong)
        kept = sorted(name for name in os.listdir(self.base) if name.startswith("kept") or name.startswith("."))
        if kept not in ([], ["kept.engine", "kept.engine.json"]):
            wrong.append("engine files: %s" % kept)
        elif kept:
            with open(self.engine + ".json") as stream:
                wrong += ["torn engine"] * (json.load(stream)["engine_sha256"] != digest(self.engine))
        shutil.rmtree(self.base)
        return said, wrong

    def _said(self, out, wrong):
        try:
            document = json.loads(out)
        except ValueError:
            wrong.append("no report: %r" % out[:80])
            return "nothing"
        if "backends" not in document:
            return "exit %d: %s" % (self.process.returncode, json.dumps(document)[-160:])
        return "exit %d: %s" % (self.process.returncode, document["backends"][0]["status"])


def marked(mark):
    """Living processes with the run's mark in their environment."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/environ" % name, "rb") as stream:
                    if ("%s=%s" % (MARK, mark)).encode() in stream.read():
                        found.append(int(name))
            except OSError:
                continue
    return found


def digest(path):
    import hashlib

    with open(path, "rb") as stream:
        return hashlib.sha256(stream.read()).hexdigest()


def main(shots):
    dice, seen, bad, hits = random.Random(6), Counter(), Counter(), 0
    while hits < shots:
        run = Run()
        moment = run.start + dice.uniform(0.3, 3.5)
        while time.monotonic() < moment and run.process.poll() is None:
            time.sleep(0.02)
        hits += run.shoot(dice)
        said, wrong = run.end()
        seen[said] += 1
        bad.update(wrong)
    print("children shot: %d in %d runs" % (hits, sum(seen.values())))
    for said, count in seen.most_common():
        print("  %4d  %s" % (count, said))
    print("complaints: %s" % (dict(bad) or "none"))
    for name, options, fault, more in (
        ("out of memory", ["--memory-limit", "600"], "memory", {}),
        ("killed as the kernel does", [], "oom", {}),
        ("hang", ["--time-limit", "3"], "hang", {}),
        ("1 GB of log", [], "flood", {"STAND_IN_MEGABYTES": "1024"}),
        ("disk full of the engine", [], "nospace", {}),
    ):
        run = Run(options, fault, **more)
        said, wrong = run.end()
        print("%-26s %5.1f s  %s  complaints: %s" % (name, time.monotonic() - run.start, said, wrong or "none"))
        bad.update(wrong)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
