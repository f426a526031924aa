"""The probe: any Python from 3.6 on, any file system, always JSON, always in time, nothing left behind."""

from __future__ import annotations

import ast
import glob
import json
import os
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jetdoctor import probe

PROBE = Path(probe.__file__)
BOARDS = Path(__file__).resolve().parent.parent / "fixtures" / "devices"


def interpreters():
    """Python 3 interpreters of this machine, one per minor version, the running one among them."""
    names = ["python3.%d" % minor for minor in range(6, 15)]
    paths = [shutil.which(name) for name in names]
    paths += sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python")))
    found = {}
    for path in [sys.executable, *filter(None, paths)]:
        done = subprocess.run([path, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True)
        if done.returncode == 0:
            found.setdefault(done.stdout, path)
    return list(found.values())


def run(python=sys.executable, *arguments, **options):
    """(facts, seconds) of a probe process."""
    started = time.monotonic()
    done = subprocess.run([python, str(PROBE), *arguments], capture_output=True, timeout=20, **options)
    seconds = time.monotonic() - started
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)["facts"], seconds


def known(facts):
    return {key: fact["value"] for key, fact in facts.items() if fact["value"] is not None}


def tree(base, files):
    for name, text in files.items():
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(base)


def test_syntax_is_that_of_python_3_6():
    ast.parse(PROBE.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_imports_are_of_the_standard_library():
    names = set()
    for node in ast.walk(ast.parse(PROBE.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
    assert names <= {"grp", "json", "os", "re", "stat", "subprocess", "sys", "threading", "time"}


@pytest.mark.parametrize("python", interpreters())
def test_every_python_reads_this_machine_and_a_board(python):
    facts, seconds = run(python)
    assert seconds < 3 and facts["python"]["value"] and facts["kernel"]["value"]
    board, _ = run(python, str(BOARDS / "agx-xavier-jp5.1.1-r35.3.1"))
    assert board["tensorrt"]["value"] == "8.5.2.2" and board["l4t"]["value"] == "35.3.1"


def test_every_fact_has_a_source_or_a_reason():
    for root in [None, *map(str, sorted(BOARDS.iterdir()))]:
        for key, fact in probe.probe(root)["facts"].items():
            assert set(fact) == {"value", "source", "reason"}
            assert fact["source"] if fact["value"] is not None else fact["reason"], (root, key, fact)


def test_standard_input_with_a_hostile_directory(tmp_path):
    (tmp_path / "json.py").write_text("raise SystemExit(9)")
    with open(PROBE, "rb") as stream:
        done = subprocess.run(
            [sys.executable, "-"], stdin=stream, capture_output=True, cwd=str(tmp_path), timeout=20
        )
    assert json.loads(done.stdout)["jetdoctor_probe"] == probe.FORMAT
    assert os.listdir(tmp_path) == ["json.py"]


def test_an_empty_root_knows_nothing_and_says_why(tmp_path):
    (tmp_path / "root").mkdir()
    facts, _ = run(sys.executable, str(tmp_path))
    assert known(facts) == {}
    assert all(fact["reason"] for fact in facts.values())


def test_memory_stays_below_40_mb():
    # A small parent: what a large one held at the fork would count as the child's.
    code = "import os, sys; child = os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:])"
    code += "; print(os.wait4(child, 0)[2].ru_maxrss)"
    arguments = [sys.executable, "-I", "-S", "-c", code, sys.executable, str(PROBE)]
    output = subprocess.run(arguments, capture_output=True, text=True, timeout=20).stdout
    assert int(output.split()[-1]) < 40 * 1024  # KiB


@pytest.mark.parametrize("python", interpreters())
def test_hostile_files(tmp_path, python):
    root = tree(
        tmp_path,
        {
            "root/etc/nv_tegra_release": os.urandom(200000),
            "root/etc/nvpmodel.conf": b"\xff\xfe\x00\xd8",
            "root/usr/local/cuda/version.json": '{"cuda": {"version": ',
            "root/proc/swaps": "Filename\n",
            "cmd/dpkg-query.txt": os.urandom(500000),
            "cmd/nvcc-version.txt": "x" * 3000000,
        },
    )
    base = tmp_path / "root"
    os.makedirs(base / "var/lib/dpkg")
    with open(base / "var/lib/dpkg/status", "wb") as stream:
        stream.truncate(1 << 30)
    os.mkfifo(base / "etc/os-release")
    os.mkfifo(base / "proc/meminfo")
    os.mkfifo(tmp_path / "cmd/tegrastats.txt")
    os.symlink("loop", base / "usr/local/loop")
    os.symlink("../../local", base / "usr/local/cuda-11.4")
    os.symlink("/usr/lib/aarch64-linux-gnu", base / "usr/lib")
    os.chmod(base / "proc/swaps", 0)
    facts, seconds = run(python, root)
    assert seconds < 3
    assert not set(known(facts)) & {"l4t", "cuda", "tensorrt", "ram_mb", "jetpack_packages"}
    assert not [key for key in facts if key.startswith("probe_")]


def test_links_of_a_captured_tree_stay_inside_it(tmp_path):
    root = tree(
        tmp_path, {"root/usr/local/cuda-10.2/version.txt": "CUDA Version 10.2.300\n", "root/etc/x": ""}
    )
    os.symlink("/usr/local/cuda-10.2", tmp_path / "root/usr/local/cuda")
    os.symlink("/../../../../../../../../etc/os-release", tmp_path / "root/etc/os-release")
    assert known(probe.probe(root)["facts"]).get("os") is None
    assert known(probe.probe(root)["facts"])["cuda_version"] == "10.2.300"


def test_commands_that_hang_or_flood_are_ended(tmp_path):
    tree(
        tmp_path,
        {
            "nvpmodel": "#!/bin/sh\nsleep 60\n",
            "nvidia-smi": "#!/bin/sh\nexec yes y\n",
            "tegrastats": "#!/bin/sh\nwhile :; do echo 'RAM 900/3956MB CPU@40C'; sleep 0.1; done\n",
            "systemctl": "#!/bin/sh\nprintf '\\377\\376\\n'; exit 3\n",
        },
    )
    for path in tmp_path.iterdir():
        path.chmod(0o755)
    facts, seconds = run(env=dict(os.environ, PATH="%s:%s" % (tmp_path, os.environ["PATH"])))
    assert seconds < 3.3 and facts["kernel"]["value"]
    assert "RAM 900/3956MB" in facts["tegrastats"]["value"] and facts["power_mode"]["reason"]
    alive = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert str(tmp_path) not in alive


@pytest.mark.parametrize(
    "body, expected",
    [
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGILL)",
            {"bindings_crash": "signal 4", "tensorrt_imports": False},
        ),
        ("raise ImportError('libnvinfer.so.8: cannot open shared object file')", {"tensorrt_imports": False}),
        ("import time; time.sleep(60)", {}),
        (
            "__version__ = '8.4.1.5'\nbool = 1\ndef nptype(x): raise AttributeError(\"no attribute 'bool'\")",
            {"tensorrt_imports": True, "tensorrt_python": "8.4.1.5", "tensorrt_nptype": False},
        ),
    ],
    ids=["illegal instruction", "missing library", "hangs", "np.bool"],
)
def test_bindings_are_imported_in_a_child(tmp_path, body, expected):
    tree(tmp_path, {"tensorrt/__init__.py": body})
    facts, seconds = run(env=dict(os.environ, PYTHONPATH=str(tmp_path), PYTHONDONTWRITEBYTECODE=""))
    assert seconds < 3.3
    assert {key: facts[key]["value"] for key in expected} == expected
    assert (
        facts["tensorrt_imports"]["value"] is not None or "time limit" in facts["tensorrt_imports"]["reason"]
    )
    assert [p.name for p in (tmp_path / "tensorrt").iterdir()] == ["__init__.py"]


def test_python_packages_of_a_tree(tmp_path):
    site = "root/usr/local/lib/python3.8/dist-packages/"
    root = tree(
        tmp_path,
        {
            "cmd/python3-version.txt": "Python 3.8.10\n",
            site
            + "torch/version.py": "__version__ = '2.1.0a0+41361538.nv23.06'\ncuda: Optional[str] = '11.4'\n",
            site + "torch/lib/libtorch_python.so": b"\x7fELF" + b"\0" * 1048500 + b"sm_72 sm_87 compute_87\0",
            site + "onnxruntime_gpu-1.16.0.dist-info/WHEEL": "Tag: cp38-cp38-linux_aarch64\n",
            site + "onnxruntime/capi/libonnxruntime_providers_cuda.so": "",
            site + "onnxruntime/capi/libonnxruntime_providers_shared.so": "",
            site
            + "onnxruntime/capi/build_and_package_info.py": "package_name = 'x'\ncuda_version = '11.4'\n",
            site + "onnx-1.17.0.dist-info/WHEEL": "Tag: cp38-cp38-manylinux_2_28_aarch64\n",
            site + "opencv_python-4.8.1.78.dist-info/METADATA": "",
            site + "tensorrt_cu12-10.7.0.dist-info/METADATA": "",
            site + "cupy_cuda12x-12.3.0.dist-info/METADATA": "",
        },
    )
    facts = known(probe.probe(root)["facts"])
    assert (facts["tensorrt_python"], facts["tensorrt_dist_package"]) == ("10.7.0", "tensorrt-cu12")
    assert (facts["cupy"], facts["cupy_package"]) == ("12.3.0", "cupy-cuda12x")
    assert facts["torch_cuda"] == "11.4" and facts["torch"].startswith("2.1.0a0")
    assert facts["torch_architectures"] == ["sm_72", "sm_87", "compute_87"]
    assert facts["onnxruntime_providers"] == ["cuda", "cpu"] and facts["onnxruntime_cuda"] == "11.4"
    assert facts["onnxruntime_package"] == "onnxruntime-gpu" and facts["opencv"] == "4.8.1.78"
    assert facts["wheel_glibc"] == {"onnx": "2.28"}


def test_tensorrt_wherever_the_loader_looks(tmp_path, monkeypatch):
    files = {
        "root/usr/lib/aarch64-linux-gnu/libnvinfer.so.8.4.1": "", "root/etc/ld.so.conf.d/trt.conf": "/opt/trt/lib\n",
        "root/opt/trt/lib/libnvinfer.so.8.6.1": "", "root/usr/local/lib/libnvonnxparser.so.8.5.2": "",
    }  # fmt: skip
    facts = known(probe.probe(tree(tmp_path, files))["facts"])
    assert (facts["tensorrt"], facts["tensorrt_libraries"]) == ("8.4.1", ["8.4.1", "8.6.1"])
    assert facts["tensorrt_parsers"] == ["8.5.2"]
    monkeypatch.setenv("LD_LIBRARY_PATH", "relative:/opt/other/lib/:")
    assert "/opt/other/lib" in probe.loader_directories(probe.Machine())


@pytest.mark.parametrize(
    ("table", "free"),
    [
        ("Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/m 14400000 14300000 100000 99% /\n", 97),
        ("Filesystem 1M-blocks Used Available Use% Mounted on\n/dev/m 2000000 1 1999999 1% /\n", 1999999),
        ("Filesystem Size Used Avail Use% Mounted on\n/dev/m 14G 13G 0.5G 97% /\n", 512),
    ],
)
def test_little_free_space_is_read_in_the_unit_of_the_table(tmp_path, table, free):
    assert known(probe.probe(tree(tmp_path, {"cmd/df.txt": table}))["facts"])["disk_free_mb"] == free


DPKG_L = """\
||/ Name                      Version                              Architecture
ii  nvidia-l4t-core           36.4.4-20250616085344                arm64
iF  nvidia-l4t-kernel         5.15.148-tegra-36.4.4-20250616085344 arm64
iU  nvidia-l4t-display-kernel 5.15.148-tegra-36.4.4-20250616085344 arm64
rc  libnvinfer8               8.6.2.3-1+cuda12.2                   arm64
un  nvidia-304                <none>                               <none>
iU  some-game                 1.0                                  arm64
"""


def test_packages_that_dpkg_did_not_finish(tmp_path):
    """From what dpkg -l prints, and the same from its database; apt's list adds what the other lacks."""
    apt = "tensorrt/stable,now 10.3.0.30-1+cuda12.5 arm64 [installed]\n"
    files = {"cmd/dpkg-l.txt": DPKG_L, "cmd/apt-list.txt": apt}
    printed = known(probe.probe(tree(tmp_path / "printed", files))["facts"])
    assert printed["packages_unfinished"] == ["nvidia-l4t-display-kernel", "nvidia-l4t-kernel"]
    assert set(printed["packages"]) == {"nvidia-l4t-core", "tensorrt"} and printed["tensorrt"] == "10.3.0.30"
    status = "Package: %s\nStatus: install ok %s\nVersion: 36.4.4-20250616085344\n\n"
    states = {"nvidia-l4t-core": "installed", "nvidia-l4t-kernel": "half-configured", "nvidia-l4t-init": "unpacked"}
    files = {"root/var/lib/dpkg/status": "".join(status % pair for pair in states.items())}
    read = known(probe.probe(tree(tmp_path / "read", files))["facts"])
    assert (set(read["packages"]), len(read["packages_unfinished"])) == ({"nvidia-l4t-core"}, 2)


def test_a_yocto_image_and_strings_that_lost_their_ends(tmp_path):
    files = {
        "root/proc/device-tree/compatible": "nvidia,p3737-0000+p3701-0005nvidia,p3701-0005nvidia,tegra234nvidia,x\n",
        "cmd/uname-r.txt": "5.10.192-l4t-r35.5.0+gabcdef012345\n", "root/usr/lib/libnvinfer.so.8.5.2": "",
    }  # fmt: skip
    facts = known(probe.probe(tree(tmp_path, files))["facts"])
    assert (facts["l4t"], facts["tensorrt"], facts["soc"]) == ("35.5.0", "8.5.2", "tegra234")
    assert ["p3701-0005", "/proc/device-tree/compatible"] in facts["part_numbers"]


def test_how_a_container_got_its_gpu(tmp_path):
    """The mounts are those that runc makes for lists of files (CSV) and for a CDI specification alike."""
    mounts = (
        "overlay / overlay rw,relatime,lowerdir=/var/lib/containers 0 0\n"
        "/dev/vda /etc/nv_tegra_release ext4 ro,relatime 0 0\n"
        "/dev/vda /usr/lib/aarch64-linux-gnu/tegra/libcuda.so.1.1 ext4 ro,relatime 0 0\n"
    )
    release = "# R35 (release), REVISION: 4.1, GCID: 1, BOARD: t186ref, EABI: aarch64, DATE: x\n"
    files = {
        "root/run/.containerenv": "engine=podman\n", "root/proc/self/mounts": mounts,
        "root/etc/nv_tegra_release": release,
        "root/etc/apt/sources.list.d/nvidia-l4t-apt-source.list": "deb https://x/jetson/common r32.7 main\n",
    }  # fmt: skip
    facts = known(probe.probe(tree(tmp_path / "inside", files))["facts"])
    assert facts["container_mounts"] == ["/usr/lib/aarch64-linux-gnu/tegra/libcuda.so.1.1"]
    assert (facts["host_l4t"], facts["apt_release"]) == ("35.4.1", "32.7")
    files["root/proc/self/mounts"] = "overlay / overlay rw 0 0\n"
    assert "host_l4t" not in known(probe.probe(tree(tmp_path / "own", files))["facts"])


def test_how_a_host_gives_containers_a_gpu(tmp_path):
    files = {
        "root/usr/bin/dockerd": "", "root/etc/docker/daemon.json": '{"runtimes": {"nvidia": {"path": "x"}}}',
        "root/etc/nvidia-container-runtime/config.toml": '[nvidia-container-runtime]\nmode = "cdi"\n',
        "root/etc/cdi/nvidia.yaml": "mounts:\n- hostPath: /lib/there.so\n- hostPath: /lib/libgone.so.540.3\n",
        "root/lib/there.so": "",
    }  # fmt: skip
    machine, facts = probe.Machine(tree(tmp_path, files)), probe.Facts()
    machine.live = True  # of a captured tree nobody knows what else the board has
    probe.container_runtime(machine, facts)
    assert facts.value("docker_runtimes") == ["nvidia"] and facts.value("container_mode") == "cdi"
    assert facts.value("container_cdi") == ["/etc/cdi/nvidia.yaml"]
    assert facts.value("container_cdi_gone") == ["/lib/libgone.so.540.3"]
    (tmp_path / "root" / "etc" / "docker" / "daemon.json").write_text("[]", encoding="utf-8")
    facts = probe.Facts()
    probe.container_runtime(machine, facts)
    assert facts.value("docker_runtimes") == []


def elf(*needed):
    """A shared library, as little of it as the loader reads: program headers, dynamic section, names."""
    names, places = b"\0", []
    for name in needed:
        places.append(len(names))
        names += name.encode("ascii") + b"\0"
    base, start = 0x10000, 64 + 2 * 56  # where it is loaded, and where the names lie in the file
    entries = [(1, place) for place in places] + [(5, base + start), (10, len(names)), (0, 0)]
    dynamic = b"".join(struct.pack("<QQ", *entry) for entry in entries)
    size = start + len(names) + len(dynamic)
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 183, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 4096)
    where = start + len(names)
    section = struct.pack("<IIQQQQQQ", 2, 6, where, base + where, base + where, len(dynamic), len(dynamic), 8)
    return head + load + section + names + dynamic


