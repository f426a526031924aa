"""trtexec over a real sshd on loopback: the whole way, and everything that can go wrong on it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from jetdoctor.types import JetdoctorError
from jetdoctor.verify import engine_file, remote
from jetdoctor.verify.backends import trtexec
from jetdoctor.verify.inputs import feeds
from jetdoctor.verify.job import Job
from tests.loopback import Loopback
from tests.models_for_verify import cnn, saved, view

pytestmark = pytest.mark.once
HERE = os.path.dirname(os.path.abspath(__file__))
LINE = "TMPDIR={there}; export TMPDIR; PATH={bin}:/usr/bin:/bin; export PATH"
FAULT = LINE + "; STAND_IN_FAULT=%s; export STAND_IN_FAULT"
LOGINS = {
    "board": LINE,
    "bare": "TMPDIR={there}; export TMPDIR; PATH=/usr/bin:/bin; export PATH",
    "full": LINE.replace("{bin}", "{fullbin}:{bin}"),
    "fullbuild": FAULT % "nospace",
    "hang": FAULT % "hang",
    "oom": FAULT % "oom",
    "crash": FAULT % "crash",
    "noisy": LINE + "; echo Welcome to robot 7",
    "nowhere": "TMPDIR=/no/such/folder; export TMPDIR",
}


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """The board's folder for temporary files, with a running server."""
    base = tmp_path_factory.mktemp("loopback")
    places = {name: base / name for name in ("there", "bin", "fullbin")}
    for place in places.values():
        place.mkdir()
    program = '#!/bin/sh\nexec env -u TMPDIR %s %s/stand_in_trtexec.py "$@"\n' % (sys.executable, HERE)
    _executable(places["bin"] / "trtexec", program)
    _executable(places["fullbin"] / "cat", '#!/bin/sh\nexec /bin/cat "$@" > /dev/full\n')
    server = Loopback(base, {name: line.format(**places) for name, line in LOGINS.items()})
    yield server, places["there"]
    server.stop()


def _executable(path, text):
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def board(there, monkeypatch):
    """The folder on the other side; empty before and, soon, after."""
    server, place = there
    monkeypatch.setenv("JETDOCTOR_SSH", server.client)
    yield place
    _empty(place)


def _empty(place):
    for _ in range(100):
        if not os.listdir(str(place)) and not _running(str(place)):
            return
        time.sleep(0.1)
    raise AssertionError((os.listdir(str(place)), _running(str(place))))


def _running(place):
    """Command lines of processes that name the folder."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/cmdline" % name, "rb") as stream:
                    line = stream.read().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            found += [line] if place in line and "trtexec" in line else []
    return found


def job(tmp_path, host, **how):
    how.setdefault("time_limit", 60)
    return Job(saved(cnn(), tmp_path), view(cnn()), runs=(("one", feeds(view(cnn()))),), ssh=host, **how)


def command(tmp_path, host):
    return [sys.executable, "-m", "jetdoctor", "verify", saved(cnn(), tmp_path), "--ssh", host]


def test_the_whole_way_and_nothing_left(board, tmp_path):
    kept = str(tmp_path / "kept.engine")
    found = trtexec.run(job(tmp_path, "board", save_engine=kept))
    assert (found.status, found.level) == ("passed", "verified"), found
    assert found.details["host"] == "board" and found.details["tensorrt"] == "8.4.1"
    assert found.details["latency"]["runs"] == 100
    assert engine_file.read_sidecar(kept)["tensorrt"] == "8.4.1"
    assert os.listdir(str(board)) == []  # at once, not only soon


def test_no_trtexec_there(board, tmp_path):
    with pytest.raises(JetdoctorError, match="bare: no trtexec in PATH"):
        trtexec.run(job(tmp_path, "bare"))


def test_a_full_disk_there_while_the_model_is_sent(board, tmp_path):
    with pytest.raises(JetdoctorError, match="full: no space left in .* there: free some disk"):
        trtexec.run(job(tmp_path, "full"))


def test_a_full_disk_there_while_the_engine_is_written(board, tmp_path):
    with pytest.raises(JetdoctorError, match="fullbuild: no space left in .* there: free some disk"):
        trtexec.run(job(tmp_path, "fullbuild", save_engine=str(tmp_path / "never.engine")))
    assert not os.path.exists(str(tmp_path / "never.engine"))


@pytest.mark.parametrize("host, words", [("wronguser", "refused the login"), ("noisy", "Welcome to robot 7")])
def test_a_login_that_does_not_do(host, words, board, tmp_path):
    with pytest.raises(JetdoctorError, match="%s: .*%s" % (host, words)):
        trtexec.run(job(tmp_path, host))


def test_no_folder_can_be_made_there(board, tmp_path):
    with pytest.raises(JetdoctorError, match="nowhere: no folder can be made there: .*[Nn]o such file"):
        trtexec.run(job(tmp_path, "nowhere"))


@pytest.mark.parametrize(
    "host, status, limit", [("crash", "crashed", 60), ("oom", "out-of-memory", 60), ("hang", "timed-out", 1)]
)
def test_a_compiler_that_dies_there(host, status, limit, board, tmp_path):
    found = trtexec.run(job(tmp_path, host, time_limit=limit))
    assert found.status == status and found.findings[0].rule == "JD611"


def test_a_connection_lost_midway(there, board, tmp_path):
    cutter = threading.Thread(target=_cut_when_it_runs, args=there)
    cutter.start()
    with pytest.raises(JetdoctorError, match="hang: the connection was lost"):
        trtexec.run(job(tmp_path, "hang"))
    cutter.join()
    _empty(board)
    with remote.Remote("board") as host:  # and it comes back
        assert host.find(None)


def _cut_when_it_runs(server, place):
    _wait_for(lambda: _running(str(place)) and "--onnx" in " ".join(_running(str(place))))
    server.cut()


def _wait_for(condition):
    for _ in range(300):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGTERM])
def test_jetdoctor_itself_is_killed(kind, board, tmp_path):
    process = subprocess.Popen(
        command(tmp_path, "hang"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=os.path.dirname(HERE)
    )
    _wait_for(lambda: "--onnx" in " ".join(_running(str(board))))
    process.send_signal(kind)
    process.communicate(timeout=30)
    _empty(board)


def test_no_sign_of_life_from_here(board, monkeypatch):
    monkeypatch.setattr(remote, "KEEPER", remote.KEEPER.replace("timeout 60", "timeout 1"))
    with remote.Remote("board") as host:
        assert os.path.isdir(host.folder)
        _empty(board)


def test_what_a_power_cut_left_is_swept_and_no_more(board, tmp_path):
    stale, foreign = board / "jetdoctor-verify-stale1", board / "jetdoctor-verify-other1"
    for folder in (stale, foreign):
        folder.mkdir()
    (stale / "keeper").write_text("999999999\n")
    with remote.Remote("board"):
        assert not stale.exists() and foreign.exists()
    foreign.rmdir()


def test_a_lost_host_in_json_is_exit_3_with_the_document(board, tmp_path):
    whole = command(tmp_path, "wronguser") + ["--format", "json"]
    done = subprocess.run(whole, capture_output=True, text=True, cwd=os.path.dirname(HERE))
    assert done.returncode == 3 and len(done.stderr.splitlines()) == 1 and "refused the login" in done.stderr
    assert "refused the login" in json.dumps(json.loads(done.stdout))
