"""Devices: what the readings mean, snapshots, targets, advice, fleets, and a real sshd on loopback."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jetdoctor import device as room
from jetdoctor.check import check_device
from jetdoctor.device import ssh
from jetdoctor.device.derive import derive
from jetdoctor.types import Device, Fact, JetdoctorError, UsageError
from tests.cases import every_case

BOARDS = sorted((Path(__file__).resolve().parent.parent / "fixtures" / "devices").iterdir())
CONTRACT = ("jetpack l4t module soc compute_capability ram_mb dla cuda cudnn tensorrt python numpy container").split()

JETSON_RELEASE_3 = """
 - NVIDIA Jetson Nano (Developer Kit Version)
   * Jetpack 4.6 [L4T 32.6.1]
   * NV Power Mode: MAXN - Type: 0
   * jetson_stats.service: active
 - Libraries:
   * CUDA: 10.2.300
   * cuDNN: 8.2.1.32
   * TensorRT: 8.0.1.6
   * OpenCV: 4.5.0 compiled CUDA: YES
   * VPI: ii libnvvpi1 1.1.12 arm64 NVIDIA Vision Programming Interface library
"""
JETSON_RELEASE_4 = """Software part of jetson-stats 4.2.9 - (c) 2024, Raffaello Bonghi
Model: NVIDIA Jetson Orin NX Engineering Reference Developer Kit - Jetpack 6.0 [L4T 36.3.0]
NV Power Mode[1]: 10W
Serial Number: [XXX Show with: jetson_release -s XXX]
Hardware:
 - P-Number: p3767-0000
 - Module: NVIDIA Jetson Orin NX (16GB ram)
Platform:
 - Release: 5.15.136-tegra
Libraries:
 - CUDA: 12.2.140
 - cuDNN: 8.9.4.25
 - TensorRT: Not installed
 - OpenCV: 4.8.0 - with CUDA: NO
"""
JETSON_RELEASE_NEW_L4T = """Software part of jetson-stats 4.3.2 - (c) 2024, Raffaello Bonghi
Jetpack missing!
 - Model: NVIDIA Jetson Orin NX Engineering Reference Developer Kit
 - L4T: 36.4.4
NV Power Mode[3]: 25W
Hardware:
 - P-Number: p3767-0000
Libraries:
 - CUDA: 12.6.68
 - TensorRT: 10.3.0.30
"""
JETSON_RELEASE_BARE = """Model: NVIDIA Jetson AGX Orin Developer Kit - Jetpack 6.0 [L4T 36.3.0]
Hardware:
 - Module: NVIDIA Jetson AGX Orin (32GB ram)
Libraries:
 - CUDA: Not installed
 - TensorRT: Not installed
"""
JTOP_ERROR_LOG = """------------------
Path: /etc/nv_tegra_release
# R38 (release), REVISION: 2.0, GCID: 41844464, BOARD: generic, EABI: aarch64, DATE: Fri Aug 22 00:55:42 UTC 2025
------------------
Path: /sys/firmware/devicetree/base/model
NVIDIA Jetson AGX Thor Developer Kit
------------------
Path: /proc/device-tree/nvidia,boardids
No such file or directory
------------------
Path: /proc/device-tree/compatible
nvidia,p4071-0000+p3834-0008
"""
JETSON_STATS_ISSUE = """### Board
 - Model: lanai-3636
 - P-Number: p\xff\xff\xff\xff-\xff\xff\xff\xff
 - BoardIDs: p3636-0001-A0
 - Module: **MISSING**
 - L4T: 32.7.1
 - Jetpack: 4.6.1