def test_temperatures_throttling_and_vpi(tmp_path):
    thermal = tmp_path / "root" / "sys" / "class" / "thermal"
    for name, files in {
        "thermal_zone0": {"type": "cpu-thermal", "temp": "48500"},
        "thermal_zone1": {"type": "GPU-therm", "temp": "97250"},
        "thermal_zone2": {"type": "cv0-thermal", "temp": "-256000"},
        "thermal_zone3": {"type": "broken", "temp": "?"},
        "thermal_zone4": {"type": "PMIC-Die", "temp": "100000"},
        "cooling_device0": {"type": "gpu-throttle-alert", "cur_state": "1"},
        "cooling_device1": {"type": "cpu-throttle-alert", "cur_state": "0"},
        "cooling_device2": {"type": "pwm-fan", "cur_state": "3"},
    }.items():
        (thermal / name).mkdir(parents=True)
        for file, text in files.items():
            (thermal / name / file).write_text(text + "\n")
    (tmp_path / "root" / "opt" / "nvidia" / "vpi3").mkdir(parents=True)
    facts, _ = run(sys.executable, str(tmp_path))
    assert facts["temperatures"]["value"] == {"cpu": 48.5, "GPU": 97.25}
    assert facts["throttled_by"]["value"] == ["gpu-throttle-alert"]
    assert facts["vpi"]["value"] == "3"


