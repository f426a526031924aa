"""Devices over SSH: the OpenSSH client with the user's own configuration and keys, and no new trust.

The probe goes in through standard input of ``python3 -`` and leaves nothing behind. A host key that is not
known yet is refused: the user says yes to a new board in a terminal, not a tool in passing.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import List, Sequence, Union

from jetdoctor import probe
from jetdoctor.device.sources import device_from_probe, find_document
from jetdoctor.types import Device, JetdoctorError, UsageError

CONNECT_SECONDS = 10
TOTAL_SECONDS = 60  # a slow link: the probe itself takes less than 3 s

OPTIONS = (
    "-T",
    "-o", "BatchMode=yes",
    "-o", "StrictHostKeyChecking=yes",
    "-o", "ConnectTimeout=%d" % CONNECT_SECONDS,
    "-o", "ServerAliveInterval=5",
    "-o", "ServerAliveCountMax=3",
    "-o", "LogLevel=ERROR",
)  # fmt: skip

#: (text in what ssh or the remote shell says, one clear line); the first that fits.
CAUSES = (
    (
        "remote host identification has changed",
        "its host key has changed; check why, then `ssh-keygen -R {name}`",
    ),
    (
        "host key verification failed",
        "its host key is not known yet; connect once with `ssh {host}` and compare it",
    ),
    ("no matching host key", "it offers only host keys that this client refuses; see `ssh -v {host}`"),
    (
        "permission denied",
        "it refused the login; give it a key with `ssh-copy-id {host}`, or correct the user name",
    ),
    ("could not resolve hostname", "no such host name; check the spelling or give its address"),
    ("connection refused", "nothing listens for SSH there; is it booted, and is the port right?"),
    ("no route to host", "it cannot be reached; is it switched on and in the same network?"),
    ("connection timed out", "it did not answer within %d s; is it switched on?" % CONNECT_SECONDS),
    ("operation timed out", "it did not answer within %d s; is it switched on?" % CONNECT_SECONDS),
    ("python3: command not found", "it has no python3; install it with `sudo apt install python3`"),
    ("python3: not found", "it has no python3; install it with `sudo apt install python3`"),
    ("python3: no such file", "it has no python3; install it with `sudo apt install python3`"),
    (
        "too many authentication failures",
        "it refused the login after too many keys; name one in ~/.ssh/config",
    ),
)


def command(host: str, remote: str) -> List[str]:
    """The ``ssh`` command line. ``JETDOCTOR_SSH`` replaces ``ssh``, as GIT_SSH_COMMAND does for git.

    Raises UsageError for a host that ssh would take for an option.
    """
    if not host or host.startswith("-") or any(c.isspace() or ord(c) < 32 for c in host):
        raise UsageError("%r is not a host: write USER@HOST, as for ssh" % host)
    return [*shlex.split(os.environ.get("JETDOCTOR_SSH") or "ssh"), *OPTIONS, "--", host, remote]


def over_ssh(*hosts: str, seconds: float = TOTAL_SECONDS) -> List[Union[Device, JetdoctorError]]:
    """One answer per host, in order and read in parallel: its Device, or the error with one clear line."""
    for host in hosts:
        command(host, "true")  # a bad name is bad usage before anything is started
    with ThreadPoolExecutor(max_workers=max(1, min(16, len(hosts)))) as pool:
        return list(pool.map(lambda host: _one(host, seconds), hosts))


def _one(host: str, seconds: float) -> Union[Device, JetdoctorError]:
    try:
        return _read(host, seconds)
    except JetdoctorError as error:
        return error


def _read(host: str, seconds: float) -> Device:
    with open(probe.__file__, "rb") as stream:
        program = stream.read()
    try:
        done = subprocess.run(
            command(host, "python3 -"),
            input=program,
            capture_output=True,
            timeout=seconds,
        )
    except FileNotFoundError:
        raise JetdoctorError("there is no ssh client on this machine: install OpenSSH's") from None
    except subprocess.TimeoutExpired:
        line = "%s: no complete answer within %d s; the link or the board is stuck" % (host, seconds)
        raise JetdoctorError(line) from None
    document = find_document(done.stdout.decode("utf-8", "replace"))
    if document is not None:
        return device_from_probe(document, host)
    raise JetdoctorError(explain(host, done.returncode, done.stdout, done.stderr))


def explain(host: str, status: int, output: bytes, errors: bytes) -> str:
    """One line on why a host gave no answer."""
    said = errors.decode("utf-8", "replace") + "\n" + output.decode("utf-8", "replace")[-2000:]
    name = host.split("@")[-1]
    for text, line in CAUSES:
        if text in said.lower():
            return "%s: %s" % (host, line.format(host=host, name=name))
    lost = bool(output) or any(word in said.lower() for word in ("closed", "reset", "broken pipe", "disconnect"))
    if status == 255 and not lost:
        return "%s: ssh failed%s" % (host, _last(errors))
    if status == 255:
        return "%s: the connection was lost before the answer was complete%s" % (host, _last(errors))
    if b'"facts"' in output or b'"jetdoctor_probe"' in output:
        return "%s: the answer was cut off; the connection was lost midway" % host
    if status == 127:
        return "%s: it has no python3; install it with `sudo apt install python3`" % host
    return "%s: python3 there ended with status %d and no answer%s" % (host, status, _last(errors))


def _last(errors: bytes) -> str:
    """The last line that was said, in brackets, when there is one."""
    lines: Sequence[str] = [t.strip() for t in errors.decode("utf-8", "replace").splitlines() if t.strip()]
    return " (%s)" % lines[-1][:160] if lines else ""
