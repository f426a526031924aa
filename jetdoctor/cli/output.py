"""Where a report goes: the screen, with its width and colors, or a file."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from typing import Any, Callable, Dict, Optional, Sequence, Union

from jetdoctor import foreign
from jetdoctor.types import JetdoctorError, UsageError

NARROWEST, WIDEST = 60, 140

#: Errors of a path that the user can mend; any other (a full disk) is a failure of the machine.
_MISTAKES = (
    errno.EACCES, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR, errno.EPERM, errno.EROFS,
)  # fmt: skip


def require_writable(path: Optional[str], inputs: Sequence[str] = ()) -> None:
    """UsageError when ``path`` cannot be written or is one of the ``inputs``: asked before any work is done."""
    if path is None:
        return
    if os.path.isfile(os.path.dirname(path)):
        raise UsageError("cannot write %s: %s is a file, not a folder" % (path, os.path.dirname(path)))
    if not _is_replaceable(path) and not os.path.isdir(path):
        if not os.access(path, os.W_OK):
            raise UsageError("cannot write %s: no permission" % path)
        return
    real = os.path.realpath(path)
    folder = os.path.dirname(real)
    if not os.path.isdir(folder):
        raise UsageError("cannot write %s: the folder %s does not exist (mkdir -p it first)" % (path, folder))
    if os.path.isdir(real):
        raise UsageError("cannot write %s: it is a folder; give a file name" % path)
    if any(os.path.realpath(given) == real for given in inputs):
        raise UsageError("cannot write %s: it is an input of this command; give another name" % path)
    if os.path.lexists(real) and foreign.is_read_only(real):
        raise UsageError("cannot write %s: it is read-only" % path)
    if not os.access(folder, os.W_OK):
        raise UsageError("cannot write %s: no permission to write into %s" % (path, folder))


#: When to write colors, as ``--color`` says for this run: auto, always or never.
COLORS = ("auto", "always", "never")
_color = "auto"


def choose_color(when: str) -> None:
    """UsageError for another word than those of COLORS."""
    global _color
    if when not in COLORS:
        raise UsageError("--color is auto, always or never, not %r" % when)
    _color = when


def use_color(stream: Any) -> bool:
    """Colors on a terminal only, unless --color or FORCE_COLOR says so; never under NO_COLOR (https://no-color.org)."""
    if _color != "auto":
        return _color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0", "false"):  # https://force-color.org
        return True
    return os.environ.get("TERM") != "dumb" and bool(stream.isatty())


def width() -> int:
    """Columns to write for, between 60 and 140 (80 when nothing is known)."""
    try:
        columns = int(os.environ.get("COLUMNS") or os.get_terminal_size(sys.stdout.fileno()).columns)
    except (OSError, ValueError, AttributeError):  # not a terminal, or no number
        columns = 80
    return max(NARROWEST, min(WIDEST, columns or 80))


def look() -> Dict[str, Any]:
    """Width and color of the screen."""
    return {"width": width(), "color": use_color(sys.stdout)}


def emit(render: Callable[..., str], path: Optional[str] = None) -> None:
    """Print what ``render(width=, color=)`` gives, or write it to ``path``."""
    if path is None:
        print_safely(render(**look()))
        return
    text = render(width=WIDEST if path.endswith(".txt") else width(), color=False)
    write_whole(path, text if text.endswith("\n") else text + "\n")
    if _is_replaceable(path):
        print("wrote " + path, file=sys.stderr)


def emit_as(format: str, kind: str, render: Callable[..., str], path: Optional[str]) -> None:
    """``emit`` what ``render`` gives, or the page of that kind when the format is html: then it gives JSON."""
    if format != "html":
        emit(render, path)
        return
    from jetdoctor.report.page import commands

    emit(lambda width, color: commands.of(kind, render(width=width, color=color)), path)


def warn_of_broken_rules() -> None:
    """One line on stderr for each rule file that could not be loaded; ``check`` makes JD000 of it."""
    from jetdoctor.check import catalog

    for line in catalog().broken:
        print("jetdoctor: %s; its rule is left out" % line, file=sys.stderr)


def print_safely(text: str) -> None:
    """Print to a stdout of any encoding: what it cannot show is escaped, never an error."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    sys.stdout.write(text if text.isascii() else text.encode(encoding, "backslashreplace").decode(encoding))
    if not text.endswith("\n"):
        sys.stdout.write("\n")


def write_whole(path: str, content: Union[str, bytes]) -> None:
    """Write a file as any Unix tool does: through links, into pipes and devices; a regular file whole or not at all.

    Raises UsageError for a path that cannot be written, JetdoctorError when the machine fails (a full disk).
    """
    data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
    try:
        if _is_replaceable(path):
            _replace(os.path.realpath(path), data)
        else:
            with open(path, "wb") as stream:
                stream.write(data)
    except OSError as error:
        kind = UsageError if error.errno in _MISTAKES else JetdoctorError
        raise kind("cannot write %s: %s" % (path, (error.strerror or str(error)).lower())) from None


def _is_replaceable(path: str) -> bool:
    """Whether a new file may take this one's place: a regular file, or none yet, that no program holds open for us."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
    except FileNotFoundError:
        pass
    except OSError:
        return False
    for _ in range(40):  # as many links as Linux follows
        place = os.path.abspath(path)  # /dev/stdout, whatever it was redirected to, but not the file system in memory
        if place.startswith(("/dev/", "/proc/")) and not place.startswith("/dev/shm/"):
            return False
        if not os.path.islink(path):
            break
        path = os.path.join(os.path.dirname(path), os.readlink(path))
    return True


def _replace(path: str, data: bytes) -> None:
    """Write beside ``path`` first, then rename: a crash leaves the old file whole."""
    from jetdoctor.child import temporary

    mode = stat.S_IMODE(os.stat(path).st_mode) if os.path.exists(path) else 0o666 & ~_umask()
    temporary.sweep(os.path.dirname(path))
    name = temporary.file_in(os.path.dirname(path), ".tmp")
    try:
        with open(name, "wb") as stream:
            stream.write(data)
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