def captured_environment(tmp_path, system_site):
    """A captured tree with one virtual environment, an x86 wheel in it, and TensorRT for the system's Python."""
    environment = tmp_path / "root" / "home" / "me" / "env"
    wheel = environment / "lib" / "python3.10" / "site-packages" / "numpy-2.2.6.dist-info"
    wheel.mkdir(parents=True)
    (environment / "pyvenv.cfg").write_text("include-system-site-packages = %s\n" % system_site)
    (wheel / "WHEEL").write_text("Tag: cp310-cp310-manylinux_2_17_x86_64\nTag: cp310-cp310-manylinux2014_x86_64\n")
    system = tmp_path / "root" / "usr" / "lib" / "python3.10" / "dist-packages" / "tensorrt-10.3.0.dist-info"
    system.mkdir(parents=True)
    return known(run(sys.executable, str(tmp_path))[0])


@pytest.mark.parametrize("system_site", ["true", "false"])
def test_a_captured_environment(tmp_path, system_site):
    facts = captured_environment(tmp_path, system_site)
    assert (facts["venv"], facts["numpy"]) == ("/home/me/env", "2.2.6")
    assert facts["wheel_processors"] == {"numpy": "x86_64"}
    assert facts.get("tensorrt_python") == ("10.3.0" if system_site == "true" else None)


