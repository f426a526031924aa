"""A board over SSH: a POSIX shell and trtexec are enough, no Python.

One connection, the keeper, stays open for the whole verification. Its shell makes the folder in which
everything happens and removes it, with whatever still runs there, when that connection ends: in good order,
because this process died, or because no sign of life came for a while (a laptop that left the network).
"""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
import threading
from dataclasses import replace
from typing import Any, List, Optional, Sequence

from jetdoctor.child.command import Ended, execute, signal_name
from jetdoctor.types import JetdoctorError
from jetdoctor.verify.host import JETPACK_TRTEXEC

_BEAT = 10.0  # seconds between two signs of life
_PATIENCE = 60  # seconds that the other side waits for one, and that we wait for an answer
_MARK = "jetdoctor-folder:"

#: ``keeper`` and ``running`` hold process ids; timeout(1) leads a process group of its own. First it sweeps up
#: after keepers that a power cut ended.
KEEPER = """
umask 077
for old in "${TMPDIR:-/tmp}"/jetdoctor-verify-*/keeper; do
  if [ -O "$old" ] && ! kill -0 "$(cat "$old")" 2>/dev/null; then rm -rf "${old%%/keeper}"; fi
done
folder=$(mktemp -d "${TMPDIR:-/tmp}/jetdoctor-verify-XXXXXX") || exit 1
tidy() {
  if [ -s "$folder/running" ]; then read -r pid < "$folder/running"; kill -9 -- "-$pid" "$pid" 2>/dev/null; fi
  rm -rf "$folder"
}
trap tidy EXIT
trap exit HUP INT TERM PIPE
echo $$ > "$folder/keeper"
echo "%s$folder"
while [ -n "$(timeout %d head -c 1)" ]; do :; done
""" % (_MARK, _PATIENCE)


