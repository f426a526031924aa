"""What may crash, hang or take all memory: forks with limits, memory that follows the machine, an orderly end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from jetdoctor.child import forked, limits, standing, temporary
from jetdoctor.child.command import execute
from jetdoctor.child.standing import Standing

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

linux = pytest.mark.skipif(not forked.AVAILABLE, reason="forks with limits are for Linux")


def _hoard():
    blocks = []
    while True:
        blocks.append(bytearray(16 << 20))


def _abort():
    os.abort()


def _wait():
    time.sleep(60)
    return b""


def _work():
    while True:
        pass


@linux
@pytest.mark.parametrize(
    ("work", "said"),
    [
        (_hoard, "needs more than 512 MiB"), (_abort, "crashed (SIGABRT)"), (_wait, "took more than 0.2 s"),
        (_work, "took more than 0.2 s"),
    ],
)  # fmt: skip
def test_a_fork_that_fails_says_why(work, said):
    answer = forked.call(work, 0.2 if work in (_wait, _work) else 5, 512 << 20)
    assert (answer.data, answer.trouble) == (b"", said)


@linux
def test_a_fork_gives_its_bytes():
    assert forked.call(lambda: b"x" * (3 << 20), 5, 512 << 20) == forked.Answer(b"x" * (3 << 20))


_kept = []


def _do(request):
    """The work of a standing fork, by its name."""
    if request == b"spin":
        while True:
            pass
    if request == b"grow":
        _kept.append(bytearray(standing.GROWN))
    return {b"hoard": _hoard, b"abort": _abort}.get(request, lambda: b"%d %d" % (os.getpid(), len(request)))()


@linux
@pytest.mark.parametrize(
    ("request_", "said"),
    [(b"hoard", "needs more than 512 MiB"), (b"abort", "crashed (SIGABRT)"), (b"spin", "took more than 1 s")],
)
def test_a_standing_fork_that_fails_says_why_and_is_replaced(request_, said):
    fork = Standing(_do, 512 << 20)
    first = fork.call(b"x" * (1 << 20), 5).data.split()
    assert first[1] == b"%d" % (1 << 20) and int(first[0]) != os.getpid()
    assert fork.call(b"again", 5).data.split() == [first[0], b"5"]
    answer = fork.call(request_, 1 if request_ == b"spin" else 5)
    assert (answer.data, answer.trouble) == (b"", said)
    assert fork.call(b"next", 5).data.split()[0] not in (b"", first[0])


@linux
def test_a_standing_fork_that_grew_makes_room_for_a_new_one():
    fork = Standing(_do, 512 << 20)
    first = fork.call(b"x", 5).data.split()[0]
    assert fork.call(b"grow", 5).data.split()[0] == first
    assert fork.call(b"x", 5).data.split()[0] not in (b"", first)


@linux
def test_a_standing_fork_goes_when_nobody_asks_and_comes_back(monkeypatch):
    monkeypatch.setattr(standing, "IDLE", 0.05)
    fork = Standing(_do, 512 << 20)
    first = fork.call(b"x", 5).data
    os.waitid(os.P_PID, int(first.split()[0]), os.WEXITED | os.WNOWAIT)
    assert fork.call(b"x", 5).data.split()[0] != first.split()[0]


@linux
def test_a_fork_of_ours_has_a_standing_fork_of_its_own():
    fork = Standing(_do, 512 << 20)
    mine = fork.call(b"x", 5).data
    assert forked.call(lambda: fork.call(b"x", 5).data, 5, 512 << 20).data not in (b"", mine)
    assert fork.call(b"x", 5).data == mine


def test_a_child_gets_at_most_half_of_what_is_free(monkeypatch):
    monkeypatch.setattr(limits, "free_memory", lambda: 8 << 30)
    assert limits.memory_limit() == 4 << 30
    assert limits.memory_limit(1 << 30) == 1 << 30
    assert limits.memory_limit(9 << 30) == 4 << 30
    monkeypatch.setattr(limits, "free_memory", lambda: 1 << 20)
    assert limits.memory_limit(9 << 30) == limits.LEAST
    monkeypatch.setattr(limits, "free_memory", lambda: None)
    assert limits.memory_limit(9 << 30) == 9 << 30


def test_the_free_memory_of_a_container_counts(tmp_path, monkeypatch):
    limit, used = tmp_path / "max", tmp_path / "now"
    limit.write_text("%d\n" % (100 << 20)), used.write_text("%d\n" % (60 << 20))
    monkeypatch.setattr(limits, "_CGROUPS", ((str(limit), str(used)),))
    assert limits.free_memory() == 40 << 20
    limit.write_text("max\n")
    assert limits.free_memory() != 40 << 20


@linux
def test_spare_memory_raises_and_is_given_back():
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(MemoryError):
        with limits.spare_memory(64 << 20):
            bytearray(1 << 30)
    assert resource.getrlimit(resource.RLIMIT_AS) == before


@linux
def test_a_command_does_not_inherit_the_limit_of_its_parent():
    with limits.spare_memory(200 << 20):
        ended = execute([sys.executable, "-c", "print(len(bytearray(1 << 30)))"])
    assert ended.log.strip() == str(1 << 30)


@linux
@pytest.mark.once
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_no_files_and_no_children(tmp_path, number):
    """``fix`` in the middle of its proof: what it made in TMP and beside the model is gone."""
    import onnx

    graph = "<ir_version: 8, opset_import: ['': 18]> g (float[4] x, bool c) => (float[4] y) <int64 m = {20000000}> {"
    graph += "t = Mish (x) y = Loop (m, c, t) <body = b (int64 i, bool k, float[4] v) => (bool k2, float[4] w) {"
    graph += "w = Sigmoid (v) s = ReduceSum <keepdims = 0> (w) z = Constant <value = float {-1.0}> ()"
    graph += "k2 = Greater (s, z)}> }"
    (tmp_path / "models").mkdir(), (tmp_path / "tmp").mkdir()
    path = tmp_path / "models" / "m.onnx"
    onnx.save(onnx.parser.parse_model(graph.replace("'", '"')), str(path))
    environment = dict(os.environ, PYTHONPATH=ROOT, TMPDIR=str(tmp_path / "tmp"))
    command = [sys.executable, "-m", "jetdoctor", "fix", str(path), "-t", "jetpack-5.0.2", "--apply"]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # a job in the background inherits that it is ignored
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while not list((tmp_path / "tmp").glob("jetdoctor-*/original")):  # the proof has begun
        assert process.poll() is None and time.monotonic() < deadline, process.stderr.read()
        time.sleep(0.02)
    process.send_signal(number)
    said = process.communicate(timeout=20)[1]
    assert process.returncode == 128 + number and said.count(b"\n") == 1
    assert os.listdir(str(tmp_path / "models")) == ["m.onnx"]
    assert not list((tmp_path / "tmp").glob("*jetdoctor*"))


def test_one_run_of_a_proof_is_limited(tmp_path, monkeypatch):
    """A loop that may end by its condition and does not: no arithmetic says so beforehand."""
    pytest.importorskip("onnxruntime")
    import onnx

    from jetdoctor.fix import proof

    monkeypatch.setattr(proof, "RUN_LIMIT", 1)
    body = "b (int64 i, bool k, float[4] v) => (bool k2, float[4] w) { w = Sigmoid (v) n = Constant <value_int = -1> ()"
    graph = '<ir_version: 8, opset_import: ["": 18]> g (float[4] x, bool c) => (float[4] y) <int64 m = {1000000000000}>'
    graph += "{ y = Loop (m, c, x) <body = %s k2 = Greater (i, n)}> }" % body
    path = str(tmp_path / "m.onnx")
    onnx.save(onnx.parser.parse_model(graph), path)
    start = time.monotonic()
    found = proof.prove(path, path)
    assert (found.status, found.reason) == ("not-run", "ONNX Runtime took longer than 1 s for one run on the original")
    assert time.monotonic() - start < 20


def test_what_a_killed_process_left_is_swept(tmp_path):
    mine = temporary.file_in(str(tmp_path), ".tmp")
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    left = mine.replace("-%d-" % os.getpid(), "-%d-" % process.pid)
    os.link(mine, left)
    temporary.sweep(str(tmp_path))
    assert os.listdir(str(tmp_path)) == [os.path.basename(mine)]
