"""How much memory a child may take, and that it ends with its parent.

The limit follows the machine: never more than half of what is free, so that nothing else on it has to go.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import sys
from typing import Iterator, Optional

#: cgroup v2, then v1: (limit, in use), in bytes ("max" for none)
_CGROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)

#: A child that may not even have this much (bytes) could not import its libraries.
LEAST = 512 << 20

_PDEATHSIG = 1  # prctl(2): the signal that a child gets when its parent dies


def free_memory() -> Optional[int]:
    """Bytes that this machine or container could still give; None where it cannot be told."""
    sizes = [_available()]
    for limit, used in _CGROUPS:
        most, now = _number(limit), _number(used)
        if most is not None and now is not None:
            sizes.append(max(0, most - now))
    known = [size for size in sizes if size is not None]
    return min(known) if known else None


def memory_limit(wanted: Optional[int] = None) -> Optional[int]:
    """Bytes for a child that would like ``wanted`` (None for as much as there is): at most half of what is free."""
    free = free_memory()
    if free is None:
        return wanted
    most = max(free // 2, LEAST)
    return most if wanted is None else min(wanted, most)


def _available() -> Optional[int]:
    try:
        with open("/proc/meminfo", "rb") as stream:
            lines = dict(line.split(b":", 1) for line in stream)
        return int(lines[b"MemAvailable"].split()[0]) << 10
    except (OSError, KeyError, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return None


def _number(path: str) -> Optional[int]:
    try:
        with open(path) as stream:
            return int(stream.read())
    except (OSError, ValueError):
        return None


def end_with_parent(parent: Optional[int] = None) -> None:
    """This process gets SIGKILL when its parent ends, and ends at once when ``parent`` has already. Linux only."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PDEATHSIG, int(signal.SIGKILL))
    if parent is not None and os.getppid() != parent:
        os._exit(1)


@contextlib.contextmanager
def spare_memory(spare: int) -> Iterator[None]:
    """Within it this process gets at most ``spare`` bytes more than it has: what asks for more raises MemoryError."""
    try:
        import resource

        before = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (_capped(address_space() + spare, *before), before[1]))
    except (ImportError, ValueError, OSError):  # no such limit on this system
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def cpu_seconds(seconds: float) -> None:
    """This process ends by SIGXCPU once it has computed for so many seconds (rounded up) more than until now."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = _capped(math.ceil(used.ru_utime + used.ru_stime + seconds), -1, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (most, hard))


def _capped(wanted: int, soft: int, hard: int) -> int:
    """``wanted``, but never above a limit that is there already; -1 stands for none (``RLIM_INFINITY``)."""
    return min([wanted] + [limit for limit in (soft, hard) if limit >= 0])


def address_space() -> int:
    """Bytes of address space of this process."""
    with open("/proc/self/statm", "rb") as stream:
        return int(stream.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
