"""Types and shapes of every value, by onnx's own inference, whose failures are not the model's.

onnx's inference is C++ that crashes on some unusual models (onnx 1.17 on Einsum or GRU of a scalar input,
1.23 still on a required input left empty), and that takes all time and memory on others. Those go to a forked child
with limits; ordinary models need not pay for it: ``gauge`` tells them apart before any work is done.
"""

from __future__ import annotations

import threading
from typing import Any

from jetdoctor import onnx_parts
from jetdoctor.child import forked, limits
from jetdoctor.model import gauge

_OK, _FAILED = b"+", b"-"

#: Limits of the child: seconds, and bytes of address space beyond those that it starts with.
TIME_LIMIT = 4.0
SPARE_MEMORY = 600 << 20


class Stopped(Exception):
    """Inference was not begun, ran into a limit, or crashed: nothing is known about shapes, in one line why."""


def infer(proto: Any, data: bytes) -> Any:
    """ModelProto with inferred value_info; None when onnx refuses the model, of which the rules speak.

    ``data`` is ``proto`` serialized without large weights. Nodes that inference cannot handle keep
    unknown outputs (``strict_mode`` is off); symbolic dims stay. Raises ``Stopped``.
    """
    absurd = gauge.absurd_opset(proto)
    if absurd is not None:
        raise Stopped("no ONNX has an opset %d" % absurd)
    if proto.functions:
        if gauge.calls_itself(proto.functions):
            raise Stopped("a local function calls itself")
        nodes = gauge.expanded_nodes(proto)
        if nodes > gauge.MOST_NODES:
            many = "more than 10^18" if nodes > 10**18 else format(nodes, ",d")
            raise Stopped("its local functions expand to %s nodes" % many)
    if not forked.AVAILABLE:  # a crash is what onnx itself would do there
        answer = _infer(data)
    elif gauge.is_heavy(proto):
        try:
            answer = _in_child(data)
        except Stopped:  # the values of integers were too many: shapes alone are worth having
            answer = _FAILED
        answer = answer if answer[:1] == _OK else _in_child(data, follow=False)
    elif gauge.may_crash(proto):
        answer = _in_child(data)
    else:
        answer = _here(data)
    return onnx_parts.messages().ModelProto.FromString(answer[1:]) if answer[:1] == _OK else None


def _here(data: bytes) -> bytes:
    """In this process, within the child's memory: onnx follows the values of any vector, however long it became."""
    if threading.active_count() > 1:  # the limit would be theirs too
        return _infer(data)
    try:
        with limits.spare_memory(SPARE_MEMORY):
            return _infer(data)
    except MemoryError:
        return _in_child(data, follow=False)


def _infer(data: bytes, follow: bool = True) -> bytes:
    """The marked answer; ``follow`` also the values of integers that decide shapes."""
    try:
        checks_types = strict = False
        return _OK + onnx_parts.library().shape_inference.infer_shapes(data, checks_types, strict, follow)
    except MemoryError:
        raise
    except Exception:  # the C++ side raises InferenceError, RuntimeError, ValueError ...
        return _FAILED


def _in_child(data: bytes, follow: bool = True) -> bytes:
    answer = forked.call(lambda: _infer(data, follow), TIME_LIMIT, SPARE_MEMORY)
    if answer.trouble:
        raise Stopped("onnx's shape inference %s" % answer.trouble)
    return answer.data