class Remote:
    """A host over SSH, behind the same calls as ``host.Local``."""

    def __init__(self, host: str) -> None:
        self.host, self.folder = host, ""
        self._keeper: Any = None
        self._done = threading.Event()

    def __enter__(self) -> "Remote":
        from jetdoctor.device import ssh

        with tempfile.TemporaryFile() as errors:
            self._keeper = _start(ssh.command(self.host, "exec sh -c " + shlex.quote(KEEPER)), errors)
            line = _first_line(self._keeper, _PATIENCE)
            if line.startswith(_MARK):
                self.folder = line[len(_MARK) :].strip()
                threading.Thread(target=self._beat, daemon=True).start()
                return self
            status = self._end(5)
            errors.seek(0)
            raise JetdoctorError(_why_not(self.host, status, line, errors.read()))

    def __exit__(self, *error: Any) -> None:
        self._end(_PATIENCE)

    def _beat(self) -> None:
        while not self._done.wait(_BEAT):
            try:
                self._keeper.stdin.write(b".")
                self._keeper.stdin.flush()
            except (OSError, ValueError):  # the connection is gone, and the other side tidies up by itself
                return

    def _end(self, patience: float) -> int:
        """Close the keeper's connection and wait until the other side has tidied up; ssh's exit status."""
        self._done.set()
        try:
            self._keeper.stdin.close()
        except OSError:
            pass
        try:
            self._keeper.wait(patience)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait()
        self._keeper.stdout.close()
        return int(self._keeper.returncode)

    def find(self, wanted: Optional[str]) -> str:
        """Path of trtexec there, "" when there is none."""
        choices = [wanted] if wanted else ["trtexec", JETPACK_TRTEXEC]
        tries = " || ".join("command -v %s" % shlex.quote(choice) for choice in choices)
        ended = self._shell(tries, _PATIENCE)
        return ended.log.strip().splitlines()[-1] if ended.status == "ended" and ended.log.strip() else ""

    def put(self, path: str, name: str) -> str:
        """Send a file; returns its path there."""
        target = "%s/%s" % (self.folder, name)
        text = "cat > %s" % shlex.quote(target)
        if "/" in name:
            text = "mkdir -p %s && %s" % (shlex.quote(os.path.dirname(target)), text)
        with open(path, "rb") as stream:
            sent = self._shell(text, 3600, stream)
        if sent.status != "ended":
            full = "No space left" in sent.log
            text = self.no_space() if full else "%s: %s was not sent: %s" % (self.host, name, _last(sent))
            raise JetdoctorError(text)
        return target

    def no_space(self) -> str:
        """One line for a disk that is full."""
        text = "%s: no space left in %s there: free some disk (df -h), or set TMPDIR for its logins"
        return text % (self.host, os.path.dirname(self.folder))

    def get(self, name: str, path: str) -> bool:
        """Bring a file from there; False when it is not there."""
        from jetdoctor.device import ssh

        command = ssh.command(self.host, "cat %s" % shlex.quote("%s/%s" % (self.folder, name)))
        with open(path, "wb") as stream:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.PIPE)
        if done.returncode == 255:
            raise JetdoctorError(ssh.explain(self.host, 255, b"\n", done.stderr))
        if done.returncode:
            os.remove(path)
        return done.returncode == 0

    def run(self, command: Sequence[str], time_limit: float, memory_limit: Optional[int] = None) -> Ended:
        """Run a command in the folder; the remote ``timeout`` ends it there, too. The memory is the board's own."""
        words = " ".join(shlex.quote(word) for word in command)
        limit = int(time_limit) + 1
        # The shell stays, to tell a signal as 128 + n: of a command that a signal ends, ssh says 255 alone.
        text = "cd %s && { TMPDIR=$PWD timeout -k 5 %d %s & echo $! > running; wait $!; }"
        return _remote_end(self._shell(text % (shlex.quote(self.folder), limit, words), time_limit + 30))

    def _shell(self, text: str, time_limit: float, stdin: Any = None) -> Ended:
        from jetdoctor.device import ssh

        ended = execute(ssh.command(self.host, "exec sh -c " + shlex.quote(text)), time_limit, stdin=stdin)
        # The keeper came through, so that this is no wrong name or key; once it is gone, so is the folder, and
        # what a connection that came up afterwards says is no answer.
        if ended.code == 255 or self._keeper.poll() is not None:
            raise JetdoctorError(ssh.explain(self.host, 255, b"\n", _last(ended).encode("utf-8")))
        return ended


def _start(command: Sequence[str], errors: Any) -> Any:
    """A session of its own: an interrupt from the keyboard must not end it before it has tidied up."""
    try:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": errors}
        return subprocess.Popen(list(command), start_new_session=True, **pipes)
    except OSError:
        raise JetdoctorError("there is no ssh client on this machine: install OpenSSH's") from None


def _first_line(process: Any, seconds: float) -> str:
    """What a process says first; "" when it ends, or says nothing in time (then it is killed)."""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        return process.stdout.readline().decode("utf-8", "replace")
    finally:
        timer.cancel()


def _why_not(host: str, status: int, line: str, errors: bytes) -> str:
    from jetdoctor.device import ssh

    if status in (255, -9):
        return ssh.explain(host, 255, b"", errors)
    if line.strip():
        text = "%s: its shell prints %r before any command: silence that for non-interactive logins (~/.bashrc)"
        return text % (host, line.strip()[:60])
    said = errors.decode("utf-8", "replace").strip().splitlines()
    return "%s: no folder can be made there: %s" % (host, said[-1][:200] if said else "status %d" % status)


def _remote_end(ended: Ended) -> Ended:
    """Exit codes of a remote shell as what they stand for: 124 timeout, 128 + n a signal."""
    if ended.code == 124:
        return replace(ended, status="timed-out", reason="stopped there at its time limit")
    if ended.code == 137:
        return replace(ended, status="out-of-memory", reason="killed there: the out-of-memory killer, most likely")
    if ended.code > 128:
        return replace(ended, status="crashed", reason="crashed there with " + signal_name(ended.code - 128))
    return ended


def _last(ended: Ended) -> str:
    lines: List[str] = [line.strip() for line in ended.log.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ended.reason or "no answer"