def test_of_two_captured_environments_none_is_meant(tmp_path):
    (tmp_path / "root" / "opt" / "other").mkdir(parents=True)
    (tmp_path / "root" / "opt" / "other" / "pyvenv.cfg").write_text("")
    facts = captured_environment(tmp_path, "true")
    assert "venv" not in facts and "numpy" not in facts


@pytest.mark.parametrize(
    ("printed", "imports", "error"),
    [
        ("Traceback ...\nImportError: libnvinfer.so.8: too short\n", False, "ImportError: libnvinfer.so.8: too short"),
        ("ModuleNotFoundError: No module named 'tensorrt'\n", None, None),
        ("10.3.0\n", True, None),
    ],
)
def test_an_import_that_somebody_kept(tmp_path, printed, imports, error):
    (tmp_path / "cmd").mkdir()
    (tmp_path / "cmd" / "import-tensorrt.txt").write_text(printed)
    facts = known(run(sys.executable, str(tmp_path))[0])
    assert (facts.get("tensorrt_imports"), facts.get("tensorrt_error")) == (imports, error)


def test_libraries_that_a_wheel_is_linked_with(tmp_path):
    site = "root/usr/local/lib/python3.10/dist-packages/"
    cuda = elf("libcublasLt.so.11", "libcudnn.so.8", "libc.so.6")
    root = tree(
        tmp_path,
        {
            "cmd/python3-version.txt": "Python 3.10.12\n",
            site + "onnxruntime/capi/libonnxruntime_providers_cuda.so": cuda,
            site + "torch/lib/libtorch_cuda.so": elf("libcudart.so.12", "libcublas.so.12"),
            site + "torch/lib/libcudart.so.12": "brought along",
            site + "nvidia/cublas/lib/libcublas.so.12": "brought along",
            site + "cv2/cv2.abi3.so": cuda[:200],
        },
    )
    facts = known(probe.probe(root)["facts"])
    assert facts["wheel_libraries"] == {"onnxruntime": ["libcublasLt.so.11", "libcudnn.so.8"]}


