"""``fix --apply`` killed at any moment, and places where it may not write: the pair of model and data stays whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import onnx
import pytest

from jetdoctor.child import temporary
from jetdoctor.fix import fix, originals, write
from jetdoctor.fix.candidate import Candidate
from tests.test_fix import MISH, OLD, ROOT, content, save
from tests.test_fix_writing import external

pytestmark = [pytest.mark.once, pytest.mark.skipif(os.name != "posix", reason="needs fork and SIGKILL")]

#: calls of the writer after which a process can be killed
STEPS = ("os.replace", "os.fsync", "os.unlink", "shutil.copymode", "shutil.copyfileobj")


def in_child(work, kill_after=None):
    """Run ``work`` in a fork; with ``kill_after`` kill it so many seconds later. True when it ended by itself."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    if kill_after is not None:
        time.sleep(kill_after)
        try:
            os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return os.WIFEXITED(os.waitpid(child, 0)[1])


class Pair:
    """A model in a folder, as it was, and what may have become of it."""

    def __init__(self, path):
        self.path, self.folder = path, os.path.dirname(path)
        self.bytes = {name: content(os.path.join(self.folder, name)) for name in os.listdir(self.folder)}
        self.outcome = fix(path, OLD)
        assert self.outcome.changed
        originals.mark(self.outcome.proto)  # as the writer in the fork does

    def whole(self):
        """The model is the old or the new one, the data untouched, the backup complete where there is one."""
        now = {name: content(os.path.join(self.folder, name)) for name in os.listdir(self.folder)}
        for name, digest in self.bytes.items():
            if os.path.join(self.folder, name) != self.path:
                assert now[name] == digest
        onnx.checker.check_model(self.path)
        backup = os.path.basename(self.path) + ".orig"
        old = self.bytes[os.path.basename(self.path)]
        assert now.get(backup, old) == old
        if now[os.path.basename(self.path)] != old:
            assert backup in now  # never replaced before the original is safe
            assert onnx.load(self.path, load_external_data=False) == self.outcome.proto
        return now

    def again(self):
        """Back to the start, by way of a next run that takes away what the killed one left."""
        temporary.sweep(self.folder)
        backup = self.path + ".orig"
        if os.path.exists(backup):
            os.replace(backup, self.path)
        self.outcome = replace(self.outcome, read=originals.stamp(self.path))
        assert sorted(os.listdir(self.folder)) == sorted(self.bytes)


def models(tmp_path):
    (tmp_path / "one").mkdir(), (tmp_path / "two").mkdir()
    return Pair(save(tmp_path / "one", MISH)), Pair(external(tmp_path / "two"))


def killing_itself(work, after):
    """``work`` that kills its process after so many calls of the steps."""
    left = [after]

    def counted(original):
        def call(*args, **kwargs):
            result = original(*args, **kwargs)
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return result

        return call

    def run():
        for name in STEPS:
            module, _, function = name.partition(".")
            setattr(sys.modules[module], function, counted(getattr(sys.modules[module], function)))
        work()

    return run


def applied(pair):
    return lambda: write(pair.outcome, apply=True)


def test_killed_after_each_step_of_writing(tmp_path):
    for pair in models(tmp_path):
        for number in range(20):
            finished = in_child(killing_itself(applied(pair), number))
            pair.whole()
            pair.again()
            if finished:
                break
        assert finished and number > 5


def test_killed_at_random_moments_of_writing(tmp_path):
    clock = random.Random(7)
    for pair in models(tmp_path):
        for _ in range(25):
            in_child(applied(pair), clock.uniform(0, 0.02))
            pair.whole()
            pair.again()


def test_killed_at_random_moments_of_a_whole_run(tmp_path):
    """The command line, proof included; a next run sweeps what is left beside the model."""
    clock, (one, two) = random.Random(8), models(tmp_path)
    for number in range(8):
        pair = (one, two)[number % 2]
        command = [sys.executable, "-m", "jetdoctor", "fix", pair.path, "-t", OLD[0].name, "--apply"]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(clock.uniform(0.3, 1.2))
        child.kill()
        child.wait()
        pair.whole()
        pair.again()


def test_files_of_living_processes_stay(tmp_path):
    mine = temporary.file_in(str(tmp_path), ".onnx")
    dead = subprocess.Popen([sys.executable, "-c", "pass"])
    dead.wait()
    other = mine.replace("-%d-" % os.getpid(), "-%d-" % dead.pid)
    for name in (other, str(tmp_path / ".jetdoctor-elsewhere-1-x.tmp"), str(tmp_path / "jetdoctor-notes.txt")):
        open(name, "w").close()
    temporary.sweep(str(tmp_path))
    assert not os.path.exists(other) and len(os.listdir(str(tmp_path))) == 3


def as_nobody(work):
    """Run in a child without root's rights; its answer as text."""
    reader, writer = os.pipe()

    def child():
        if os.getuid() == 0:
            os.setgid(65534), os.setuid(65534)
        try:
            answer = str(work())
        except Exception as error:
            answer = "%s: %s" % (type(error).__name__, error)
        os.write(writer, answer.encode())

    in_child(child)
    os.close(writer)
    with os.fdopen(reader) as answer:
        return answer.read()


@pytest.fixture
def shared_folder():
    """A folder that other users reach; pytest's own are for their owner alone."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.mark.parametrize("locked", ["file", "folder"])
def test_read_only_places(shared_folder, locked):
    for pair in models(shared_folder):
        os.chmod(pair.folder, 0o777)
        os.chmod(pair.path, 0o444) if locked == "file" else os.chmod(pair.folder, 0o555)

        said = as_nobody(applied(pair))
        assert said.startswith("UsageError: cannot write") and "nothing was changed" in said
        assert sorted(pair.whole()) == sorted(pair.bytes)
        os.chmod(pair.folder, 0o755)


def test_a_candidate_with_data_in_a_read_only_folder(shared_folder):
    path = external(shared_folder)
    os.chmod(str(shared_folder / "weights.bin"), 0o644), os.chmod(str(shared_folder), 0o555)
    proto = onnx.load(path, load_external_data=False)

    def work():
        with Candidate(proto, path) as candidate:
            inside = os.path.dirname(candidate.path)
            return "%s %s %s" % (candidate.trouble or "fine", inside == str(shared_folder), sorted(os.listdir(inside)))

    said = as_nobody(work)
    os.chmod(str(shared_folder), 0o755)
    assert said == "fine False ['candidate.onnx', 'weights.bin']"
    assert sorted(os.listdir(str(shared_folder))) == ["model.onnx", "weights.bin"]
