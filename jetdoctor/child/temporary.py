"""Temporary files and folders that say whose they are, so that those of a killed process go at the next run."""

from __future__ import annotations

import os
import platform
import re
import shutil
import tempfile
from typing import Optional

_NAME = re.compile(r"\.?jetdoctor-([0-9A-Za-z_]+)-([0-9]+)-")


def file_in(folder: str, suffix: str) -> str:
    """A new empty file, hidden, in ``folder``."""
    handle, name = tempfile.mkstemp(prefix="." + _prefix(), suffix=suffix, dir=folder)
    os.close(handle)
    return name


def new_folder() -> str:
    """A new folder among the system's temporary files."""
    return tempfile.mkdtemp(prefix=_prefix())


def sweep(folder: Optional[str] = None) -> None:
    """Remove what processes of this machine that were killed left in ``folder`` (the system's by default)."""
    folder = folder or tempfile.gettempdir()
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        made = _NAME.match(name)
        if made and made.group(1) == _host() and not _alive(int(made.group(2))):
            _remove(os.path.join(folder, name))


def _prefix() -> str:
    return "jetdoctor-%s-%d-" % (_host(), os.getpid())


def _host() -> str:
    """Letters and digits of the machine's name: a shared folder may hold files of another one."""
    return re.sub(r"[^0-9A-Za-z]", "_", platform.node()) or "_"


def _alive(process: int) -> bool:
    if os.name != "posix":  # os.kill would end the process there
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's
        return True
    return True


def _remove(path: str) -> None:
    try:
        shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
    except OSError:  # somebody else's file, or it went meanwhile
        pass