def library_with_gpu_code(*containers):
    """An ELF file of two sections, their names and GPU code: containers of (kind, architecture), 1 is PTX, 2 binary."""
    code = b""
    for entries in containers:
        heads = [struct.pack("<HHIQIIHHI28x", kind, 257, 60, 8, 8, 0, 7, 1, sm) for kind, sm in entries]
        body = b"".join(head + bytes(8) for head in heads)
        code += struct.pack("<IHHQ", 0xBA55ED50, 1, 16, len(body)) + body
        code += bytes(-len(code) % 8)
    names = b"\0.shstrtab\0.nv_fatbin\0\0\0"  # sections begin at multiples of eight
    head = b"\x7fELF\x02\x01\x01" + bytes(33) + struct.pack("<Q", 64 + len(names) + len(code)) + bytes(10)
    head += struct.pack("<HHH", 64, 3, 1)
    section = lambda name, start, size: struct.pack("<IIQQQQ24x", name, 1, 0, 0, start, size)  # noqa: E731
    rows = bytes(64) + section(1, 64, len(names)) + section(11, 64 + len(names), len(code))
    return head + names + code + rows


def test_gpu_code_tells_what_it_was_compiled_for(tmp_path):
    data = library_with_gpu_code([(2, 72), (2, 87)], [(2, 87), (1, 87)])
    path = "root/usr/local/lib/python3.10/dist-packages/onnxruntime/capi/libonnxruntime_providers_cuda.so"
    root = tree(tmp_path, {"cmd/python3-version.txt": "Python 3.10.12\n", path: data})
    assert known(probe.probe(root)["facts"])["wheel_architectures"] == {"onnxruntime": ["compute_87", "sm_72", "sm_87"]}
    for cut in range(0, len(data), 7):  # damaged: it ends, and invents nothing
        (tmp_path / path).write_bytes(data[:cut])
        assert set(probe.compiled_for(probe.Files(tmp_path / "root"), path[4:])) <= {"compute_87", "sm_72", "sm_87"}
    rtx = next((p for d in sys.path for p in Path(d).glob("tensorrt_rtx_libs/libtensorrt_rtx.so.1")), None)
    if rtx:  # NVIDIA's own library, 223 MB
        assert {"sm_75", "sm_86", "sm_120", "compute_121"} <= set(probe.compiled_for(probe.Files(), str(rtx)))


