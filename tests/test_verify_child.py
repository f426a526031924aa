"""Children that crash, hang, hoard, flood or are shot: always an answer, never a stray process or file."""

import os
import random
import signal
import sys
import tempfile
import threading
import time

import pytest

from jetdoctor.child import temporary, workplace
from jetdoctor.child.command import execute, session_members
from jetdoctor.types import JetdoctorError, UsageError

pytestmark = pytest.mark.once

linux = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="reads /proc")


def python(code, **how):
    return execute([sys.executable, "-c", code], **how)


def test_an_ordinary_end_and_its_log():
    ended = python("import sys; print('out'); print('err', file=sys.stderr)")
    assert ended.status == "ended" and "out" in ended.log and "err" in ended.log


def test_exit_codes_and_signals():
    assert python("raise SystemExit(3)").code == 3
    crashed = python("import os; os.abort()")
    assert crashed.status == "crashed" and "SIGABRT" in crashed.reason


def test_a_command_that_does_not_exist():
    ended = execute(["/no/such/program"])
    assert ended.status == "failed" and "/no/such/program" in ended.log


def test_a_hang_ends_at_its_time_limit_with_its_children():
    code = "import subprocess,time; subprocess.Popen(['sleep','300']); print('up', flush=True); time.sleep(300)"
    start = time.monotonic()
    ended = python(code, time_limit=0.7)
    assert ended.status == "timed-out" and "up" in ended.log and time.monotonic() - start < 5
    assert not _sleepers()


@linux
def test_a_child_that_outlives_its_parent_is_gone_too():
    code = "import subprocess; print(subprocess.Popen(['sleep','301']).pid, flush=True)"
    ended = python(code)
    assert ended.status == "ended"
    assert not _alive(int(ended.log))


@linux
def test_memory_is_limited_over_all_processes():
    code = "b=[]\nwhile True: b.append(bytearray(b'x'*(8<<20)))"
    ended = python(code, memory_limit=200 << 20)
    assert ended.status == "out-of-memory" and 200 <= ended.peak_mb < 2000


@linux
def test_the_out_of_memory_killer_takes_the_child_first():
    assert python("print(open('/proc/self/oom_score_adj').read())").log.strip() == "1000"


def test_a_gigabyte_of_log_costs_two_megabytes():
    code = (
        "import sys\nline=b'x'*(1<<20)\nsys.stdout.buffer.write(b'first ')\n"
        "for _ in range(1024): sys.stdout.buffer.write(line)\nsys.stdout.buffer.write(b' last')"
    )
    ended = python(code)
    assert ended.status == "ended" and len(ended.log) < 2.3e6
    assert ended.log.startswith("first") and ended.log.endswith("last") and "left out" in ended.log


@linux
def test_shot_at_random_moments_fifty_times(tmp_path):
    dice = random.Random(0)
    code = "import time\nfor n in range(30): print(n, flush=True); time.sleep(0.005)"
    seen = set()
    for _ in range(50):
        stop = threading.Event()
        shooter = threading.Thread(target=_shoot_after, args=(dice.uniform(0, 0.2), stop))
        shooter.start()
        ended = python(code)
        stop.set()
        shooter.join()
        seen.add(ended.status)
        assert ended.status in ("ended", "crashed", "out-of-memory") and (ended.reason or ended.status == "ended")
    assert len(seen) >= 2
    assert not _children()


@linux
def test_the_child_dies_with_its_parent():
    code = (
        "import sys; sys.path[:0] = %r\nfrom jetdoctor.child.command import execute\n"
        "execute(['sh','-c','echo $$ > %s; exec sleep 302'])"
    )
    handle, path = tempfile.mkstemp()
    os.close(handle)
    import subprocess

    parent = subprocess.Popen([sys.executable, "-c", code % (sys.path, path)])
    pid = _wait_for_number(path)
    parent.kill()
    parent.wait()
    os.remove(path)
    for _ in range(100):
        if not _alive(pid):
            break
        time.sleep(0.02)
    assert not _alive(pid)


def test_a_task_answers_and_its_folder_is_gone():
    with workplace.folder() as place:
        ended, answer = workplace.run_task("tests.tasks_for_verify:double", {"number": 21}, place, 30)
        assert answer == {"doubled": 42} and ended.status == "ended"
    assert not os.path.exists(place)


@pytest.mark.parametrize("way, status", [("abort", "crashed"), ("hang", "timed-out"), ("exit", "failed")])
def test_a_task_that_dies_gives_no_answer(way, status):
    with workplace.folder() as place:
        ended, answer = workplace.run_task("tests.tasks_for_verify:die", {"way": way}, place, 1)
    assert ended.status == status and answer == {}


def test_errors_of_a_task_are_raised_here():
    with workplace.folder() as place:
        with pytest.raises(UsageError, match="one clear line"):
            workplace.run_task("tests.tasks_for_verify:complain", {}, place, 30)


def test_no_room_for_a_folder_is_one_line(monkeypatch):
    monkeypatch.setattr(tempfile, "mkdtemp", _no_space)
    with pytest.raises(JetdoctorError, match="TMPDIR"):
        with workplace.folder():
            pass


def test_a_full_disk_midway_is_one_line_and_leaves_nothing():
    with pytest.raises(JetdoctorError, match="no space left"):
        with workplace.folder() as place:
            _no_space()
    assert not os.path.exists(place)


@linux
def test_folders_of_killed_runs_are_swept():
    stale = tempfile.mkdtemp(prefix=temporary._prefix().replace(str(os.getpid()), "999999999"))
    with workplace.folder():
        pass
    assert not os.path.exists(stale)


def _no_space(*arguments, **options):
    raise OSError(28, "No space left on device")


def _shoot_after(delay, stop):
    stop.wait(delay)
    children = _children()
    if children and not stop.is_set():
        try:
            os.kill(children[0], random.choice((signal.SIGKILL, signal.SIGQUIT, signal.SIGTERM)))
        except ProcessLookupError:
            pass


def _children():
    """Living direct children of this process."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name) as stream:
                    fields = stream.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == os.getpid() and fields[0] != "Z":
                found.append(int(name))
    return found


def _alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as stream:
            return stream.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _sleepers():
    return [pid for pid in _children() for _ in session_members(pid)]


def _wait_for_number(path):
    for _ in range(250):
        with open(path) as stream:
            text = stream.read().strip()
        if text:
            return int(text)
        time.sleep(0.02)
    raise AssertionError("the child did not start")


def test_what_libraries_leave_in_the_temporary_folder_goes_too(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with workplace.folder() as place:
        workplace.run_task("tests.tasks_for_verify:litter", {}, place, 30)
    assert os.listdir(str(tmp_path)) == []
