"""Where trtexec runs: this machine (``remote`` does the same over SSH)."""

from __future__ import annotations

import os
import shutil
from typing import Any, Optional, Sequence

from jetdoctor.child.command import Ended, execute

#: Where JetPack installs it; it is not in PATH there.
JETPACK_TRTEXEC = "/usr/src/tensorrt/bin/trtexec"


class Local:
    """This machine; files stay in ``folder``."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __enter__(self) -> "Local":
        return self

    def __exit__(self, *error: Any) -> None:
        """Nothing to do: the folder belongs to the caller."""

    def find(self, wanted: Optional[str]) -> str:
        """Path of trtexec, "" when there is none."""
        found = shutil.which(wanted or "trtexec")
        return found or (JETPACK_TRTEXEC if not wanted and os.access(JETPACK_TRTEXEC, os.X_OK) else "")

    def put(self, path: str, name: str) -> str:
        """Make a local file available there; returns its path there."""
        target = os.path.join(self.folder, name)
        if os.path.abspath(path) != os.path.abspath(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            try:
                os.link(path, target)
            except OSError:  # another file system
                shutil.copyfile(path, target)
        return target

    def get(self, name: str, path: str) -> bool:
        """Bring a file from there; False when it is not there."""
        source = os.path.join(self.folder, name)
        if not os.path.exists(source):
            return False
        if os.path.abspath(path) != os.path.abspath(source):
            shutil.copyfile(source, path)
        return True

    def no_space(self) -> str:
        """One line for a disk that is full."""
        return "no space left in %s: free some disk, or set TMPDIR" % os.path.dirname(os.path.dirname(self.folder))

    def run(self, command: Sequence[str], time_limit: float, memory_limit: Optional[int] = None) -> Ended:
        """Run a command in the folder."""
        environment = dict(os.environ, TMPDIR=self.folder)
        return execute(command, time_limit, memory_limit, cwd=self.folder, environment=environment)