def test_a_library_of_this_machine_is_read_as_the_loader_reads_it():
    import _ctypes

    if not sys.platform.startswith("linux") or not getattr(_ctypes, "__file__", ""):
        pytest.skip("no shared library to read here")
    assert any(name.startswith("libc.so") for name in probe.needed(probe.Files(), _ctypes.__file__))


@pytest.mark.parametrize("cut", [0, 10, 64, 100, 176, 230])
def test_a_damaged_library_names_nothing_and_ends(tmp_path, cut):
    (tmp_path / "x.so").write_bytes(elf("libcudart.so.12")[:cut] + b"\xff" * 40)
    assert probe.needed(probe.Files(), str(tmp_path / "x.so")) in ([], ["libcudart.so.12"])


def test_header_macros_of_tensorrt_10_11_are_resolved(tmp_path):
    header = ""
    for part, number in (("MAJOR", 10), ("MINOR", 13), ("PATCH", 3), ("BUILD", 9)):
        header += "#define TRT_%s_ENTERPRISE %d\n" % (part, number)
        header += "#define NV_TENSORRT_%s TRT_%s_ENTERPRISE\n" % (part, part)
    root = tree(tmp_path, {"root/usr/include/aarch64-linux-gnu/NvInferVersion.h": header})
    assert known(probe.probe(root)["facts"])["tensorrt"] == "10.13.3.9"


