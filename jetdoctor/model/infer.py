"""Types and shapes of every value, by onnx's own inference, whose failures are not the model's.

onnx's inference is C++ that crashes on some models (onnx 1.17 on Einsum or GRU of a scalar input, 1.23 still on a
Slice of a size that comes out below zero), and that takes all time and memory on others. So it runs in a child with
limits, which stays for the next model. A model that is known already and that ``gauge`` does not find unusual is asked
about here.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import Any, Callable

from jetdoctor import onnx_parts
from jetdoctor.child import forked, limits
from jetdoctor.child.standing import Standing
from jetdoctor.model import gauge

_OK, _FAILED = b"+", b"-"

#: Limits of the child: seconds of CPU (more for a large ordinary model), and bytes of address space beyond those that
#: it starts with.
TIME_LIMIT = 4.0
BYTES_PER_SECOND = 256 << 10
SPARE_MEMORY = 600 << 20


class Stopped(Exception):
    """Inference was not begun, ran into a limit, or crashed: nothing is known about shapes, in one line why."""


def infer(proto: Any, data: bytes, known: bool = False) -> Any:
    """ModelProto with inferred value_info; None when onnx refuses the model, of which the rules speak.

    ``data`` is ``proto`` serialized without large weights. Nodes that inference cannot handle keep
    unknown outputs (``strict_mode`` is off); symbolic dims stay. ``known``: this model, or one that it was made from
    with the same sizes, went through inference before. Raises ``Stopped``.
    """
    absurd = gauge.absurd_opset(proto)
    if absurd is not None:
        raise Stopped("no ONNX has an opset %d" % absurd)
    dims = gauge.most_dims(proto)
    if dims > gauge.MOST_DIMS:
        raise Stopped("a tensor of it has %s dims" % format(dims, ",d"))
    if proto.functions:
        if gauge.calls_itself(proto.functions):
            raise Stopped("a local function calls itself")
        nodes = gauge.expanded_nodes(proto)
        if nodes > gauge.MOST_NODES:
            many = "more than 10^18" if nodes > 10**18 else format(nodes, ",d")
            raise Stopped("its local functions expand to %s nodes" % many)
    unusual, threads = gauge.is_heavy(proto) or gauge.may_crash(proto), threading.active_count() > 1
    if not forked.AVAILABLE:  # a crash is what onnx itself would do there
        answer = _infer(data)
    elif threads and not unusual:  # a fork would hold the locks of other threads
        answer = _infer(data)
    elif known and not unusual:
        answer = _here(data)
    elif threads:
        answer = _bounded(data, _in_a_child)
    else:
        more = 0.0 if unusual else len(data) / BYTES_PER_SECOND
        answer = _bounded(data, partial(_in_the_child, seconds=TIME_LIMIT + more))
    return onnx_parts.messages().ModelProto.FromString(answer[1:]) if answer[:1] == _OK else None


def _bounded(data: bytes, ask: Callable[..., bytes]) -> bytes:
    """In a child. onnx follows the values of any vector, however long it became: where that fails, shapes alone."""
    try:
        answer = ask(data)
    except Stopped:
        answer = _FAILED
    return answer if answer[:1] == _OK else ask(data, follow=False)


def _here(data: bytes) -> bytes:
    """In this process, within the child's memory."""
    try:
        with limits.spare_memory(SPARE_MEMORY):
            return _infer(data)
    except MemoryError:
        return _in_a_child(data, follow=False)


def _infer(data: bytes, follow: bool = True) -> bytes:
    """The marked answer; ``follow`` also the values of integers that decide shapes."""
    try:
        checks_types = strict = False
        return _OK + onnx_parts.library().shape_inference.infer_shapes(data, checks_types, strict, follow)
    except MemoryError:
        raise
    except Exception:  # the C++ side raises InferenceError, RuntimeError, ValueError ...
        return _FAILED


def _in_a_child(data: bytes, follow: bool = True) -> bytes:
    return _data(forked.call(lambda: _infer(data, follow), TIME_LIMIT, SPARE_MEMORY))


def _in_the_child(data: bytes, follow: bool = True, seconds: float = TIME_LIMIT) -> bytes:
    """In the one that does it for all models, one after the other."""
    return _data(_standing.call((_FOLLOW if follow else _SHAPES_ALONE) + data, seconds))


_FOLLOW, _SHAPES_ALONE = b"f", b"s"

_standing = Standing(lambda request: _infer(request[1:], request[:1] == _FOLLOW), SPARE_MEMORY)


def _data(answer: forked.Answer) -> bytes:
    if answer.trouble:
        raise Stopped("onnx's shape inference %s" % answer.trouble)
    return answer.data
