"""Read the facts of a machine: one file, standard library only, Python 3.6, no root, nothing written.

Runs in place (``probe()``), as ``ssh host python3 - < probe.py`` (prints JSON), and on a captured tree
(``probe.py DIR`` reads ``DIR/root/...`` for files and ``DIR/cmd/*.txt`` for what commands printed).

It is one file, and longer than the others, because it travels alone to boards that have no jetdoctor. It only
*reads*: what a fact means (which module, which JetPack, healthy or not) is decided in ``jetdoctor.device``.
Every fact is ``{"value", "source", "reason"}``: where it was read, or why it is unknown. Files are opened
without blocking and read up to a limit, commands and imports run as children with a time limit, and a
watchdog prints what is known when time is up, so that a hostile file system cannot hang it.
"""

import sys

if __name__ == "__main__":  # beside this file lies a types.py, and in a home directory anything may lie
    sys.path[:] = sys.path[1:]

import json  # noqa: E402
import os  # noqa: E402
import re  # noqa: E402
import stat  # noqa: E402
import subprocess  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402

FORMAT = 1
TIME_LIMIT = 2.6  # seconds for everything; children are given what is left of it
READ_LIMIT = 256 * 1024  # bytes of one file
LIST_LIMIT = 20000  # entries of one directory
PACKAGE_DATABASE_LIMIT = 32 * 1024 * 1024

#: Debian packages that say something about the GPU software.
PACKAGE = re.compile(
    r"(nvidia-|cuda-|libcudnn|libnvinfer|libnvonnxparsers|tensorrt|python3-libnvinfer|libopencv|libnvvpi"
    r"|onnx-graphsurgeon|python3-numpy$|libc6$|zram-config$)"
)

#: What dpkg calls a package that it began to install and did not finish: in ``dpkg -l``, in its database.
UNFINISHED = ("U", "F", "H")
HALF_STATES = ([b"unpacked"], [b"half-configured"], [b"half-installed"])

#: Python distribution -> key of the fact with its version.
#: (package, a library of it that is linked with the GPU's, where it keeps libraries of its own), below a site folder.
LINKED = (
    ("onnxruntime", "onnxruntime/capi/libonnxruntime_providers_cuda.so", "onnxruntime/capi"),
    ("onnxruntime", "onnxruntime/capi/libonnxruntime_providers_tensorrt.so", "onnxruntime/capi"),
    ("torch", "torch/lib/libtorch_cuda.so", "torch/lib"),
    ("tensorrt", "tensorrt/tensorrt*.so", "tensorrt_libs"),
    ("tensorrt", "tensorrt_bindings/tensorrt*.so", "tensorrt_libs"),
    ("opencv", "cv2/cv2*.so", "cv2"),
    ("cupy", "cupy_backends/cuda/libs/cublas*.so", "cupy.libs"),
)

#: (package, a library of it that holds GPU code), below a site folder.
COMPILED = (
    ("onnxruntime", "onnxruntime/capi/libonnxruntime_providers_cuda.so"),
    ("torchvision", "torchvision/_C*.so"),
    ("opencv", "cv2/cv2*.so"),
)
FATBIN_READS = 2000  # entries of GPU code; a library repeats the same few architectures

#: Libraries whose name ends with the release of CUDA, cuDNN or TensorRT that they belong to.
GPU_LIBRARY = re.compile(r"lib(cudart|cublas|cublasLt|cudnn|nvinfer)\.so\.\d+")

DISTRIBUTIONS = {
    "numpy": "numpy",
    "tensorrt": "tensorrt_dist",
    "tensorrt-cu11": "tensorrt_dist",
    "tensorrt-cu12": "tensorrt_dist",
    "tensorrt-cu13": "tensorrt_dist",
    "torch": "torch",
    "torchvision": "torchvision",
    "onnx": "onnx",
    "onnxruntime": "onnxruntime",
    "onnxruntime-gpu": "onnxruntime",
    "opencv-python": "opencv",
    "opencv-python-headless": "opencv",
    "opencv-contrib-python": "opencv",
    "cv2": "opencv",
    "polygraphy": "polygraphy",
    "pycuda": "pycuda",
    "cupy": "cupy",
    "cupy-cuda102": "cupy",
    "cupy-cuda11x": "cupy",
    "cupy-cuda12x": "cupy",
    "cupy-cuda13x": "cupy",
    "ultralytics": "ultralytics",
    "protobuf": "protobuf",
    "jetson-stats": "jetson_stats",
}

LIBRARY_DIRECTORIES = (
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/cuda/lib64",
    "/usr/local/cuda/targets/aarch64-linux/lib",
    "/usr/local/cuda/targets/sbsa-linux/lib",
    "/usr/local/cuda/targets/x86_64-linux/lib",
)
DRIVER_DIRECTORIES = (
    "/usr/lib/aarch64-linux-gnu/tegra",
    "/usr/lib/aarch64-linux-gnu/nvidia",
    "/opt/nvidia/l4t-gpu-libs/nvgpu",
    "/opt/nvidia/l4t-gpu-libs/openrm",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib64",
    "/usr/lib/wsl/lib",
)

#: name -> (command line, stop after the first line). {cuda} is the CUDA directory.
COMMANDS = {
    "nvcc": (["/usr/local/cuda/bin/nvcc", "--version"], False),
    "nvpmodel": (["nvpmodel", "-q"], False),
    "nvidia-smi": (
        ["nvidia-smi", "--query-gpu=name,compute_cap,memory.total,driver_version", "--format=csv"],
        False,
    ),
    "tegrastats": (["tegrastats", "--interval", "200"], True),
    "get-default": (["systemctl", "get-default"], False),
}

#: What a child finds out about the bindings: one JSON object per line, so that a crash keeps the rest.
BINDINGS = r"""
import json, sys
def say(**k): print(json.dumps(k)); sys.stdout.flush()
try:
    import numpy; say(numpy=numpy.__version__)
except Exception as e: say(numpy_error="%s: %s" % (type(e).__name__, e))
try:
    import tensorrt; say(tensorrt_python=tensorrt.__version__, tensorrt_python_path=tensorrt.__file__)
    try: tensorrt.nptype(tensorrt.bool); say(tensorrt_nptype=True)
    except Exception as e: say(tensorrt_nptype=False, tensorrt_nptype_error="%s: %s" % (type(e).__name__, e))
except Exception as e: say(tensorrt_error="%s: %s" % (type(e).__name__, e))
"""
OPENCV = r"""
import json, re, cv2
text = cv2.getBuildInformation()
def has(name):
    found = re.search(r"^\s*%s:\s*(YES|NO)" % name, text, re.M)
    return found and found.group(1) == "YES"
print(json.dumps({"opencv": cv2.__version__, "opencv_cuda": bool(has("NVIDIA CUDA") or has("Use CUDA")),
                  "opencv_cudnn": bool(has("cuDNN"))}))
"""


class Facts(dict):
    """key -> {"value", "source", "reason"}. The first value of a key stays."""

    def add(self, key, value, source):
        """Record a value; None and "" are no value."""
        if value in (None, "") or self.get(key, {}).get("value") is not None:
            return False
        self[key] = {"value": value, "source": source, "reason": None}
        return True

    def missing(self, key, reason):
        """Record why a fact is unknown; the first reason stays."""
        if key not in self:
            self[key] = {"value": None, "source": None, "reason": reason}

    def value(self, key):
        return self.get(key, {}).get("value")


