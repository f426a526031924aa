"""One line on stderr that says what a long command is doing: on a terminal only, after a second."""

from __future__ import annotations

import sys
import threading
from typing import Any, Optional

from jetdoctor.cli.progress import PATIENCE


class Waiting:
    """``with Waiting() as say: say("proving")``: the line appears after a second and goes at the end."""

    def __init__(self) -> None:
        self._text = ""
        self._shown: Any = None
        self._timer: Optional[threading.Timer] = None

    def __enter__(self) -> "Waiting":
        if sys.stderr.isatty():
            self._timer = threading.Timer(PATIENCE, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __call__(self, text: str) -> None:
        self._text = text
        if self._shown is not None:
            self._shown.update(text)

    def __exit__(self, *_: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()  # it may be about to show the line, which nobody would take away
        if self._shown is not None:
            self._shown.stop()

    def _show(self) -> None:
        from rich.console import Console
        from rich.status import Status

        self._shown = Status(self._text or "working", console=Console(stderr=True))
        self._shown.start()