@pytest.mark.parametrize(
    "text, numbers",
    [
        ("699-13767-0000-301 G.1", ["p3767-0000"]),
        ("3767-0000-301 3768-0000-ES1", ["p3767-0000", "p3768-0000"]),
        ("nvidia,p3768-0000+p3767-0005-super", ["p3768-0000", "p3767-0005"]),
        ("TNSPEC 3767-300-0003-N.2-1-1-jetson-orin-nano-devkit-", []),
        ("nvidia,jetson-nano", []),
    ],
)
def test_part_numbers(text, numbers):
    assert probe.part_numbers(text) == numbers


def test_version_codes_and_sizes():
    assert [probe.from_code(code) for code in (8401, 8502, 100300)] == ["8.4.1", "8.5.2", "10.3.0"]
    assert [probe.megabytes_of(cell, "") for cell in ("7.4Gi", "3956", "4051048", "635M", "?")] == [
        7577, 3956, 3956, 635, None,
    ]  # fmt: skip


def test_without_privileges(tmp_path):
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("needs root and setpriv to become nobody")
    python = shutil.which("python3", path="/usr/bin:/bin")
    if not python:
        pytest.skip("no system python3 that nobody may run")
    with open(PROBE, "rb") as stream:
        done = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", python, "-"],
            stdin=stream, capture_output=True, timeout=20, cwd="/",
        )  # fmt: skip
    facts = json.loads(done.stdout)["facts"]
    assert facts["root"]["value"] is False and facts["ram_mb"]["value"] and facts["groups"]["value"]
