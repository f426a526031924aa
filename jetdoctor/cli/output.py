"""Where a report goes: the screen, with its width and colours, or a file written in one move."""

from __future__ import annotations

import os
import sys
from typing import Any, Callable, Optional

from jetdoctor.types import UsageError

NARROWEST, WIDEST = 60, 140


def require_folder(path: Optional[str]) -> None:
    """UsageError when a file cannot be written at ``path``: asked before any work is done."""
    if path is None:
        return
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise UsageError("cannot write %s: the folder %s does not exist (mkdir -p it first)" % (path, folder))
    if os.path.isdir(path):
        raise UsageError("cannot write %s: it is a folder, give a file name" % path)
    if not os.access(folder, os.W_OK):
        raise UsageError("cannot write %s: no permission to write into %s" % (path, folder))


def use_color(stream: Any) -> bool:
    """Colours only on a terminal, and never under NO_COLOR (https://no-color.org)."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()


def width() -> int:
    """Columns to write for, between 60 and 140 (80 when nothing is known)."""
    try:
        columns = int(os.environ.get("COLUMNS") or os.get_terminal_size(sys.stdout.fileno()).columns)
    except (OSError, ValueError, AttributeError):  # not a terminal, or no number
        columns = 80
    return max(NARROWEST, min(WIDEST, columns or 80))


def emit(render: Callable[..., str], path: Optional[str] = None) -> None:
    """Print what ``render(width=, color=)`` gives, or write it to ``path`` whole or not at all."""
    if path is None:
        print_safely(render(width=width(), color=use_color(sys.stdout)))
        return
    text = render(width=WIDEST if path.endswith(".txt") else width(), color=False)
    write_whole(path, text if text.endswith("\n") else text + "\n")
    print("wrote " + path, file=sys.stderr)


def warn_of_broken_rules() -> None:
    """One line on stderr for each rule file that could not be loaded; ``check`` makes JD000 of it."""
    from jetdoctor.check import catalog

    for line in catalog().broken:
        print("jetdoctor: %s; its rule is left out" % line, file=sys.stderr)


def print_safely(text: str) -> None:
    """Print to a stdout of any encoding: what it cannot show is escaped, never an error."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    if not text.endswith("\n"):
        sys.stdout.write("\n")


def write_whole(path: str, text: str) -> None:
    """Write beside ``path`` first, then rename: a crash leaves the old file whole."""
    import tempfile

    folder = os.path.dirname(os.path.abspath(path))
    try:
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".jetdoctor-")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        raise UsageError("cannot write %s: %s" % (path, (error.strerror or str(error)).lower())) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