"""
JETSON_INFO = " NVIDIA Jetson TX2\n L4T 32.4.3 [ JetPack 4.4 ]\n Ubuntu 18.04.4 LTS\n CUDA 10.2.89\n"


def made(**values):
    return Device(derive({key: Fact(value, "test") for key, value in values.items()}))


def flat(device):
    return {key: device.get(key) for key in CONTRACT}


@pytest.mark.parametrize("board", BOARDS, ids=lambda path: path.name)
def test_boards_give_every_expected_fact(board):
    expected = json.loads((board / "provenance.json").read_text())["expect"]
    device = room.from_root(str(board))
    assert {key: device.get(key) for key in expected} == expected


def test_a_spoilt_nano_shows_what_its_owner_learnt_the_hard_way():
    spoilt = room.from_root(str(next(path for path in BOARDS if "spoilt" in path.name)))
    found = {finding.rule: finding.severity for finding in check_device(spoilt)}
    errors = {rule for rule, severity in found.items() if severity == "error"}
    assert errors == {"JD111", "JD112", "JD116", "JD118"}
    assert {"JD113", "JD120", "JD121"} <= set(found)


def test_a_healthy_board_has_no_error_and_no_warning():
    healthy = room.from_root(str(next(path for path in BOARDS if "xavier" in path.name)))
    assert {finding.severity for finding in check_device(healthy)} <= {"info"}
    assert [finding.rule for finding in check_device(healthy)] == ["JD122"]  # 30 W, and it has MAXN


def test_no_reading_of_a_board_is_of_a_wrong_kind():
    for device in [room.inspect_local(), *(room.from_root(str(board)) for board in BOARDS)]:
        assert not [key for key, fact in device.facts.items() if "wrong kind" in (fact.reason or "")]


@pytest.mark.parametrize(
    "facts, findings",
    [
        # Xavier NX: numpy 1.17 of the distribution is fine on 5.0.2, 1.24 is not
        (dict(l4t="35.1.0", tensorrt="8.4.1.5", numpy="1.17.4", python="3.8.10"), set()),
        (dict(l4t="35.1.0", tensorrt="8.4.1.5", numpy="1.24.3", python="3.8.10"), {"JD108"}),
        # the same note: no PyTorch 2 on 5.0.2, an OpenCV without CUDA is what JetPack has
        (dict(l4t="35.1.0", torch="2.0.0+nv23.05", torch_cuda="11.4"), {"JD111"}),
        (dict(l4t="35.1.0", opencv="4.5.4", opencv_cuda=False), set()),
        # JetBot: torch paired with CUDA 10.0 on 10.2
        (dict(l4t="32.6.1", torch="1.4.0", torch_cuda="10.0", cuda="10.2"), {"JD111"}),
        # Orin Nano: system Python 3.10, not a 3.11 venv
        (dict(l4t="36.4.3", python="3.11.9", venv="/home/x/env", venv_system_site=False), {"JD106"}),
        (dict(l4t="36.4.3", python="3.10.12", tensorrt_imports=True, tensorrt="10.3.0.30"), set()),
    ],
)
def test_environments_of_the_field_notes(facts, findings):
    serious = {f.rule for f in check_device(made(**facts)) if f.severity != "info"}
    assert serious == findings


@pytest.mark.parametrize(
    "facts, expected",
    [
        (dict(l4t="36.4.3"), dict(jetpack="6.2", soc="tegra234", compute_capability="8.7", module=None)),
        (dict(l4t="35.4.1"), dict(jetpack="5.1.2", soc=None, compute_capability=None)),
        (dict(l4t="39.2.0", jetpack_packages="7.2.1"), dict(jetpack="7.2.1")),
        (dict(l4t="39.2.0", packages={"cuda-cudart-13-2": "13.2.86-1"}), dict(jetpack="7.2.1")),
        (dict(l4t="35.1.0", jetpack_packages="5.1.2"), dict(jetpack="5.0.2")),
        (dict(l4t="41.0.0"), dict(jetpack=None)),
        (dict(board_model="lanai-3636"), dict(module="tx2-nx", soc="tegra186", dla=0)),
        (dict(board_model="NVIDIA Jetson Orin Nano Developer Kit"), dict(soc="tegra234", module=None)),
        (dict(board_model="NVIDIA Jetson Nano Developer Kit"), dict(soc="tegra210", module=None)),
        (dict(l4t="39.2.0", gpu="NVIDIA Thor", ram_mb=125811), dict(module="thor-t5000", dla=0)),
        (dict(soc="tegra234", ram_mb=62841), dict(module=None, compute_capability="8.7", dla=None)),
        (dict(part_numbers=[["p2888-0001", "x"]], ram_mb=31144), dict(module="agx-xavier-32gb")),
        (dict(part_numbers=[["p2888-0001", "x"]], ram_mb=15700), dict(module="agx-xavier-16gb")),
        (dict(part_numbers=[["p2888-0001", "x"]]), dict(module=None)),
        (dict(part_numbers=[["p3701-0001", "eeprom"], ["p3701-0000", "dt"]]), dict(module="agx-orin-64gb")),
        (
            dict(gpu="NVIDIA GeForce RTX 4090", gpu_compute_capability="8.9"),
            dict(compute_capability="8.9", soc=None),
        ),
        (dict(), dict.fromkeys(CONTRACT)),
    ],
)
def test_one_answer_or_none(facts, expected):
    device = made(**facts)
    assert {key: device.get(key) for key in expected} == expected
    for key, value in expected.items():
        assert value is not None or device.facts[key].reason


def test_a_directory_that_is_no_board(tmp_path):
    with pytest.raises(UsageError, match="neither a root/ nor a cmd/"):
        room.from_root(str(tmp_path))


def test_json_keeps_the_contract():
    document = room.to_json(room.inspect_local(), ())
    assert set(CONTRACT) | {"findings", "details"} <= set(document)
    assert all(set(fact) == {"value", "source", "reason"} for fact in document["details"].values())
    json.dumps(document)


@pytest.mark.parametrize(
    "facts, name, tensorrt",
    [
        (
            dict(l4t="35.1.0", tensorrt="8.4.1.5", part_numbers=[["p3668-0001", "x"]]),
            "xavier-nx@jetpack-5.0.2",
            "8.4.1",
        ),
        (dict(l4t="36.4.3", tensorrt="10.7.0.23"), "jetpack-6.2+tensorrt-10.7.0", "10.7.0"),
        (dict(l4t="39.2.0"), "jetpack-7.2", "10.16.2"),
        (dict(tensorrt="8.6.1"), "tensorrt-8.6.1", "8.6.1"),
        (dict(), "local", None),
    ],
)
def test_a_device_is_a_target(facts, name, tensorrt):
    target = room.as_target(made(**facts))
    assert (target.name, target.tensorrt) == (name, tensorrt)


def test_a_32_gb_developer_kit_is_no_64_gb_one():
    target = room.as_target(made(part_numbers=[["p3701-0000", "x"]], ram_mb=30536))
    assert target.module.id == "agx-orin-64gb" and target.module.ram_mb == 30536


def save(device, path, secrets=()):
    Path(path).write_text(room.snapshot_text(device, secrets))


@pytest.mark.parametrize("board", BOARDS, ids=lambda path: path.name)
def test_a_snapshot_brings_the_board_back(board, tmp_path):
    device = room.from_root(str(board))
    path = str(tmp_path / "board.json")
    save(device, path)
    again = room.from_snapshot(path)
    assert flat(again) == flat(device)
    assert [f.rule for f in check_device(again)] == [f.rule for f in check_device(device)]


def test_a_snapshot_names_nobody(tmp_path):
    device = made(
        tensorrt_python_path="/home/alice/.local/lib/python3.8/site-packages/tensorrt/__init__.py",
        tegrastats="host=%s mac 48:b0:2d:ab:cd:ef serial number: 1423020012345" % socket.gethostname(),
        groups=["alice", "video"],
        python_executable="/media/usbdisk/env/bin/python",
    )
    path = tmp_path / "board.json"
    save(device, str(path), ["alice", "robot7.lan"])
    text = path.read_text()
    for secret in ("alice", "48:b0", "1423020012345", "usbdisk", "host=" + socket.gethostname()):
        assert secret not in text
    assert "/home/USER/.local/lib/python3.8" in text and "video" in text


def test_a_board_called_nano_keeps_its_module(tmp_path):
    path = tmp_path / "board.json"
    save(made(part_numbers=[["p3448-0000", "x"]], tegrastats="cpu@52.5C"), str(path), ["nano"])
    again = room.from_snapshot(str(path))
    assert again.get("module") == "nano" and again.get("tegrastats") == "cpu@52.5C"


def test_output_of_the_probe_and_of_device_are_snapshots(tmp_path):
    board = str(BOARDS[0])
    raw = subprocess.run([sys.executable, ssh.probe.__file__, board], capture_output=True).stdout
    (tmp_path / "raw.json").write_bytes(raw)
    (tmp_path / "device.json").write_text(json.dumps(room.to_json(room.from_root(board))))
    assert flat(room.from_snapshot(str(tmp_path / "raw.json"))) == flat(room.from_root(board))
    assert flat(room.from_snapshot(str(tmp_path / "device.json"))) == flat(room.from_root(board))


@pytest.mark.parametrize(
    "text, expected",
    [
        (
            JETSON_RELEASE_3,
            dict(jetpack="4.6", l4t="32.6.1", cuda="10.2", tensorrt="8.0.1.6", opencv_cuda=True),
        ),
        (
            JETSON_RELEASE_4,
            dict(jetpack="6.0", module="orin-nx-16gb", tensorrt=None, opencv_cuda=False, dla=2),
        ),
        (JETSON_RELEASE_NEW_L4T, dict(jetpack="6.2.1", l4t="36.4.4", module="orin-nx-16gb", tensorrt="10.3.0.30")),
        (JETSON_RELEASE_BARE, dict(jetpack="6.0", module="agx-orin-32gb", not_installed=["cuda", "tensorrt"])),
        (JTOP_ERROR_LOG, dict(jetpack="7.0", module="thor-t5000", board_model="NVIDIA Jetson AGX Thor Developer Kit")),
        (JETSON_STATS_ISSUE, dict(jetpack="4.6.1", module="tx2-nx", board_model="lanai-3636")),
        (JETSON_INFO, dict(jetpack="4.4", soc="tegra186", cuda="10.2", tensorrt=None)),
        ("# R36 (release), REVISION: 4.7, GCID: 1, BOARD: generic\n", dict(jetpack="6.2.1", soc="tegra234")),
    ],
)
def test_text_of_jetson_release_is_a_snapshot(tmp_path, text, expected):
    path = tmp_path / "release.txt"
    path.write_text(text)
    device = room.from_snapshot(str(path))
    assert {key: device.get(key) for key in expected} == expected


def test_what_a_text_says_is_missing_is_missing(tmp_path):
    (tmp_path / "bare.txt").write_text(JETSON_RELEASE_BARE)
    device = room.from_snapshot(str(tmp_path / "bare.txt"))
    assert [f.rule for f in check_device(device) if f.severity == "warning"] == ["JD127"]
    assert device.facts["tensorrt"].reason == "not installed, says the text"
    assert device.facts["python"].reason == "the text does not say"


@pytest.mark.parametrize(
    "content",
    ["", "{}", "L4T: new", "Model: Jetson\nTensorRT: 8.5.2.2", "[" * 100000, "[1]", '{"facts": 3}', "hello", "\0\0",
     '{"a":'],
)  # fmt: skip
def test_what_is_no_snapshot_is_said_in_one_line(tmp_path, content):
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(UsageError, match="not a snapshot of a device|no facts of a device") as error:
        room.from_snapshot(str(path))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("junk", [[1, [2]], {"a": None}, -5, 1e400, True, "\x1b[31m" * 3, "x" * 9999, "8.4.1\n"])
def test_a_snapshot_with_junk_values_is_no_crash(tmp_path, junk):
    genuine = json.loads(json.dumps(room.to_json(room.from_root(str(BOARDS[-1])))["details"]))
    path = tmp_path / "junk.json"
    path.write_text(json.dumps({"facts": {key: dict(fact, value=junk) for key, fact in genuine.items()}}))
    device = room.from_snapshot(str(path))
    check_device(device)
    room.to_json(device)
    done = subprocess.run(
        [sys.executable, "-m", "jetdoctor", "device", "--snapshot", str(path)], capture_output=True, text=True
    )
    assert done.returncode in (0, 1), done.stderr
    assert "\x1b" not in done.stdout and "JD000" not in done.stdout


def test_no_rule_and_no_advice_crashes_on_odd_values():
    pool = {}
    for case in every_case():
        for key, value in json.loads(case.blocks.get("device", "{}")).items():
            pool.setdefault(key, []).append(value)
    odd = ["", "x", "1", "8", "8.4", "main", "v1.2", "1.0a", "10.", "999.9.9"]
    chance = random.Random(7)
    for _ in range(600):
        keys = chance.sample(sorted(pool), chance.randint(1, 14))
        values = {key: chance.choice(pool[key]) for key in keys}
        values.update(
            {k: chance.choice(odd) for k, v in values.items() if isinstance(v, str) and chance.random() < 0.4}
        )
        device = made(**values)
        assert "JD000" not in [finding.rule for finding in check_device(device)], values
        room.to_json(device)


def test_advice_fits_the_board_and_never_harms():
    for board in BOARDS:
        device = room.from_root(str(board))
        text = " ".join(piece.text for piece in room.advice(device))
        assert "apt upgrade" not in text and "install tensorrt" not in text
    xavier = room.advice(made(l4t="35.1.0", tensorrt="8.4.1.5", part_numbers=[["p3668-0001", "x"]]))
    text = "\n".join("%s: %s" % (piece.topic, piece.text) for piece in xavier)
    assert "torch-1.13.0a0+d0d6b1f2.nv22.10-cp38" in text and "recorded 2026-11-20" in text
    assert "numpy<1.24" in text and "newest for xavier-nx: 5.1.6" in text and "memPoolSize=workspace:1024" in text
    assert room.advice(made(gpu="NVIDIA GeForce RTX 4090")) == ()


def test_a_fleet_shows_what_differs_and_its_weakest_target():
    fleet = [room.from_root(str(board)) for board in BOARDS]
    rows = {key: differs for key, _, differs in room.compare(fleet)}
    assert rows["tensorrt"] and rows["jetpack"]
    assert room.common_target(fleet).name == "nano-emmc@jetpack-4.6.4"
    assert room.common_target([made()]) is None


def test_a_fleet_as_text_fits_80_columns(tmp_path):
    paths = []
    for board in BOARDS:
        paths += ["--snapshot", str(tmp_path / board.name[:12])]
        save(room.from_root(str(board)), paths[-1])
    done = subprocess.run(
        [sys.executable, "-m", "jetdoctor", "device", *paths],
        capture_output=True,
        text=True,
        env=dict(os.environ, COLUMNS="80"),
    )
    assert done.returncode == 1 and "JD116" in done.stdout and "weakest: " in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


# --- SSH ----------------------------------------------------------------------------------------------------

#: Name of a login -> what its key runs instead of a plain shell (sshd's ForceCommand by key).
LOGINS = {
    "good": "",
    "noisy": "echo 'Welcome to {robot}'; echo '{\"motd\": 1}'; sh -c \"$SSH_ORIGINAL_COMMAND\"; echo bye",
    "nopython": "PATH=/nowhere; export PATH; $SSH_ORIGINAL_COMMAND",
    "cut": "printf '{\"facts\": {'; kill -9 $PPID",
    "slow": 'sleep 2; sh -c "$SSH_ORIGINAL_COMMAND"',
    "ancient": "echo 'SyntaxError: invalid syntax' >&2; exit 1",
}


@pytest.fixture(scope="module")
def sshd(tmp_path_factory):
    """A real sshd on loopback with keys of its own; JETDOCTOR_SSH points a client at it."""
    server = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin")
    if not server or not shutil.which("ssh-keygen"):
        pytest.skip("no sshd here: apt-get install openssh-server")
    base = tmp_path_factory.mktemp("sshd")
    for name in ["host", *LOGINS]:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(base / name)], check=True)
    port = free_port()
    write_server(base, port)
    write_client(base, port)
    if os.geteuid() == 0:
        os.makedirs("/run/sshd", exist_ok=True)
    process = subprocess.Popen([server, "-D", "-e", "-f", str(base / "sshd_config")], stderr=subprocess.DEVNULL)
    for _ in range(50):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            break
        except OSError:
            time.sleep(0.1)
    else:
        process.terminate()
        pytest.skip("sshd does not start on this machine")
    yield base
    process.terminate()
    process.wait(5)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def write_server(base, port):
    keys = []
    for name, forced in LOGINS.items():
        option = 'command="%s" ' % forced.replace('"', '\\"') if forced else ""
        keys.append(option + (base / (name + ".pub")).read_text())
    (base / "keys").write_text("".join(keys))
    (base / "banner").write_text("Authorized access only {\n")
    (base / "sshd_config").write_text(
        "ListenAddress 127.0.0.1\nPort %d\nHostKey %s\nAuthorizedKeysFile %s\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
        "PidFile none\nBanner %s\n" % (port, base / "host", base / "keys", base / "banner")
    )


def write_client(base, port):
    kind, key = (base / "host.pub").read_text().split()[:2]
    (base / "known").write_text("[127.0.0.1]:%d %s %s\n" % (port, kind, key))
    (base / "known_other").write_text("[127.0.0.1]:%d %s\n" % (port, (base / "good.pub").read_text().strip()))
    (base / "known_none").write_text("")
    lines = ["Host *", "HostName 127.0.0.1", "Port %d" % port, "IdentitiesOnly yes"]
    for name in LOGINS:
        lines += ["Host %s" % name, "IdentityFile %s" % (base / name)]
    lines += ["Host stranger changed wronguser", "IdentityFile %s" % (base / "good")]
    lines += ["Host stranger", "UserKnownHostsFile %s" % (base / "known_none")]
    lines += ["Host changed", "UserKnownHostsFile %s" % (base / "known_other")]
    lines += ["Host wronguser", "User nobody-of-that-name"]
    lines += ["Host *", "UserKnownHostsFile %s" % (base / "known"), "GlobalKnownHostsFile /dev/null"]
    (base / "config").write_text("\n".join(lines) + "\n")


@pytest.fixture
def client(sshd, monkeypatch):
    monkeypatch.setenv("JETDOCTOR_SSH", "ssh -F %s" % (sshd / "config"))
    return sshd


@pytest.mark.parametrize("host", ["good", "noisy", "slow"])
def test_ssh_reads_the_board(client, host):
    (device,) = room.over_ssh(host)
    assert isinstance(device, Device), device
    assert device.origin == host and device.get("kernel") == os.uname().release and device.get("python")


@pytest.mark.parametrize(
    "host, line",
    [
        ("stranger", "host key is not known yet"),
        ("changed", "host key has changed"),
        ("wronguser", "refused the login"),
        ("nopython", "has no python3"),
        ("cut", "connection was lost"),
        ("ancient", "ended with status 1 and no answer"),
    ],
)
def test_ssh_failures_are_one_clear_line(client, host, line):
    (error,) = room.over_ssh(host)
    assert isinstance(error, JetdoctorError) and error.exit_code == 3
    assert str(error).startswith(host + ": ") and line in str(error) and "\n" not in str(error)


def test_ssh_trusts_nobody_new(client):
    room.over_ssh("stranger")
    assert (client / "known_none").read_text() == ""


def test_a_stuck_link_ends_in_time(client):
    started = time.monotonic()
    (error,) = room.over_ssh("slow", seconds=1)
    assert "no complete answer within 1 s" in str(error) and time.monotonic() - started < 3


def test_several_boards_are_read_at_once(client):
    started = time.monotonic()
    found = room.over_ssh("slow", "slow", "stranger", "slow")
    assert [isinstance(device, Device) for device in found] == [True, True, False, True]
    assert time.monotonic() - started < 8


def test_nothing_listens(monkeypatch):
    if not shutil.which("ssh"):
        pytest.skip("no ssh client")
    monkeypatch.setenv("JETDOCTOR_SSH", "ssh -F /dev/null -p %d" % free_port())
    (error,) = room.over_ssh("someone@127.0.0.1")
    assert "nothing listens for SSH there" in str(error)


def test_a_broken_ssh_configuration_is_shown(monkeypatch, tmp_path):
    if not shutil.which("ssh"):
        pytest.skip("no ssh client")
    (tmp_path / "config").write_text("NoSuchOption yes\n")
    monkeypatch.setenv("JETDOCTOR_SSH", "ssh -F %s" % (tmp_path / "config"))
    (error,) = room.over_ssh("someone@127.0.0.1")
    assert "ssh failed" in str(error) and "\n" not in str(error)


def test_no_ssh_client(monkeypatch):
    monkeypatch.setenv("JETDOCTOR_SSH", "/no/such/ssh")
    (error,) = room.over_ssh("someone@127.0.0.1")
    assert "no ssh client" in str(error)


@pytest.mark.parametrize("host", ["-oProxyCommand=touch /tmp/x", "", "a b"])
def test_a_host_is_never_an_option(host):
    with pytest.raises(UsageError, match="is not a host"):
        room.over_ssh(host)


def test_command_line_over_ssh(client, tmp_path):
    def run(*arguments):
        return subprocess.run([sys.executable, "-m", "jetdoctor", "device", *arguments], capture_output=True, text=True)

    done = run("--ssh", "good", "--format", "json", "--save", str(tmp_path / "board.json"))
    assert done.returncode == 0, done.stderr
    assert set(CONTRACT) <= set(json.loads(done.stdout))
    assert "good" not in (tmp_path / "board.json").read_text()
    lost = run("--ssh", "good", "--ssh", "stranger", "--format", "json")
    assert lost.returncode == 3 and len(json.loads(lost.stdout)["devices"]) == 2
    assert "Traceback" not in lost.stderr and "host key is not known yet" in lost.stderr


def test_device_for_a_model_speaks_of_both(capsys):
    from jetdoctor.cli import main

    board = str(next(path for path in BOARDS if "xavier" in path.name))
    models = Path(__file__).resolve().parent.parent / "fixtures" / "models"
    bad, sound = (str(models / ("gap_classifier_%s.onnx" % how)) for how in ("dynamo_opset18", "torchscript_opset13"))
    assert main(["device", "--root", board, "--for", bad, "--format", "json"]) == 1
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert result["target"]["tensorrt"] and "JD204" in {f["rule"] for f in result["findings"]}
    assert main(["device", "--root", board, "--for", sound]) == 0
    assert main(["device", "--root", board, "--for", "nothing.onnx"]) == 2
