"""Run a command that may crash, hang, eat the memory or flood its log, and live to tell.

The command gets its own session; whatever happens, every process of it is gone afterwards. Its output
is kept in memory, bounded: a compiler that prints a gigabyte costs two megabytes here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Deque, Dict, List, Mapping, Optional, Sequence, Tuple

from jetdoctor.types import JetdoctorError

LOG_LIMIT = 1 << 20  # bytes kept from the head of a log, and as many from its tail
_POLL = 0.05  # seconds between two looks at the memory
_SEARCH = 0.25  # seconds between two looks for processes that the child started

#: Dies with its parent (PR_SET_PDEATHSIG = 1), offers itself to the out-of-memory killer before the desktop, drops the
#: limit of address space that this process may have set for itself, then becomes the command. Linux only.
_GUARD = (
    "import ctypes,os,resource as r,sys\n"
    "try:\n ctypes.CDLL(None).prctl(1,9)\n"
    "except (OSError,AttributeError):\n pass\n"
    "try:\n with open('/proc/self/oom_score_adj','w') as f: f.write('1000')\n"
    "except OSError:\n pass\n"
    "r.setrlimit(r.RLIMIT_AS,(r.getrlimit(r.RLIMIT_AS)[1],)*2)\n"
    "if os.getppid()!=int(sys.argv[1]): sys.exit(1)\n"
    "try:\n os.execvp(sys.argv[2],sys.argv[2:])\n"
    "except OSError as e: sys.exit('%s: %s'%(sys.argv[2],e.strerror))\n"
)


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    ``status`` is "ended" (exit code 0), "failed", "crashed" (a signal), "timed-out" or
    "out-of-memory"; ``log`` is stdout and stderr as they came, cut in the middle when too long;
    ``peak_mb`` is the most memory seen (MiB, None where /proc is missing).
    """

    status: str
    code: int = 0
    log: str = ""
    seconds: float = 0.0
    peak_mb: Optional[int] = None
    reason: str = ""


def execute(
    command: Sequence[str],
    time_limit: float = 600.0,
    memory_limit: Optional[int] = None,
    cwd: Optional[str] = None,
    environment: Optional[Mapping[str, str]] = None,
    log_limit: int = LOG_LIMIT,
    stdin: Optional[Any] = None,
) -> Ended:
    """Run ``command`` to its end or to a limit: ``time_limit`` in seconds, ``memory_limit`` in bytes.

    Raises ``JetdoctorError`` when no process can be started at all.
    """
    start = time.monotonic()
    guarded = [sys.executable, "-S", "-c", _GUARD, str(os.getpid())] + list(command)
    try:
        process = subprocess.Popen(
            guarded if sys.platform.startswith("linux") else list(command),
            stdin=stdin if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=None if environment is None else dict(environment),
            start_new_session=True,
        )
    except OSError as error:
        raise JetdoctorError("cannot start %s: %s" % (command[0], error.strerror or error)) from None
    log = _Log(process.stdout, log_limit)
    try:
        reason, peak = _watch(process, start + time_limit, memory_limit)
    finally:
        _kill_session(process)
        log.close()
    return _ended(process.returncode, reason, log.text(), time.monotonic() - start, peak, time_limit, memory_limit)


def _watch(process: Any, deadline: float, memory_limit: Optional[int]) -> Tuple[str, int]:
    """(limit that was passed or "", peak memory in bytes); returns when the process itself ended."""
    peak, members, searched = 0, [process.pid], float("-inf")
    while True:
        if time.monotonic() > searched + _SEARCH:  # reads all of /proc, and would keep a core from the work
            members, searched = session_members(process.pid) or members, time.monotonic()
        # First: a process that has just ended has no memory left to look at.
        peak = max(peak, resident(members))
        if memory_limit and peak > memory_limit:
            return "out-of-memory", peak
        try:
            process.wait(_POLL)
            return "", peak
        except subprocess.TimeoutExpired:
            if time.monotonic() > deadline:
                return "timed-out", peak


def _kill_session(process: Any) -> None:
    """Kill every process of the session, also those that outlive their leader or left its group."""
    for _ in range(20):
        members = [pid for pid in session_members(process.pid) if pid != process.pid or process.poll() is None]
        for pid in members:
            _kill(pid)
        if process.poll() is None:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                _kill(process.pid)
            process.wait()
        if not members:
            return
        time.sleep(0.01)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def session_members(session: int) -> List[int]:
    """Living processes of a session, from /proc; empty where there is none."""
    try:
        names = os.listdir("/proc")
    except OSError:
        return []
    return [int(name) for name in names if name.isdigit() and _session_of(name) == session]


def _session_of(pid: str) -> Optional[int]:
    """Session id of a process that is not a zombie, else None."""
    try:
        with open("/proc/%s/stat" % pid, "rb") as stream:
            fields = stream.read().rpartition(b")")[2].split()  # the name before may hold spaces
    except OSError:
        return None
    return int(fields[3]) if fields and fields[0] != b"Z" else None


def resident(members: Sequence[int]) -> int:
    """Resident bytes of some processes together (0 where /proc is missing).

    The resident size, not RLIMIT_AS: CUDA reserves address space far beyond what it uses.
    """
    total = 0
    for pid in members:
        try:
            with open("/proc/%d/statm" % pid, "rb") as stream:
                total += int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError, ValueError):
            continue
    return total


class _Log:
    """Drains a pipe on a thread and keeps its head and its tail."""

    def __init__(self, stream: Any, limit: int) -> None:
        self._stream, self._limit = stream, limit
        self._head: List[bytes] = []
        self._tail: Deque[bytes] = deque()
        self._sizes = [0, 0, 0]  # head, tail, left out
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        for block in iter(lambda: self._stream.read1(1 << 16), b""):
            if self._sizes[0] < self._limit:
                self._head.append(block)
                self._sizes[0] += len(block)
                continue
            self._tail.append(block)
            self._sizes[1] += len(block)
            while self._sizes[1] - len(self._tail[0]) > self._limit:
                left = len(self._tail.popleft())
                self._sizes[1] -= left
                self._sizes[2] += left

    def close(self) -> None:
        self._thread.join(5)
        if not self._thread.is_alive():
            self._stream.close()

    def text(self) -> str:
        middle = b"\n[... %d bytes of log left out ...]\n" % self._sizes[2] if self._sizes[2] else b""
        return (b"".join(self._head) + middle + b"".join(list(self._tail))).decode("utf-8", "replace")


def _ended(
    code: int,
    reason: str,
    log: str,
    seconds: float,
    peak: int,
    time_limit: float,
    memory_limit: Optional[int],
) -> Ended:
    about: Dict[str, Any] = {"code": code, "log": log, "seconds": seconds, "peak_mb": (peak >> 20) or None}
    if reason == "timed-out":
        return Ended(reason, reason="stopped after %.0f seconds, its time limit" % time_limit, **about)
    if reason == "out-of-memory":
        limit = (memory_limit or 0) >> 20
        return Ended(reason, reason="stopped at %d MiB, above its limit of %d MiB" % (peak >> 20, limit), **about)
    if code == -signal.SIGKILL:
        why = "killed from outside, most likely by the kernel's out-of-memory killer (see dmesg)"
        return Ended("out-of-memory", reason=why, **about)
    if code < 0:
        return Ended("crashed", reason="crashed with " + signal_name(-code), **about)
    return Ended("failed" if code else "ended", reason="exit code %d" % code if code else "", **about)


def signal_name(number: int) -> str:
    """ "SIGSEGV" of 11; the number itself when it has no name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return "signal %d" % number
