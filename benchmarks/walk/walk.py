"""Runs every command on real models as a new user would, and reports what went wrong.

    python benchmarks/walk/walk.py FOLDER [--targets T,T] [--sample N] [--seed 1] [--rtx] [--report FILE.json]

For every .onnx file: check (all JetPacks, then each target), inspect, plan, fix where it is promised, verify, report;
then each complete command that any of them printed. It counts tracebacks, exit codes other than 0 and 1, printed
commands that fail, promises that are broken (FIXABLE: `fix` writes a clean, proven model) and, with --rtx, profiles
that NVIDIA's TensorRT-RTX compiler refuses although it accepts the model. The exit code is 1 if there are any.
"""

from __future__ import annotations

import argparse
import glob
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, List, Tuple

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests import printed  # noqa: E402

TARGETS = "nano@jetpack-4.6.1,xavier-nx@jetpack-5.0.2,orin-nano@jetpack-6.2"

#: What TensorRT-RTX says of operators whose plugins it does not bring: nothing about a profile.
_NOT_THE_PROFILE = re.compile(r"plugin|data type|not supported|no importer", re.I)


class Walk:
    """One model on its way; ``troubles`` are (kind, command, what happened)."""

    def __init__(self, path: str, targets: List[str], rtx: bool, limit: float) -> None:
        self.path, self.targets, self.rtx, self.limit = path, targets, rtx, limit
        self.troubles: List[Tuple[str, str, str]] = []
        self.counts: Counter = Counter()
        self.printed: List[str] = []

    def run(self, *arguments: str, allowed: Tuple[int, ...] = (0, 1)) -> Tuple[int, str]:
        """Exit code and standard output of one command, judged."""
        command = "jetdoctor " + " ".join(arguments)
        self.counts["commands"] += 1
        try:
            environment = dict(os.environ, PYTHONPATH=str(ROOT), COLUMNS="80")
            line = [sys.executable, "-m", "jetdoctor", *arguments]
            ended = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=self.limit)
        except subprocess.TimeoutExpired:
            self.troubles.append(("too slow", command, "more than %d s" % self.limit))
            return 3, ""
        said = ended.stdout + ended.stderr
        if "Traceback" in said or "internal error" in said or "JD000" in said:
            self.troubles.append(("crash", command, said[-600:]))
        elif ended.returncode not in allowed:
            self.troubles.append(("exit %d" % ended.returncode, command, said[-600:]))
        self.printed += printed.next_steps(ended.stdout)
        return ended.returncode, ended.stdout

    def all(self) -> None:
        self.run("inspect", self.path)
        self.run("check", self.path)
        self.run("report", self.path, "-o", "bundle.zip")
        for target in self.targets:
            code, shown = self.run("check", self.path, "-t", target, "--format", "json")
            result = json.loads(shown)["results"][0] if shown else {"verdict": "none"}
            self.counts[result["verdict"]] += 1
            self.printed += printed.in_document(result)
            _, steps = self.run("plan", self.path, "-t", target, "--format", "json")
            self.printed += printed.in_document(json.loads(steps) if steps else {})
            if result["verdict"] == "fixable":
                self._promise(target, result)
        self._profile()
        self._type_what_was_printed()

    def _promise(self, target: str, result: Any) -> None:
        fixes = [finding["fix"] or {} for finding in result["findings"] if finding["severity"] == "error"]
        unsafe = any(fix.get("applicability") == "unsafe" for fix in fixes)
        code, shown = self.run("fix", self.path, "-t", target, "-o", "promised.onnx", *(["--unsafe"] if unsafe else []))
        if any(fix.get("promise") == "run" for fix in fixes):  # "may repair it": only the proof can tell
            self.counts["may be fixable, and is" if code == 0 else "may be fixable, and is not"] += 1
            return
        self.counts["promises"] += 1
        if code == 0:
            self.counts["promises kept"] += 1
        else:
            self.troubles.append(("promise", "fix %s -t %s" % (self.path, target), shown[-600:]))

    def _profile(self) -> None:
        """Gives the likely sizes to NVIDIA's compiler; a model that it refuses for another reason does not count."""
        if not self.rtx:
            return
        code, shown = self.run("verify", self.path, "--backend", "tensorrt-rtx")
        told = json.loads(self.run("inspect", self.path, "--format", "json")[1])["profile"]
        self.counts["compiled"] += code == 0
        if told and code != 0 and _NOT_THE_PROFILE.search(shown):
            self.counts["profiles of models that are refused for another reason"] += 1
        elif told:
            self.counts["profiles"] += 1
            self.counts["profiles accepted"] += code == 0
            if code != 0:
                self.troubles.append(("profile", str(told), shown[-800:]))

    def _type_what_was_printed(self) -> None:
        done = set()
        while self.printed:
            command = self.printed.pop(0)
            if command in done or not printed.is_complete(command) or "--ssh" in command or ".engine" in command:
                continue
            done.add(command)
            self.counts["printed commands"] += 1
            before = len(self.troubles)
            self.run(*printed.words(command)[1:], allowed=(0, 1, 3) if not self.rtx else (0, 1))
            self.counts["printed commands that run"] += len(self.troubles) == before


def one(path: str, options: argparse.Namespace) -> Walk:
    """The walk of one model in a temporary folder of its own."""
    place = tempfile.mkdtemp(prefix="walk-")
    here = os.getcwd()
    try:
        for name in glob.glob(glob.escape(path) + "*"):
            # A copy, since onnx reads no external data through links; holes stay holes.
            subprocess.run(["cp", "--sparse=always", name, place], check=True)
        os.chdir(place)
        walk = Walk(os.path.basename(path), options.targets.split(","), options.rtx, options.limit)
        walk.all()
        return walk
    finally:
        os.chdir(here)
        shutil.rmtree(place)


def main(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--targets", default=TARGETS)
    parser.add_argument("--sample", type=int, default=0, help="check N models, chosen at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for one command")
    parser.add_argument("--rtx", action="store_true", help="also compile with TensorRT-RTX, which must be installed")
    parser.add_argument("--report", help="write counts and troubles to this file as JSON")
    options = parser.parse_args(arguments)
    paths = sorted(glob.glob(os.path.join(options.folder, "**", "*.onnx"), recursive=True))
    if options.sample:
        paths = sorted(random.Random(options.seed).sample(paths, min(options.sample, len(paths))))
    counts: Counter = Counter()
    troubles: List[Any] = []
    for path in paths:
        walk = one(path, options)
        counts.update(walk.counts)
        counts["models"] += 1
        how = "%d troubles" % len(walk.troubles) if walk.troubles else "well"
        print("%-44s %s" % (os.path.basename(path), how), flush=True)
        for kind, command, said in walk.troubles:
            print("  %s: %s\n    %s" % (kind, command, said.strip().replace("\n", "\n    ")), flush=True)
            troubles.append({"model": path, "kind": kind, "command": command, "said": said})
    print("\n" + "\n".join("%6d  %s" % (count, what) for what, count in sorted(counts.items())))
    print("%6d  troubles" % len(troubles))
    if options.report:
        Path(options.report).write_text(json.dumps({"counts": counts, "troubles": troubles}, indent=2))
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
