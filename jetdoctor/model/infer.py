"""Types and shapes of every value, by onnx's own inference, whose failures are not the model's.

onnx's inference is C++ that crashes on some unusual models (onnx 1.17 on Einsum or GRU of a scalar input,
1.23 still on a required input left empty), and that takes all time and memory on others. Those go to a forked child
with limits; ordinary models need not pay for it: ``gauge`` tells them apart before any work is done.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import select
import signal
import sys
import time
import warnings
from typing import Any, List, Tuple

from jetdoctor.model import gauge

_OK, _FAILED, _STOPPED = b"+", b"-", b"!"

#: Limits of the child: seconds, and bytes of address space beyond those that it starts with.
TIME_LIMIT = 4.0
SPARE_MEMORY = 600 << 20

_PDEATHSIG = 1  # prctl: the signal that a child gets when its parent dies


class Stopped(Exception):
    """Inference was not begun, ran into a limit, or crashed: nothing is known about shapes, in one line why."""


def infer(proto: Any, data: bytes) -> Any:
    """ModelProto with inferred value_info; None when onnx refuses the model, of which the rules speak.

    ``data`` is ``proto`` serialized without large weights. Nodes that inference cannot handle keep
    unknown outputs (``strict_mode`` is off); symbolic dims stay. Raises ``Stopped``.
    """
    import onnx

    if proto.functions:
        if gauge.calls_itself(proto.functions):
            raise Stopped("a local function calls itself")
        nodes = gauge.expanded_nodes(proto)
        if nodes > gauge.MOST_NODES:
            many = "more than 10^18" if nodes > 10**18 else format(nodes, ",d")
            raise Stopped("its local functions expand to %s nodes" % many)
    # Linux only: elsewhere fork is absent or unsafe, and a crash is what onnx itself would do.
    if sys.platform != "linux":
        answer = _infer(data)
    elif gauge.is_heavy(proto):
        answer = _in_child(data)
        if answer[:1] != _OK:  # the values of integers were too many: shapes alone are worth having
            answer = _in_child(data, follow=False)
    else:
        answer = _in_child(data) if gauge.may_crash(proto) else _infer(data)
    if answer[:1] == _OK:
        return onnx.ModelProto.FromString(answer[1:])
    if answer[:1] == _STOPPED:
        raise Stopped(answer[1:].decode("ascii"))
    return None


def _infer(data: bytes, follow: bool = True) -> bytes:
    """The marked answer; ``follow`` also the values of integers that decide shapes."""
    import onnx

    try:
        return _OK + onnx.shape_inference.infer_shapes(data, data_prop=follow).SerializeToString()
    except MemoryError:
        return _STOPPED + b"onnx's shape inference needs more than %d MiB" % (SPARE_MEMORY >> 20)
    except Exception:  # the C++ side raises InferenceError, RuntimeError, ValueError ...
        return _FAILED


def _in_child(data: bytes, follow: bool = True) -> bytes:
    reader, writer = os.pipe()
    parent = os.getpid()
    with warnings.catch_warnings():
        # Python 3.12 warns when a process with threads (numpy's BLAS) forks; the child uses none of them.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _answer_and_exit(data, follow, reader, writer, parent)
    os.close(writer)
    try:
        answer, in_time = _read(reader, time.monotonic() + TIME_LIMIT)
    finally:  # an interrupt must not leave it running either
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    if not in_time:
        return _STOPPED + b"onnx's shape inference took more than %d s" % TIME_LIMIT
    if os.WIFSIGNALED(status) and not answer:
        name = signal.Signals(os.WTERMSIG(status)).name
        return _STOPPED + b"onnx's shape inference crashed (%s)" % name.encode("ascii")
    return answer or _STOPPED + b"onnx's shape inference gave no answer"


def _read(reader: int, deadline: float) -> Tuple[bytes, bool]:
    """All that comes out of the pipe, and whether it came before the deadline."""
    blocks: List[bytes] = []
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                return b"", False
            block = pipe.read(1 << 20)
            if not block:
                return b"".join(blocks), True
            blocks.append(block)


def _answer_and_exit(data: bytes, follow: bool, reader: int, writer: int, parent: int) -> None:
    faulthandler.disable()  # a crash here is an answer, not something to print
    try:
        os.close(reader)
        _limit(parent)
        answer = _infer(data, follow)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(answer)
    finally:
        os._exit(0)  # never the parent's exit handlers, buffers or test runner


def _limit(parent: int) -> None:
    """Bound this child's memory, silence what C++ prints when it aborts, and die with the parent."""
    import ctypes
    import resource

    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 2)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    with open("/proc/self/statm", "rb") as stream:
        used = int(stream.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = used + SPARE_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