class Files:
    """Read-only, bounded, non-blocking access to the files of this machine or of a captured tree."""

    def __init__(self, root=None):
        self.root = root and os.path.abspath(root)

    def _real(self, path):
        """Path on this machine. Symbolic links of a captured tree are followed inside that tree."""
        if self.root is None:
            return path
        parts, real, hops = [p for p in reversed(path.split("/")) if p], self.root, 0
        while parts:
            part = parts.pop()
            if part == "..":
                real = self.root if real == self.root else os.path.dirname(real)
                continue
            step = os.path.join(real, part)
            if part != "." and os.path.islink(step):
                hops += 1
                if hops > 40:
                    raise OSError("too many symbolic links")
                link = os.readlink(step)
                real = self.root if link.startswith("/") else real
                parts.extend(p for p in reversed(link.split("/")) if p)
            elif part != ".":
                real = step
        return real

    def blocks(self, path, limit):
        """Yield blocks of a regular file, up to ``limit`` bytes; nothing for anything else."""
        try:
            handle = os.open(self._real(path), os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        except (OSError, ValueError):
            return
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return
            while limit > 0:
                block = os.read(handle, min(limit, 1 << 20))
                if not block:
                    return
                limit -= len(block)
                yield block
        except OSError:
            return
        finally:
            os.close(handle)

    def piece(self, path, start, size):
        """Bytes of a regular file from an offset; fewer, or none, where it ends or cannot be read."""
        try:
            handle = os.open(self._real(path), os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        except (OSError, ValueError):
            return b""
        try:
            regular = stat.S_ISREG(os.fstat(handle).st_mode)
            return os.pread(handle, min(size, READ_LIMIT), start) if regular else b""
        except (OSError, OverflowError):
            return b""
        finally:
            os.close(handle)

    def read(self, path, limit=READ_LIMIT):
        """Text of a file, "" when it is missing, unreadable, not a regular file or binary."""
        data = b"".join(self.blocks(path, limit))
        if b"\0" in data[:4096] and not path.startswith(("/proc/", "/sys/")):
            return ""
        return data.decode("utf-8", "replace")

    def first(self, *paths):
        """(text, path) of the first path that has text, ("", None) when none has."""
        for path in paths:
            text = self.read(path)
            if text.strip("\0 \n"):
                return text, path
        return "", None

    def names(self, path):
        """Entries of a directory, sorted; [] when it cannot be read."""
        try:
            found = []
            with os.scandir(self._real(path)) as entries:
                for entry in entries:
                    found.append(entry.name)
                    if len(found) >= LIST_LIMIT:
                        break
            return sorted(found)
        except (OSError, ValueError):
            return []

    def exists(self, path):
        try:
            return os.path.exists(self._real(path))
        except (OSError, ValueError):
            return False


class Captured:
    """Outputs of commands, kept in ``DIR/cmd``: a file belongs to the command that its name starts with."""

    def __init__(self, directory):
        self.files = Files(directory)
        self.names = self.files.names("/")

    def start(self):
        pass

    def stop(self):
        pass

    def output(self, *prefixes):
        """(text, source) of the first file whose name starts with one of the prefixes."""
        for prefix in prefixes:
            for name in self.names:
                if name.startswith(prefix):
                    text = self.files.read("/" + name, 4 * READ_LIMIT)
                    if text.strip():
                        return text, "cmd/" + name
        return "", None


class Commands:
    """Commands of this machine, started together, each read up to a limit, all killed when time is up."""

    def __init__(self, deadline):
        self.deadline = deadline
        self.running = {}

    def start(self):
        for name, (line, one_line) in COMMANDS.items():
            self.run(name, line, one_line)

    def run(self, name, line, one_line=False):
        environment = dict(os.environ, LC_ALL="C", PYTHONDONTWRITEBYTECODE="1")
        environment["PATH"] = environment.get("PATH", "") + ":/usr/bin:/bin:/usr/sbin:/sbin"
        try:
            child = subprocess.Popen(
                line,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd="/",
                start_new_session=True,
            )
        except (OSError, ValueError):
            return
        output = []
        reader = threading.Thread(target=self._read, args=(child, output, one_line))
        reader.daemon = True
        reader.start()
        self.running[name] = (child, output, reader, line)

    @staticmethod
    def _read(child, output, one_line):
        size = 0
        while size < READ_LIMIT:
            block = os.read(child.stdout.fileno(), 65536)
            if not block:
                break
            size += len(block)
            output.append(block)
            if one_line and b"\n" in block:
                break

    def status(self, name):
        """Exit status of a finished child, "timeout" when it was still running, None when it never ran."""
        if name not in self.running:
            return None
        child, _, reader, _ = self.running[name]
        reader.join(max(0.0, self.deadline - time.monotonic()))
        try:
            return child.wait(max(0.01, min(0.2, self.deadline - time.monotonic())))
        except subprocess.TimeoutExpired:
            return "timeout"

    def output(self, *names):
        for name in names:
            if name in self.running:
                _, output, reader, line = self.running[name]
                reader.join(max(0.0, self.deadline - time.monotonic()))
                text = b"".join(output).decode("utf-8", "replace")
                if text.strip():
                    return text, " ".join(line[:2])
        return "", None

    def stop(self):
        for child, _, _, _ in self.running.values():
            if child.poll() is None:
                try:
                    os.killpg(child.pid, 9)
                    child.wait(0.2)
                except (OSError, subprocess.TimeoutExpired):
                    pass


class Machine:
    """Where the facts come from: ``files``, ``commands``, and whether it is this machine (``live``)."""

    def __init__(self, root=None, deadline=0.0):
        self.live = root is None
        self.deadline = deadline
        self.files = Files(None if root is None else os.path.join(root, "root"))
        self.commands = Commands(deadline) if root is None else Captured(os.path.join(root, "cmd"))
        self.packages = {}
        self.site = []


def version_key(text):
    """(8, 5, 2) for "8.5.2-1+cuda11.4": what comes before the first dash, as numbers."""
    return tuple(int(n) for n in re.findall(r"\d+", re.split(r"[-+~]", text)[0]))


def upstream(text):
    """ "8.5.2" for the Debian version "1:8.5.2-1+cuda11.4"."""
    return re.split(r"[-+~]", text.split(":")[-1])[0]


# --- what kind of machine -----------------------------------------------------------------------------------


def system(machine, facts):
    """Kernel, distribution, glibc, architecture."""
    text, path = machine.files.first("/etc/os-release", "/usr/lib/os-release")
    fields = dict(re.findall(r'^(\w+)="?([^"\n]*)"?', text, re.M))
    facts.add("os", (fields.get("ID", "") + " " + fields.get("VERSION_ID", "")).strip(), path)
    if machine.live:
        facts.add("kernel", os.uname().release, "uname -r")
        facts.add("machine", os.uname().machine, "uname -m")
        facts.add("openblas_coretype", os.environ.get("OPENBLAS_CORETYPE"), "environment")
        try:
            facts.add("glibc", os.confstr("CS_GNU_LIBC_VERSION").split()[-1], "confstr")
        except (AttributeError, OSError, ValueError, IndexError):
            pass
    text, source = machine.commands.output("uname")
    found = re.search(r"\b(\d+\.\d+\.\d+[\w.+~-]*)", text)
    facts.add("kernel", found and found.group(1), source)
    found = re.search(r"\b(aarch64|x86_64|armv7l)\b", text)
    facts.add("machine", found and found.group(1), source)
    for name in ("aarch64", "x86_64"):
        if machine.files.names("/usr/lib/%s-linux-gnu" % name):
            facts.add("machine", name, "/usr/lib/%s-linux-gnu" % name)
    if "libc6" in machine.packages:
        facts.add("glibc", upstream(machine.packages["libc6"]), "dpkg libc6")
    for key in ("os", "kernel", "machine", "glibc"):
        facts.missing(key, "no readable source")


def l4t(machine, facts):
    """L4T release of the board support package, and of the apt source."""
    line = re.compile(r"#\s*R(\d+)\s*\(release\),\s*REVISION:\s*(\d+(?:\.\d+)*)(.*)")
    text, path = machine.files.first("/etc/nv_tegra_release")
    if not text:
        text, path = machine.commands.output("nv_tegra_release", "cat-etc-nv_tegra_release")
    found = line.search(text)
    if found:
        facts.add("l4t", found.group(1) + "." + found.group(2), path)
        machine_name = re.search(r"EABI:\s*(\w+)", found.group(3))
        facts.add("machine", machine_name and machine_name.group(1), path)
    from_packages = {}
    for name, version in machine.packages.items():
        release = re.match(r"([3-9]\d\.\d+\.\d+)-\d{8,}", version)
        if name.startswith("nvidia-l4t-") and release:
            from_packages[name] = release.group(1)
    for name in ["nvidia-l4t-core"] + sorted(from_packages):
        if name in from_packages:
            facts.add("l4t", from_packages[name], "dpkg " + name)
            facts.add("l4t_packages", from_packages[name], "dpkg " + name)
    found = re.search(r"-l4t-r([3-9]\d\.\d+(?:\.\d+)?)", facts.value("kernel") or "")
    facts.add("l4t", found and found.group(1), "the kernel's release, as meta-tegra (Yocto) names it")
    facts.missing("l4t", "no /etc/nv_tegra_release and no nvidia-l4t package: not a Jetson, or a container")
    text, path = machine.files.first("/etc/apt/sources.list.d/nvidia-l4t-apt-source.list")
    found = re.search(r"^\s*deb\b.*\br([3-9]\d\.\d+)\b", text, re.M)
    facts.add("apt_release", found and found.group(1), path)


def board(machine, facts):
    """Device tree: model, compatible strings, part numbers (board id and SKU), SoC."""
    files, tree = machine.files, ("/proc/device-tree/", "/sys/firmware/devicetree/base/")

    def strings(name):
        text, path = files.first(*[base + name for base in tree])
        return [part for part in text.replace("\n", "\0").split("\0") if part.strip()], path

    model, path = strings("model")
    if not model:
        model, path = strings_of(files, "/tmp/nv_jetson_model")
    facts.add("board_model", model[0] if model else None, path)
    facts.missing("board_model", "no device tree model")
    compatible, path = strings("compatible")
    # text that was copied from a terminal has lost the NULs between the strings
    compatible = [part for text in compatible for part in text.replace("nvidia,", "\0nvidia,").split("\0") if part]
    if compatible:
        facts.add("board_compatible", compatible, path)
        socs = [part.split(",")[1] for part in compatible if re.match(r"nvidia,tegra\d{3}$", part)]
        facts.add("soc", socs[0] if socs else None, path)
    numbers = []
    for name in ("chosen/nvidia,sku", "nvidia,boardids", "chosen/ids", "nvidia,dtsfilename"):
        found, path = strings(name)
        numbers += [[n, path] for text in found for n in part_numbers(text)]
    text, path = files.first("/etc/nv_boot_control.conf")
    specifications = " ".join(re.findall(r"^(?:TNSPEC|COMPATIBLE_SPEC).*", text, re.M))
    numbers += [[n, path] for n in part_numbers(specifications)]
    # last: it names the module that the software was flashed for, the ids above name the module itself
    numbers += [[n, "/proc/device-tree/compatible"] for text in compatible for n in part_numbers(text)]
    facts.add("part_numbers", numbers or None, "device tree")
    facts.missing("part_numbers", "no board ids in the device tree")
    facts.missing("soc", "no nvidia,tegra entry in /proc/device-tree/compatible")


def strings_of(files, path):
    text = files.read(path)
    return [part for part in text.split("\0") if part.strip()], path


def part_numbers(text):
    """Board ids with SKU: "p3767-0005" in "699-13767-0005-301 G.1", "3767-0005", "p3768-0000+p3767-0005"."""
    found = ["p%s-%s" % pair for pair in re.findall(r"699-?\d(\d{4})-(\d{4})", text)]
    plain = re.sub(r"699-?\d\d{4}-\d{4}\S*", " ", text)
    return found + ["p%s-%s" % pair for pair in re.findall(r"(?<![\d-])p?(\d{4})-+(\d{4})(?!\d)", plain)]


def container(machine, facts):
    """Is this inside a container, and does it see the driver's libraries?"""
    files = machine.files
    for path in ("/.dockerenv", "/run/.containerenv"):
        if files.exists(path):
            facts.add("container", True, path)
    text, path = files.first("/proc/1/cgroup")
    found = re.search(r"docker|kubepods|containerd|libpod|lxc", text)
    facts.add("container", True if found else None, path)
    text, path = files.first("/run/systemd/container")
    facts.add("container", True if text else None, path)
    text, path = files.first("/proc/self/mounts")
    found = re.search(r"^overlay / overlay .*(docker|containers|containerd)", text, re.M)
    facts.add("container", True if found else None, path)
    if machine.live:
        for name in ("container", "KUBERNETES_SERVICE_HOST"):
            facts.add("container", True if os.environ.get(name) else None, "environment variable " + name)
        facts.add("container", False if text else None, "no sign of a container in %s" % path)
    for key in ("board_compatible", "l4t"):
        if facts.value(key):
            facts.add("container", False, "no /.dockerenv beside " + facts[key]["source"])
    facts.missing("container", "neither signs of a container nor a board's files")
    container_runtime(machine, facts)
    mounted = mount_points(files)
    libraries_mounted = sorted(set(p for p in mounted if GPU_LIBRARY.search(p) or "/libcuda.so" in p))
    facts.add("container_mounts", libraries_mounted[:100] or None, "/proc/self/mounts")
    if facts.value("container") and facts.value("l4t") and "/etc/nv_tegra_release" in mounted:
        facts.add("host_l4t", facts.value("l4t"), "/etc/nv_tegra_release, mounted from the host")
    for directory in DRIVER_DIRECTORIES:
        if any(name.startswith("libcuda.so") for name in files.names(directory)):
            facts.add("libcuda", directory, directory)
    facts.add("libcuda", False if machine.live else None, "no libcuda.so in the driver directories")
    facts.missing("libcuda", "no libcuda.so in the driver directories")


def mount_points(files):
    """Where something is mounted: what a container runtime brought in from the host stands there, file by file."""
    text = files.read("/proc/self/mounts")
    return set(row.split(" ")[1] for row in text.splitlines() if row.count(" ") >= 3)


def container_runtime(machine, facts):
    """How this machine gives containers its GPU: docker's runtimes, lists of files (CSV) or CDI specifications."""
    files = machine.files
    folder = "/etc/nvidia-container-runtime/host-files-for-container.d"
    csv = [name for name in files.names(folder) if name.endswith("csv")]
    facts.add("container_csv", csv if csv or machine.live or files.exists(folder) else None, folder)
    text, path = files.first("/etc/nvidia-container-runtime/config.toml")
    found = re.search(r'^\s*mode\s*=\s*"(\w+)"', text, re.M)
    facts.add("container_mode", found and found.group(1), path)
    if files.exists("/usr/bin/dockerd") or files.exists("/usr/local/bin/dockerd"):
        text, path = files.first("/etc/docker/daemon.json")
        try:
            runtimes = json.loads(text).get("runtimes") or {}
            facts.add("docker_runtimes", sorted(runtimes), path)
        except (AttributeError, TypeError, ValueError):
            facts.add("docker_runtimes", [], path or "no /etc/docker/daemon.json beside dockerd")
    for directory in ("/etc/cdi", "/var/run/cdi"):
        specs = [directory + "/" + n for n in files.names(directory) if n.endswith((".yaml", ".yml", ".json"))]
        facts.add("container_cdi", specs or None, directory)
    for spec in facts.value("container_cdi") or ():
        paths = re.findall(r'hostPath"?:\s*"?(/[^\s",]+)', files.read(spec))
        gone = [p for p in sorted(set(paths)) if machine.live and not files.exists(p)]
        facts.add("container_cdi_gone", gone[:20] or None, spec)


def gpu(machine, facts):
    """Discrete GPU and driver, from nvidia-smi or the driver's /proc entries."""
    text, source = machine.commands.output("nvidia-smi")
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if "," in line]
    if len(lines) > 1 and "name" in lines[0]:
        row = dict(zip(lines[0], lines[1]))
        usable = {key: value for key, value in row.items() if "N/A" not in value}
        facts.add("gpu", usable.get("name"), source)
        facts.add("gpu_compute_capability", usable.get("compute_cap"), source)
        facts.add("driver", usable.get("driver_version"), source)
        megabytes = re.match(r"(\d+)", usable.get("memory.total [MiB]", ""))
        facts.add("gpu_ram_mb", int(megabytes.group(1)) if megabytes else None, source)
    found = re.search(r"Driver Version:\s*(\d+\.[\d.]+)", text)
    facts.add("driver", found and found.group(1), source)
    text, path = machine.files.first("/proc/driver/nvidia/version")
    found = re.search(r"\s(\d{3}\.\d+(?:\.\d+)?)\s", text)
    facts.add("driver", found and found.group(1), path)
    for name in machine.files.names("/proc/driver/nvidia/gpus")[:1]:
        text, path = machine.files.first("/proc/driver/nvidia/gpus/%s/information" % name)
        found = re.search(r"^Model:\s*(.+)$", text, re.M)
        facts.add("gpu", found and found.group(1).strip(), path)
    facts.missing("gpu", "no nvidia-smi answer and no /proc/driver/nvidia/gpus")
    facts.missing("driver", "no nvidia-smi answer and no number in /proc/driver/nvidia/version")


# --- CUDA, cuDNN, TensorRT ----------------------------------------------------------------------------------


def packages(machine, facts):
    """Versions of the installed Debian packages that matter here."""
    source, found, unfinished = None, {}, []
    for names in (("dpkg",), ("apt-list", "apt_list")):
        text, said = machine.commands.output(*names)
        source = source or (said if text else None)
        for line in text.splitlines():
            row = re.match(r"(?:[ih](.)R?\s+)?([a-z0-9][a-z0-9.+-]+)(?::\w+)?(?:/\S+)?\s+(\S*\d\S*)", line)
            if row and PACKAGE.match(row.group(2)):
                if row.group(1) in (None, "i", "W", "t"):
                    found.setdefault(row.group(2), row.group(3))
                elif row.group(1) in UNFINISHED:
                    unfinished.append(row.group(2))
    if not source:
        source = "/var/lib/dpkg/status"
        found, unfinished = installed(machine.files)
    machine.packages = found
    facts.add("packages", found or None, source)
    facts.missing("packages", "no NVIDIA package in dpkg's database")
    facts.add("packages_unfinished", sorted(unfinished) or None, source)
    jetpack = re.compile(r"(\d+\.\d+(?:\.\d+)?)[-+]b\d+")
    order = ["nvidia-jetpack", "nvidia-jetpack-runtime", "nvidia-jetpack-dev"]
    for name in order + sorted(n for n in found if n.startswith("nvidia-")):
        version = jetpack.match(found.get(name, ""))
        facts.add("jetpack_packages", version and version.group(1), "dpkg " + name)
    facts.missing("jetpack_packages", "no nvidia-jetpack package")


def installed(files):
    """Package -> version from dpkg's own database, and names of those that dpkg did not finish.

    Read in blocks: it has tens of thousands of lines.
    """
    found, unfinished, rest, name, status = {}, [], b"", "", ""
    for block in files.blocks("/var/lib/dpkg/status", PACKAGE_DATABASE_LIMIT):
        lines = (rest + block).split(b"\n")
        rest = lines.pop()[-4096:]
        for line in lines:
            if line.startswith(b"Package: "):
                name = line[9:].decode("ascii", "replace").strip()
            elif line.startswith(b"Status: "):
                status = line[8:].strip()
                if PACKAGE.match(name) and status.split()[-1:] in HALF_STATES:
                    unfinished.append(name)
            elif line.startswith(b"Version: ") and status == b"install ok installed" and PACKAGE.match(name):
                found[name] = line[9:].decode("ascii", "replace").strip()
    return found, unfinished


def libraries(machine, stem, directories=LIBRARY_DIRECTORIES):
    """{version: path} of the files ``stem.so.X.Y.Z`` in the library directories."""
    found = {}
    pattern = re.compile(re.escape(stem) + r"\.so\.(\d+\.\d+(?:\.\d+)*)$")
    for directory in directories:
        for name in machine.files.names(directory):
            version = pattern.match(name)
            if version:
                found.setdefault(version.group(1), directory + "/" + name)
    return found


def cuda(machine, facts):
    """CUDA toolkit (to the patch) and its major.minor, from the files, nvcc, dpkg or the runtime library."""
    files = machine.files
    versions = sorted((n for n in files.names("/usr/local") if re.match(r"cuda-\d+\.\d+$", n)), reverse=True)
    facts.add("cuda_installed", [name[5:] for name in versions] or None, "/usr/local")
    for directory in ["cuda"] + sorted(versions, key=lambda n: version_key(n[5:]), reverse=True):
        text, path = files.first("/usr/local/%s/version.json" % directory)
        found = re.search(r'"cuda"\s*:\s*{[^}]*"version"\s*:\s*"(\d+\.\d+[\d.]*)"', text)
        facts.add("cuda_version", found and found.group(1), path)
        text, path = files.first("/usr/local/%s/version.txt" % directory)
        found = re.search(r"CUDA Version (\d+\.\d+[\d.]*)", text)
        facts.add("cuda_version", found and found.group(1), path)
    text, source = machine.commands.output("nvcc")
    found = re.search(r"release (\d+\.\d+), V(\d+[\d.]+)", text)
    facts.add("nvcc", found and found.group(2), source)
    facts.add("cuda_version", found and found.group(2), source)
    for stem in ("cuda-cudart-", "cuda-toolkit-", "cuda-nvcc-"):
        debs = sorted((n for n in machine.packages if re.match(stem + r"\d+-\d+$", n)), key=version_key_of_name)
        if debs:
            facts.add("cuda_version", upstream(machine.packages[debs[-1]]), "dpkg " + debs[-1])
    runtime = libraries(machine, "libcudart")
    if runtime:
        newest = max(runtime, key=version_key)
        facts.add("cuda_version", newest, runtime[newest])
    version = facts.value("cuda_version")
    if version:
        facts.add("cuda", ".".join(version.split(".")[:2]), facts["cuda_version"]["source"])
    facts.missing("cuda", "no CUDA toolkit or runtime found under /usr/local, in dpkg or in the library directories")


def version_key_of_name(name):
    return tuple(int(n) for n in re.findall(r"\d+", name))


def cudnn(machine, facts):
    """cuDNN version from dpkg, the header or the library's file name."""
    debs = [n for n in machine.packages if re.match(r"libcudnn\d+(-cuda-\d+)?$", n)]
    major = (facts.value("cuda") or "").split(".")[0]
    debs.sort(key=lambda n: (n.endswith("-cuda-" + major), version_key(machine.packages[n])))
    if debs:
        facts.add("cudnn", upstream(machine.packages[debs[-1]]), "dpkg " + debs[-1])
    text, path = machine.files.first(
        "/usr/include/cudnn_version.h",
        "/usr/include/aarch64-linux-gnu/cudnn_version.h",
        "/usr/include/aarch64-linux-gnu/cudnn_version_v9.h",
        "/usr/include/aarch64-linux-gnu/cudnn_version_v8.h",
        "/usr/include/x86_64-linux-gnu/cudnn_version.h",
        "/usr/include/cudnn.h",
    )
    numbers = [re.search(r"#define\s+CUDNN_%s\s+(\d+)" % n, text) for n in ("MAJOR", "MINOR", "PATCHLEVEL")]
    facts.add("cudnn", ".".join(n.group(1) for n in numbers) if all(numbers) else None, path)
    found = libraries(machine, "libcudnn")
    if found:
        newest = max(found, key=version_key)
        facts.add("cudnn", newest if newest.count(".") > 1 else None, found[newest])
    facts.missing("cudnn", "no cuDNN in dpkg, /usr/include or the library directories")


def vpi(machine, facts):
    """VPI version from dpkg, else from the folder that it is installed in."""
    debs = sorted((n for n in machine.packages if re.match(r"libnvvpi\d+$", n)), key=version_key_of_name)
    if debs:
        facts.add("vpi", upstream(machine.packages[debs[-1]]), "dpkg " + debs[-1])
    folders = [n[3:] for n in machine.files.names("/opt/nvidia") if re.match(r"vpi\d", n)]
    if folders:
        newest = max(folders, key=version_key)
        facts.add("vpi", newest, "/opt/nvidia/vpi" + newest)
    facts.missing("vpi", "no libnvvpi package and no /opt/nvidia/vpi*")


def loader_directories(machine):
    """Where the loader looks besides: /usr/local/lib, what /etc/ld.so.conf.d names, and LD_LIBRARY_PATH."""
    files, found = machine.files, []
    for name in files.names("/etc/ld.so.conf.d"):
        found += re.findall(r"^\s*(/[^\s#]+)", files.read("/etc/ld.so.conf.d/" + name), re.M)
    if machine.live:
        found += [d for d in os.environ.get("LD_LIBRARY_PATH", "").split(":") if os.path.isabs(d)]
    found = [directory.rstrip("/") for directory in ["/usr/local/lib"] + found]
    return [d for d in dict.fromkeys(found) if d and d not in LIBRARY_DIRECTORIES][:50]


def tensorrt(machine, facts):
    """TensorRT library version (to the build where a package says it), and where trtexec is."""
    library = sorted((n for n in machine.packages if re.match(r"libnvinfer\d+$", n)), key=version_key_of_name)
    meta = machine.packages.get("tensorrt") or machine.packages.get("tensorrt-libs")
    if library:
        version = upstream(machine.packages[library[-1]])
        facts.add("tensorrt_package", machine.packages[library[-1]], "dpkg " + library[-1])
        if meta and upstream(meta).startswith(version):
            facts.add("tensorrt", upstream(meta), "dpkg tensorrt")
        facts.add("tensorrt", version, "dpkg " + library[-1])
    elif meta:
        facts.add("tensorrt", upstream(meta), "dpkg tensorrt")
    found = {v: p for v, p in libraries(machine, "libnvinfer").items() if v.count(".") >= 2}
    besides = loader_directories(machine)
    others = {v: p for v, p in libraries(machine, "libnvinfer", besides).items() if v.count(".") >= 2}
    named = sorted(set(found) | set(others), key=version_key)
    facts.add("tensorrt_libraries", named or None, ", ".join(sorted(others.values())) or "library directories")
    parsers = libraries(machine, "libnvonnxparser", LIBRARY_DIRECTORIES + tuple(besides))
    parsers = sorted((v for v in parsers if v.count(".") >= 2), key=version_key)
    facts.add("tensorrt_parsers", parsers or None, "library directories")
    found = found or others
    if found:
        newest = max(found, key=version_key)
        facts.add("tensorrt", newest, found[newest])
        if machine.live and os.path.exists(found[newest]) and os.path.getsize(found[newest]) == 0:
            facts.add("tensorrt_library_empty", True, found[newest])
    facts.add("tensorrt", *header_version(machine.files))
    for path in ("/usr/src/tensorrt/bin/trtexec", "/usr/local/bin/trtexec", "/usr/bin/trtexec"):
        if machine.files.exists(path):
            facts.add("trtexec", path, path)
    text, source = machine.commands.output("trtexec")
    found = re.search(r"TensorRT v(\d{4,6})\]", text)
    facts.add("tensorrt", found and from_code(int(found.group(1))), source)
    facts.missing("trtexec", "no /usr/src/tensorrt/bin/trtexec (package libnvinfer-bin)")
    facts.missing("tensorrt", "no libnvinfer in dpkg, the library directories or /usr/include")


def from_code(code):
    """8401 -> "8.4.1", 100300 -> "10.3.0", as trtexec's banner and getInferLibVersion write it."""
    unit = 10000 if code >= 100000 else 1000
    return "%d.%d.%d" % (code // unit, code % unit // 100, code % 100)


def header_version(files):
    """(version, path) from NvInferVersion.h; since 10.11 its macros point to other macros."""
    for directory in ("/usr/include/aarch64-linux-gnu", "/usr/include/x86_64-linux-gnu", "/usr/include"):
        path = directory + "/NvInferVersion.h"
        text = files.read(path)
        macros = dict(re.findall(r"#define\s+(\w+)\s+(\w+)", text))
        parts = [macros.get("NV_TENSORRT_" + name, "") for name in ("MAJOR", "MINOR", "PATCH", "BUILD")]
        parts = [macros.get(part, part) for part in parts]
        if all(part.isdigit() for part in parts[:3]):
            return ".".join(part for part in parts if part.isdigit()), path
    return None, None


# --- Python -------------------------------------------------------------------------------------------------


def python(machine, facts):
    """Interpreter, virtual environment, and the packages on its path."""
    if machine.live:
        facts.add("python", "%d.%d.%d" % sys.version_info[:3], sys.executable or "this interpreter")
        facts.add("python_executable", sys.executable, "sys.executable")
        inside = sys.prefix != getattr(sys, "base_prefix", sys.prefix)
        facts.add("venv", sys.prefix if inside else False, "sys.prefix")
        if inside:
            text = machine.files.read(os.path.join(sys.prefix, "pyvenv.cfg"))
            seen = re.search(r"include-system-site-packages\s*=\s*true", text)
            facts.add("venv_system_site", bool(seen), os.path.join(sys.prefix, "pyvenv.cfg"))
        facts.add("conda", machine.files.exists(os.path.join(sys.prefix, "conda-meta")), "sys.prefix")
        machine.site = [path for path in sys.path if path and os.path.isabs(path)]
    else:
        text, source = machine.commands.output("python3", "python-version")
        found = re.search(r"Python (3\.\d+\.\d+)", text)
        facts.add("python", found and found.group(1), source)
        link = "/usr/bin/python3"
        try:
            found = re.search(r"python(3\.\d+)$", os.readlink(machine.files._real("/usr/bin") + "/python3"))
            facts.add("python", found and found.group(1), link)
        except OSError:
            pass
        captured_venv(machine, facts)
    facts.missing("python", "no python3 version in the capture")
    distributions(machine, facts)
    bindings = [
        "/usr/lib/%s/dist-packages/tensorrt" % name
        for name in machine.files.names("/usr/lib")
        if re.match(r"python3\.\d+$", name)
    ]
    bindings = [path for path in bindings if machine.files.exists(path + "/__init__.py")]
    facts.add("tensorrt_system_bindings", bindings or None, "/usr/lib/python3.*/dist-packages")
    if "python3-libnvinfer" in machine.packages:
        facts.add("tensorrt_binding_package", machine.packages["python3-libnvinfer"], "dpkg python3-libnvinfer")


def captured_venv(machine, facts):
    """The path of the only virtual environment of a captured tree, else that of its system interpreter."""
    files, found = machine.files, []
    homes = ["/home/" + name for name in files.names("/home")] + ["/root", "/opt", ""]
    for home in homes:
        found += [home + "/" + n for n in files.names(home or "/") if files.exists("%s/%s/pyvenv.cfg" % (home, n))]
    if len(found) != 1:  # with several nobody knows which one is meant
        machine.site = captured_site(files, facts.value("python") or "3.x")
        return
    text, source = files.first(found[0] + "/pyvenv.cfg")
    names = [n for n in files.names(found[0] + "/lib") if re.match(r"python3\.\d+$", n)]
    facts.add("venv", found[0], source)
    facts.add("venv_system_site", bool(re.search(r"include-system-site-packages\s*=\s*true", text)), source)
    facts.add("python", names[0][6:] if names else None, found[0] + "/lib")
    machine.site = ["%s/lib/%s/site-packages" % (found[0], name) for name in names]
    if facts.value("venv_system_site"):
        machine.site += captured_site(files, facts.value("python") or "3.x")


def captured_site(files, version):
    """Directories that the system interpreter of a captured tree would import from."""
    minor = ".".join(version.split(".")[:2])
    homes = ["/home/" + name for name in files.names("/home")] + ["/root"]
    paths = ["%s/.local/lib/python%s/site-packages" % (home, minor) for home in homes]
    paths += ["/usr/local/lib/python%s/dist-packages" % minor, "/usr/lib/python3/dist-packages"]
    return paths + ["/usr/lib/python%s/dist-packages" % minor]


def distributions(machine, facts):
    """Versions of the Python packages that matter here, from the names of their metadata directories."""
    pattern = re.compile(r"([A-Za-z0-9_.]+)-(\d[^-]*?)(?:-py[\d.]+.*)?\.(?:dist-info|egg-info|egg)$")
    glibc, processors = {}, {}
    for directory in machine.site:
        for name in machine.files.names(directory):
            found = pattern.match(name)
            project = re.sub(r"[-_.]+", "-", found.group(1)).lower() if found else ""
            key = DISTRIBUTIONS.get(project)
            if key and facts.add(key, found.group(2), "%s/%s" % (directory, name)):
                facts.add(key + "_package", project, "%s/%s" % (directory, name))
                tags = re.findall(r"^Tag: (\S+)", machine.files.read("%s/%s/WHEEL" % (directory, name)), re.M)
                built = {m.group(1) for m in (re.search(r"_(x86_64|aarch64|armv7l)$", tag) for tag in tags) if m}
                if len(built) == 1:
                    processors[project] = built.pop()
                needs = [m.groups() for m in (re.search(r"manylinux_(\d+)_(\d+)_", tag) for tag in tags) if m]
                if needs:
                    glibc[key] = "%s.%s" % min(needs, key=lambda pair: (int(pair[0]), int(pair[1])))
        version_files(machine, facts, directory)
    facts.add("wheel_glibc", glibc or None, "WHEEL files")
    facts.add("wheel_processors", processors or None, "WHEEL files")
    linked = wheel_libraries(machine.files, machine.site)
    facts.add("wheel_libraries", linked or None, "dynamic sections of the libraries")
    compiled = {
        package: codes
        for directory in reversed(machine.site)
        for package, library in COMPILED
        for path in matching(machine.files, directory + "/" + library)
        for codes in [compiled_for(machine.files, path)]
        if codes
    }
    facts.add("wheel_architectures", compiled or None, "sections .nv_fatbin of the libraries")
    text, source = machine.commands.output("python-libs", "python3-libs", "pip")
    for name, version in re.findall(r"^([A-Za-z][\w.-]*)(?:\s*==\s*|\s+)v?(\d[\w.+]*)", text, re.M):
        project = re.sub(r"[-_.]+", "-", name).lower()
        if DISTRIBUTIONS.get(project):
            facts.add(DISTRIBUTIONS[project], version, source)
            facts.add(DISTRIBUTIONS[project] + "_package", project, source)
    facts.add("tensorrt_python", facts.value("tensorrt_dist"), facts.get("tensorrt_dist", {}).get("source"))
    for key in sorted(set(DISTRIBUTIONS.values())):
        facts.missing(key, "not on the path of this Python" if machine.live else "not in the capture")


def version_files(machine, facts, directory):
    """What only the packages' own files say: CUDA of torch, its GPU code, providers of ONNX Runtime."""
    files = machine.files
    text, path = files.first(directory + "/torch/version.py")
    found = re.search(r"^__version__\s*=\s*['\"]([^'\"]+)", text, re.M)
    if found and facts.value("torch_cuda") is None:
        facts.add("torch", found.group(1), path)
        cuda_line = re.search(r"^cuda\b[^=]*=\s*(?:['\"]([\d.]+)['\"]|None)", text, re.M)
        facts.add("torch_cuda", (cuda_line.group(1) or "none") if cuda_line else None, path)
        architectures = gpu_code(files, directory + "/torch/lib/libtorch_python.so")
        facts.add("torch_architectures", architectures, directory + "/torch/lib/libtorch_python.so")
    capi = files.names(directory + "/onnxruntime/capi")
    if capi:
        found = sorted(m.group(1) for m in (re.match(r"libonnxruntime_providers_(\w+)\.so$", n) for n in capi) if m)
        providers = [name for name in found if name != "shared"] + ["cpu"]
        facts.add("onnxruntime_providers", providers, directory + "/onnxruntime/capi")
        text, path = files.first(directory + "/onnxruntime/capi/build_and_package_info.py")
        built = re.search(r"cuda_version\s*=\s*['\"](\d+[\d.]*)", text)
        facts.add("onnxruntime_cuda", built and built.group(1), path)
    text, path = files.first(directory + "/numpy/version.py")
    found = re.search(r"^(?:short_)?version\s*=\s*['\"](\d[^'\"]*)", text, re.M)
    facts.add("numpy", found and found.group(1), path)


def wheel_libraries(files, site):
    """{package: names of CUDA, cuDNN and TensorRT libraries that it is linked with and does not bring itself}."""
    found = {}
    for directory in site:
        for package, library, beside in LINKED:
            for path in matching(files, directory + "/" + library):
                own = set(files.names("%s/%s" % (directory, beside)))
                vendored = directory + "/nvidia"
                for name in files.names(vendored):
                    own.update(files.names("%s/%s/lib" % (vendored, name)))
                needs = [name for name in needed(files, path) if GPU_LIBRARY.match(name) and name not in own]
                if needs:
                    found.setdefault(package, sorted(set(needs)))
    return found


def matching(files, path):
    """Paths whose last part matches a pattern with one ``*``."""
    folder, name = path.rsplit("/", 1)
    head, star, tail = name.partition("*")
    if not star:
        return [path]
    return [folder + "/" + n for n in files.names(folder) if n.startswith(head) and n.endswith(tail)]


def needed(files, path):
    """Names of the shared libraries that an ELF file (64 bits, little endian) is linked with; [] for anything else."""
    head = files.piece(path, 0, 64)
    if len(head) < 64 or head[:6] != b"\x7fELF\x02\x01":
        return []
    number = lambda data, start, size: int.from_bytes(data[start : start + size], "little")  # noqa: E731
    table, size, count = number(head, 32, 8), number(head, 54, 2), number(head, 56, 2)
    segments = files.piece(path, table, size * count)
    parts = [segments[i : i + size] for i in range(0, len(segments) - 55, size or 1)][:count]
    loads = [(number(p, 16, 8), number(p, 8, 8), number(p, 32, 8)) for p in parts if number(p, 0, 4) == 1]
    dynamic = next((files.piece(path, number(p, 8, 8), number(p, 32, 8)) for p in parts if number(p, 0, 4) == 2), b"")
    entries = [(number(dynamic, i, 8), number(dynamic, i + 8, 8)) for i in range(0, len(dynamic) - 15, 16)]
    address, length = dict(entries).get(5, 0), dict(entries).get(10, 0)
    strings = b""
    for start, offset, filled in loads:
        if start <= address < start + filled:
            strings = files.piece(path, offset + address - start, length)
    names = [strings[value : strings.find(b"\0", value)] for tag, value in entries if tag == 1]
    return [name.decode("ascii", "replace") for name in names if name]


def compiled_for(files, path):
    """["compute_87", "sm_72", ...]: what the GPU code in an ELF file is for. Only headers are read, of any size."""
    head = files.piece(path, 0, 64)
    if len(head) < 64 or head[:6] != b"\x7fELF\x02\x01":
        return []
    size, count, names_at = (number_at(head, start, 2) for start in (58, 60, 62))
    table = files.piece(path, number_at(head, 40, 8), size * count)
    rows = [table[i : i + size] for i in range(0, len(table) - 63, size or 1)][:count]
    if names_at >= len(rows):
        return []
    names = files.piece(path, number_at(rows[names_at], 24, 8), number_at(rows[names_at], 32, 8))
    found = set()
    for row in rows:
        start = number_at(row, 0, 4)
        if names[start : names.find(b"\0", start)] in (b".nv_fatbin", b"__nv_relfatbin"):
            found.update(fatbins(files, path, number_at(row, 24, 8), number_at(row, 32, 8)))
    return sorted(found)


def fatbins(files, path, offset, length):
    """Architectures of the containers of GPU code in a section: each holds entries, binaries (sm) and PTX (compute)."""
    end, found, reads = offset + length, set(), 0
    while offset < end and reads < FATBIN_READS:
        head = files.piece(path, offset, 16)
        if head[:4] != b"\x50\xed\x55\xba" or len(head) < 16:
            break
        place = offset + number_at(head, 6, 2)
        offset = place + number_at(head, 8, 8)
        while place < offset and reads < FATBIN_READS:
            reads += 1
            entry = files.piece(path, place, 32)
            step = number_at(entry, 4, 4) + number_at(entry, 8, 8)
            if len(entry) < 32 or not step:
                break
            found.add(("compute_%d" if number_at(entry, 0, 2) == 1 else "sm_%d") % number_at(entry, 28, 4))
            place += step
        offset += -offset % 8
    return found


def number_at(data, start, size):
    return int.from_bytes(data[start : start + size], "little")


def gpu_code(files, path):
    """["sm_53", "sm_62", ...] that a torch library was compiled for: it keeps the list as one string."""
    tail = b""
    for block in files.blocks(path, 64 << 20):
        found = re.search(rb"(?:sm|compute)_\d\d\w*(?: (?:sm|compute)_\d\d\w*)+", tail + block)
        if found:
            return found.group(0).decode("ascii").split()
        tail = block[-512:]
    return None


def start_imports(machine):
    """Start the children that import what only an import can tell (TensorRT bindings, OpenCV's build)."""
    if not machine.live or not sys.executable:
        return
    site = [path for path in sys.path if path and os.path.isabs(path)]
    if any(machine.files.exists(path + "/tensorrt") or machine.files.exists(path + "/numpy") for path in site):
        machine.commands.run("bindings", [sys.executable, "-c", BINDINGS])
    if any(machine.files.exists(path + "/cv2") or has_module(machine, path, "cv2") for path in site):
        machine.commands.run("opencv", [sys.executable, "-c", OPENCV])


def has_module(machine, directory, name):
    return any(n.startswith(name + ".") and n.endswith(".so") for n in machine.files.names(directory))


def finish_imports(machine, facts):
    """What those children said, or how they ended; of a capture, the output of an import that somebody kept."""
    if not machine.live:
        text, source = machine.commands.output("import-tensorrt", "import_tensorrt")
        errors = re.findall(r"^\w*(?:Error|Exception): .+", text, re.M)
        if errors and not re.search(r"No module named '?tensorrt'?$", errors[-1]):
            facts.add("tensorrt_error", errors[-1], source)
            facts.add("tensorrt_imports", False, source)
        elif text.strip() and not errors:
            facts.add("tensorrt_imports", True, source)
        return
    for name, key in (("bindings", "tensorrt_imports"), ("opencv", "opencv_cuda")):
        status = machine.commands.status(name)
        text, _ = machine.commands.output(name)
        source = "import in a child process"
        for line in text.splitlines():
            try:
                for field, value in json.loads(line).items():
                    facts[field] = {"value": value, "source": source, "reason": None}
            except (ValueError, AttributeError):
                continue
        if isinstance(status, int) and status < 0:
            facts.add(name + "_crash", "signal %d" % -status, source)
        elif status == "timeout":
            facts.missing(key, "the import took longer than the probe's time limit")
    error = facts.value("tensorrt_error")
    if facts.value("tensorrt_python_path"):
        facts.add("tensorrt_imports", True, "import in a child process")
    elif facts.value("bindings_crash"):
        facts.add("tensorrt_imports", False, "import in a child process")
    elif error and not ("No module named" in error and "tensorrt'" in error):
        facts.add("tensorrt_imports", False, "import in a child process")
    facts.missing("tensorrt_python", "this Python finds no tensorrt")
    facts.missing("tensorrt_imports", "this Python finds no tensorrt")
    facts.missing("opencv_cuda", "OpenCV's build information could not be read")


# --- resources and settings ---------------------------------------------------------------------------------


def memory(machine, facts):
    """RAM, swap, zram, CMA and disk, in MiB."""
    text, path = machine.files.first("/proc/meminfo")
    for name, key in (
        ("MemTotal", "ram_mb"),
        ("MemAvailable", "ram_available_mb"),
        ("SwapTotal", "swap_mb"),
        ("CmaTotal", "cma_mb"),
    ):
        found = re.search(r"^%s:\s+(\d+) kB" % name, text, re.M)
        facts.add(key, int(found.group(1)) // 1024 if found else None, path)
    text, source = machine.commands.output("tegrastats")
    facts.add("tegrastats", text.strip().splitlines()[0][:1000] if text.strip() else None, source)
    found = re.search(r"\bRAM (\d+)/(\d+)MB", text)
    facts.add("ram_mb", int(found.group(2)) if found else None, source)
    facts.add("ram_available_mb", int(found.group(2)) - int(found.group(1)) if found else None, source)
    found = re.search(r"\bSWAP \d+/(\d+)MB", text)
    facts.add("swap_mb", int(found.group(1)) if found else None, source)
    text, source = machine.commands.output("free")
    rows = re.findall(r"^(Mem|Swap):\s+(\S+)\s+\S+\s+\S+(?:\s+\S+\s+\S+\s+(\S+))?", text, re.M)
    for name, total, available in rows:
        facts.add("ram_mb" if name == "Mem" else "swap_mb", megabytes_of(total, text), source)
        facts.add("ram_available_mb", megabytes_of(available, text) if name == "Mem" else None, source)
    zram(machine, facts)
    disk(machine, facts)
    for key in ("ram_mb", "ram_available_mb", "swap_mb"):
        facts.missing(key, "no /proc/meminfo, tegrastats or free")


def megabytes_of(text, table):
    """MiB of a cell of ``free`` or ``df``: "7.4Gi" of ``free -h``, or what the table counts when it has no unit."""
    found = re.match(r"(\d+(?:\.\d+)?)([KMGT]?)i?B?$", text or "")
    if not found:
        return None
    number, unit = float(found.group(1)), found.group(2)
    if not unit:  # `free` and `df` count KiB, with -m MiB: no Jetson has less than 1 GiB or more than 1 TiB
        largest = max([number] + [int(n) for n in re.findall(r"(?<=\s)\d{1,15}(?=\s)", table)])
        kibibytes = "1K-blocks" in table or ("1M-blocks" not in table and largest > 1 << 20)
        return int(number) // 1024 if kibibytes else int(number)
    return int(number * {"K": 1 / 1024.0, "M": 1, "G": 1024, "T": 1 << 20}[unit])


def zram(machine, facts):
    """Number and size of the compressed swap devices."""
    text, source = machine.files.first("/proc/swaps")
    rows = re.findall(r"^\S*zram\d+\s+\S+\s+(\d+)", text, re.M)
    if text:
        facts.add("zram", len(rows), source)
        facts.add("zram_mb", sum(map(int, rows)) // 1024, source)
    text, source = machine.commands.output("lsblk", "zramctl", "swapon")
    rows = re.findall(r"zram\d+\s[^\n]*?(\d+(?:\.\d+)?[KMG])", text)
    facts.add("zram", len(rows) or None, source)
    facts.add("zram_mb", sum(megabytes_of(row, "") for row in rows) if rows else None, source)
    facts.missing("zram", "no /proc/swaps and no lsblk")


def disk(machine, facts):
    """Free and total space of the root file system, MiB."""
    if machine.live:
        try:
            space = os.statvfs("/")
            facts.add("disk_mb", space.f_blocks * space.f_frsize >> 20, "statvfs /")
            facts.add("disk_free_mb", space.f_bavail * space.f_frsize >> 20, "statvfs /")
        except OSError:
            pass
    text, source = machine.commands.output("df")
    found = re.search(r"^\S+\s+(\S+)\s+\S+\s+(\S+)\s+\d+%\s+/$", text, re.M)
    if found:
        facts.add("disk_mb", megabytes_of(found.group(1), text), source)
        facts.add("disk_free_mb", megabytes_of(found.group(2), text), source)
    facts.missing("disk_free_mb", "no df output in the capture")


def thermal(machine, facts):
    """Temperatures in degrees Celsius, and what lowers the clocks because of them at this moment."""
    text, source = machine.commands.output("tegrastats")
    degrees = {n: float(t) for n, t in re.findall(r"\b([A-Za-z]\w*)@(-?\d+(?:\.\d+)?)C", text)}
    facts.add("temperatures", measured(degrees) or None, source)
    base, zones, causes = "/sys/class/thermal", {}, []
    read = lambda *parts: machine.files.read("/".join((base,) + parts), 64).strip()  # noqa: E731
    for name in machine.files.names(base):
        kind = read(name, "type")
        if name.startswith("thermal_zone") and re.match(r"-?\d+$", read(name, "temp")):
            zones[re.sub(r"-(thermal|therm)$", "", kind) or name] = int(read(name, "temp")) / 1000.0
        elif name.startswith("cooling_device") and "throttle" in kind and read(name, "cur_state") not in ("", "0"):
            causes.append(kind)
    facts.add("temperatures", measured(zones) or None, base)
    facts.add("throttled_by", sorted(causes) if zones or causes else None, base)
    facts.missing("temperatures", "no tegrastats and no /sys/class/thermal")
    facts.missing("throttled_by", "no /sys/class/thermal")


def measured(degrees):
    """Without sensors that measure nothing: one that is switched off reads -256, the PMIC's a constant 50 or 100."""
    return {name: value for name, value in degrees.items() if value > -60 and not name.startswith("PMIC")}


def settings(machine, facts):
    """Power mode, clocks, desktop, groups."""
    text, source = machine.commands.output("nvpmodel")
    found = re.search(r"NV Power Mode\s*:\s*(?:MODE_)?(\S+)\s*\n\s*(\d+)", text)
    if found:
        facts.add("power_mode", found.group(1), source)
        facts.add("power_mode_id", int(found.group(2)), source)
    text, path = machine.files.first("/etc/nvpmodel.conf")
    modes = dict((int(n), re.sub("^MODE_", "", s)) for n, s in re.findall(r"POWER_MODEL ID=(\d+) NAME=(\S+)", text))
    facts.add("power_modes", sorted(modes.items()) or None, path)
    text, path = machine.files.first("/var/lib/nvpmodel/status")
    found = re.search(r"pmode:(\d+)", text)
    if found:
        facts.add("power_mode_id", int(found.group(1)), path)
        facts.add("power_mode", modes.get(int(found.group(1))), path)
    clocks(machine, facts)
    desktop(machine, facts)
    groups(machine, facts)
    facts.missing("power_mode", "no nvpmodel answer and no /var/lib/nvpmodel/status")


def clocks(machine, facts):
    """Are the GPU's clocks locked (minimum equals maximum)? Power mode of jetson_clocks."""
    text, source = machine.commands.output("jetson_clocks")
    found = re.search(r"GPU MinFreq=(\d+) MaxFreq=(\d+)", text)
    if found:
        facts.add("clocks_locked", found.group(1) == found.group(2), source)
    found = re.search(r"NV Power Mode: (?:MODE_)?(\S+)", text)
    facts.add("power_mode", found and found.group(1), source)
    base = "/sys/class/devfreq"
    for name in machine.files.names(base):
        if re.search(r"gpu|gv11b|ga10b|gp10b", name):
            pair = [machine.files.read("%s/%s/%s" % (base, name, f)).strip() for f in ("min_freq", "max_freq")]
            if all(pair):
                facts.add("clocks_locked", pair[0] == pair[1], base + "/" + name)
    facts.missing("clocks_locked", "no GPU in /sys/class/devfreq and no jetson_clocks --show")


def desktop(machine, facts):
    """Is a graphical desktop running?"""
    files, shells = (
        machine.files,
        ("gnome-shell", "Xorg", "lxsession", "lxpanel", "compiz", "unity-panel-ser", "kwin"),
    )
    processes = [name for name in files.names("/proc") if name.isdigit()][:5000]
    for number in processes:
        name = files.read("/proc/%s/comm" % number, 64).strip()
        if name in shells:
            facts.add("gui", True, "process " + name)
    if machine.live and processes:
        facts.add("gui", False, "no desktop process")
    text, source = machine.commands.output("get-default", "systemctl")
    facts.add("boot_target", text.strip().splitlines()[0] if text.strip() else None, source)
    if not machine.live:
        found = re.search(r"\b(graphical|multi-user)\.target", text)
        facts.add("gui", found.group(1) == "graphical" if found else None, source)
    facts.missing("gui", "no processes to look at and no systemctl get-default")


def groups(machine, facts):
    """Groups of the user who runs the probe."""
    if machine.live:
        try:
            import grp

            names = sorted(grp.getgrgid(number).gr_name for number in set(os.getgroups() + [os.getegid()]))
            facts.add("groups", names, "getgroups")
        except (ImportError, KeyError, OSError):
            pass
        facts.add("root", os.geteuid() == 0, "geteuid")
        text = machine.files.read("/etc/group")
        facts.add("video_group_exists", bool(re.search(r"^video:", text, re.M)), "/etc/group")
    text, source = machine.commands.output("id", "groups")
    found = re.findall(r"\d+\(([\w-]+)\)", text.split("groups=")[-1]) or text.split(":")[-1].split()
    facts.add("groups", sorted(found) or None, source)
    facts.missing("groups", "not in the capture")


#: In this order: later readers use what earlier ones found.
READERS = (packages, system, l4t, board, container, gpu, cuda, cudnn, tensorrt, vpi, python, memory, thermal, settings)


def collect(machine, facts):
    """Run every reader; one that fails leaves a reason and does not stop the others."""
    machine.commands.start()
    start_imports(machine)
    for reader in READERS + (finish_imports,):
        try:
            reader(machine, facts)
        except Exception as error:  # a reader must never cost the facts of the others
            facts.missing("probe_" + reader.__name__, "%s: %s" % (type(error).__name__, error))
    machine.commands.stop()


def probe(root=None, time_limit=TIME_LIMIT):
    """Facts of this machine, or of the tree captured in ``root``, as a JSON-ready dict."""
    started = time.monotonic()
    machine, facts = Machine(root, started + time_limit - 0.4), Facts()
    worker = threading.Thread(target=collect, args=(machine, facts))
    worker.daemon = True
    worker.start()
    worker.join(time_limit)
    if worker.is_alive():
        machine.commands.stop()
        facts.missing("probe", "the time limit was reached before every source was read")
    return {"jetdoctor_probe": FORMAT, "seconds": round(time.monotonic() - started, 3), "facts": dict(facts)}


def main(arguments):
    """Print the facts as JSON; the exit status is 0 even when most are unknown."""
    text = json.dumps(probe(arguments[0] if arguments else None), indent=1, sort_keys=True, default=str)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
    os._exit(0)  # a reader that still hangs in a dead file system must not keep the process


if __name__ == "__main__":
    main(sys.argv[1:])
