"""Where trtexec runs: this machine or one over SSH, behind the same few calls.

A remote host needs a POSIX shell and trtexec, no Python. Everything there lives in one temporary folder
that is removed at the end.
"""

from __future__ import annotations

import os
import shlex
import shutil
from typing import Any, List, Optional, Sequence

from jetdoctor.types import JetdoctorError
from jetdoctor.verify.child import Ended, execute

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

    def run(self, command: Sequence[str], time_limit: float, memory_limit: Optional[int] = None) -> Ended:
        """Run a command in the folder."""
        environment = dict(os.environ, TMPDIR=self.folder)
        return execute(command, time_limit, memory_limit, cwd=self.folder, environment=environment)


class Remote:
    """A host over SSH."""

    def __init__(self, host: str) -> None:
        self.host, self.folder = host, ""

    def __enter__(self) -> "Remote":
        made = self._shell("mktemp -d /tmp/jetdoctor-verify-XXXXXX", 60)
        self.folder = made.log.strip().splitlines()[-1] if made.log.strip() else ""
        if made.status != "ended" or not self.folder.startswith("/tmp/jetdoctor-verify-"):
            raise JetdoctorError("%s: no folder can be made there: %s" % (self.host, _last(made)))
        return self

    def __exit__(self, *error: Any) -> None:
        self._shell("rm -rf %s" % shlex.quote(self.folder), 60)

    def find(self, wanted: Optional[str]) -> str:
        """Path of trtexec there, "" when there is none."""
        choices = [wanted] if wanted else ["trtexec", JETPACK_TRTEXEC]
        tries = " || ".join("command -v %s" % shlex.quote(choice) for choice in choices)
        ended = self._shell(tries, 60)
        return ended.log.strip().splitlines()[-1] if ended.status == "ended" and ended.log.strip() else ""

    def put(self, path: str, name: str) -> str:
        """Send a file; returns its path there."""
        target = "%s/%s" % (self.folder, name)
        folder = shlex.quote(os.path.dirname(target))
        with open(path, "rb") as stream:
            sent = self._shell("mkdir -p %s && cat > %s" % (folder, shlex.quote(target)), 3600, stream)
        if sent.status != "ended":
            raise JetdoctorError("%s: %s was not sent: %s" % (self.host, name, _last(sent)))
        return target

    def get(self, name: str, path: str) -> bool:
        """Bring a file from there; False when it is not there."""
        import subprocess

        from jetdoctor.device import ssh

        remote = "cat %s" % shlex.quote("%s/%s" % (self.folder, name))
        with open(path, "wb") as stream:
            done = subprocess.run(
                ssh.command(self.host, remote),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.DEVNULL,
            )
        if done.returncode:
            os.remove(path)
        return done.returncode == 0

    def run(self, command: Sequence[str], time_limit: float, memory_limit: Optional[int] = None) -> Ended:
        """Run a command in the folder; the remote ``timeout`` ends it there, too."""
        words = " ".join(shlex.quote(word) for word in command)
        text = "cd %s && exec timeout -k 5 %d %s" % (shlex.quote(self.folder), int(time_limit) + 1, words)
        return _remote_end(self._shell(text, time_limit + 30))

    def _shell(self, text: str, time_limit: float, stdin: Any = None) -> Ended:
        from jetdoctor.device import ssh

        ended = execute(ssh.command(self.host, text), time_limit, stdin=stdin)
        if ended.code == 255:
            raise JetdoctorError("%s: %s" % (self.host, _last(ended)))
        return ended


def _remote_end(ended: Ended) -> Ended:
    """Exit codes of a remote shell as what they stand for: 124 timeout, 128 + n a signal."""
    from dataclasses import replace

    from jetdoctor.verify.child import signal_name

    if ended.code == 124:
        return replace(ended, status="timed-out", reason="stopped there at its time limit")
    if ended.code == 137:
        return replace(
            ended, status="out-of-memory", reason="killed there: the out-of-memory killer, most likely"
        )
    if ended.code > 128:
        return replace(ended, status="crashed", reason="crashed there with " + signal_name(ended.code - 128))
    return ended


def _last(ended: Ended) -> str:
    lines: List[str] = [line.strip() for line in ended.log.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ended.reason or "no answer"
