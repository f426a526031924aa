"""A fork that stays for the next request: what ``forked.call`` does, without a fork for each piece of work.

A fork of a process that has onnx loaded costs up to ten milliseconds, and a search for sizes asks sixty times. One that
crashed, ran into a limit, or waited in vain is gone; the next request gets a new one. For one thread at a time.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import select
import signal
import struct
import time
from functools import partial
from typing import Any, Callable, Optional

from jetdoctor.child import forked, limits
from jetdoctor.child.forked import Answer

#: Seconds that it waits for a request: whoever asked once and never again need not keep it.
IDLE = 5.0

#: Bytes of address space that it may have won by its requests: what grew further makes room for a new one.
GROWN = 128 << 20

#: What comes before a request: seconds of CPU, and its bytes. Before an answer: its bytes.
_REQUEST, _ANSWER = struct.Struct("<dQ"), struct.Struct("<Q")


class Standing:
    """``work(request)`` in the fork, with ``spare`` bytes of memory more than it has at that time."""

    def __init__(self, work: Callable[[bytes], bytes], spare: int) -> None:
        self._work, self._spare = work, spare
        self._child = self._owner = self._spare_now = 0
        self._requests = self._answers = -1

    def call(self, request: bytes, seconds: float) -> Answer:
        """The answer, or why there is none; ``seconds`` are of CPU, as in ``forked.call``."""
        if self._owner != os.getpid():  # ours, or one that a fork of ours inherited and must leave alone
            self._close()
        if self._child == 0:
            self._begin()
        answer = self._ask(request, seconds)
        if answer is None:  # it had just stopped waiting
            self._begin()
            answer = self._ask(request, seconds)
        return answer or Answer(trouble="gave no answer")

    def _begin(self) -> None:
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        self._spare_now = limits.memory_limit(self._spare) or self._spare
        parent, child = os.getpid(), forked.fork()
        if child == 0:
            self._serve(requests, answers, parent)
        os.close(requests)
        os.close(answers)
        self._child, self._owner = child, parent

    def _ask(self, request: bytes, seconds: float) -> Optional[Answer]:
        """None when the fork was gone before it had the request."""
        data, in_time, gone = b"", True, False
        try:
            _write(self._requests, _REQUEST.pack(seconds, len(request)) + request)
            data, in_time = self._receive(time.monotonic() + forked.WAITING * seconds)
        except BrokenPipeError:
            gone = True
        finally:  # an interrupt must not leave it working either
            if data[:1] != forked.DONE:
                status = self._end()
        if data[:1] == forked.DONE:
            return Answer(data[1:])
        if gone or (in_time and not data and status == 0):
            return None
        return forked.trouble(data, in_time, status, seconds, self._spare_now)

    def _receive(self, deadline: float) -> Any:
        """What the fork wrote, b"" when it ended instead, and whether that was in time."""
        blocks, wanted = bytearray(), _ANSWER.size
        while len(blocks) < wanted:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._answers], [], [], left)[0]:
                return b"", False
            block = os.read(self._answers, 1 << 20)
            if not block:
                return b"", True
            blocks += block
            if len(blocks) >= _ANSWER.size:
                wanted = _ANSWER.size + _ANSWER.unpack_from(blocks)[0]
        return bytes(blocks[_ANSWER.size :]), True

    def _end(self) -> int:
        """End the fork; its wait status."""
        with contextlib.suppress(ProcessLookupError):
            if select.select([self._answers], [], [], 0)[0] == []:  # it did not end by itself
                os.kill(self._child, signal.SIGKILL)
        status = os.waitpid(self._child, 0)[1]
        self._close()
        return status

    def _close(self) -> None:
        for pipe in (self._requests, self._answers):
            if pipe >= 0:
                os.close(pipe)
        self._child, self._requests, self._answers = 0, -1, -1

    def _serve(self, requests: int, answers: int, parent: int) -> None:
        """The fork's side; never returns."""
        faulthandler.disable()  # a crash here is an answer, not something to print
        try:
            os.close(self._requests)
            os.close(self._answers)
            forked.become_a_child(parent)
            most = limits.address_space() + GROWN
            while select.select([requests], [], [], IDLE)[0]:
                head = _read(requests, _REQUEST.size)
                if not head:
                    break
                seconds, length = _REQUEST.unpack(head)
                limits.cpu_seconds(seconds)
                answer = forked.answer(partial(self._work, _read(requests, length)), self._spare_now)
                _write(answers, _ANSWER.pack(len(answer)) + answer)
                if answer[:1] != forked.DONE or limits.address_space() > most:  # what it has left is in pieces
                    break
        finally:
            os._exit(0)  # never the parent's exit handlers, buffers or test runner


def _read(pipe: int, length: int) -> bytes:
    """``length`` bytes; b"" when the other side is gone."""
    blocks = bytearray()
    while len(blocks) < length:
        block = os.read(pipe, min(1 << 20, length - len(blocks)))
        if not block:
            return b""
        blocks += block
    return bytes(blocks)


def _write(pipe: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]
