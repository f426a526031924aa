"""A real sshd on loopback with keys of its own, and a client configuration to reach it by names."""

import os
import shutil
import signal
import socket
import subprocess
import time

import pytest

SERVER = """ListenAddress 127.0.0.1
Port %d
HostKey %s
AuthorizedKeysFile %s
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PidFile none
"""


class Loopback:
    """``logins`` maps a host name to the shell line that its key runs; it ends in the client's own command."""

    def __init__(self, base, logins):
        server = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin")
        if not server or not shutil.which("ssh-keygen"):
            pytest.skip("no sshd here: apt-get install openssh-server")
        self.base, self.port = base, _free_port()
        for name in ["host", *logins]:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(base / name)], check=True)
        self._write_server(logins)
        self._write_client(logins)
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        command = [server, "-D", "-e", "-f", str(base / "sshd_config")]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        if not self._answers():
            self.stop()
            pytest.skip("sshd does not start on this machine")

    @property
    def client(self):
        """For JETDOCTOR_SSH."""
        return "ssh -F %s" % (self.base / "config")

    def _write_server(self, logins):
        keys = ""
        for name, line in logins.items():
            forced = '%s; exec sh -c "$SSH_ORIGINAL_COMMAND"' % line if line else 'exec sh -c "$SSH_ORIGINAL_COMMAND"'
            keys += 'command="%s" %s' % (forced.replace('"', '\\"'), (self.base / (name + ".pub")).read_text())
        (self.base / "keys").write_text(keys)
        (self.base / "sshd_config").write_text(SERVER % (self.port, self.base / "host", self.base / "keys"))

    def _write_client(self, logins):
        kind, key = (self.base / "host.pub").read_text().split()[:2]
        (self.base / "known").write_text("[127.0.0.1]:%d %s %s\n" % (self.port, kind, key))
        lines = ["Host *", "HostName 127.0.0.1", "Port %d" % self.port, "IdentitiesOnly yes"]
        for name in logins:
            lines += ["Host %s" % name, "IdentityFile %s" % (self.base / name)]
        lines += ["Host wronguser", "User nobody-of-that-name", "IdentityFile %s" % (self.base / next(iter(logins)))]
        lines += ["Host *", "UserKnownHostsFile %s" % (self.base / "known"), "GlobalKnownHostsFile /dev/null"]
        (self.base / "config").write_text("\n".join(lines) + "\n")

    def _answers(self):
        for _ in range(50):
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return True
            except OSError:
                time.sleep(0.1)
        return False

    def cut(self):
        """Every connection is lost at once; the server itself stays, as a network that comes back."""
        for pid in _descendants(self.process.pid):
            try:
                with open("/proc/%d/comm" % pid) as stream:
                    name = stream.read().strip()
                if name.startswith("sshd"):
                    os.kill(pid, signal.SIGKILL)
            except (OSError, ProcessLookupError):
                continue

    def stop(self):
        self.process.terminate()
        self.process.wait(5)


def _descendants(root):
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name) as stream:
                    parents[int(name)] = int(stream.read().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
