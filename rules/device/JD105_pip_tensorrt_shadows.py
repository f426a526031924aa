"""A TensorRT from pip shadows JetPack's

## What it detects
`import tensorrt` finds a package outside /usr/lib/python3*/dist-packages, or one whose version is not
that of the library.

## Why it fails
JetPack's bindings are the package python3-libnvinfer. What `pip install tensorrt` installs is built for
servers: SBSA wheels before 10.16.1 do not run on the GPU of Orin and Xavier, and bindings of another
version than libnvinfer fail at the import or at the first call.

## Fix
Uninstall it with the same Python that installed it: `python3 -m pip uninstall tensorrt tensorrt-cu12
tensorrt-cu12-bindings tensorrt-cu12-libs` (cu11 or cu13 where it is of that CUDA). JetPack's is then found again;
if not, `sudo apt install python3-libnvinfer`.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version

RULE = Rule(
    id="JD105",
    name="pip-tensorrt-shadows",
    severity="error",
    outcome="environment",
    sources=(
        "https://github.com/NVIDIA/TensorRT/issues/2896",
        "https://docs.nvidia.com/deeplearning/tensorrt/10.16.1/getting-started/release-notes-10/10.16.1.html",
    ),
)


def _names(device):
    """The names under which pip knows it: tensorrt, tensorrt-cu12 and its parts."""
    package = device.get("tensorrt_dist_package") or "tensorrt"
    return package if package == "tensorrt" else "tensorrt %s %s-bindings %s-libs" % (package, package, package)


def check_device(device):
    if not device.get("l4t") and not device.get("jetpack"):
        return
    library, binding = device.get("tensorrt"), device.get("tensorrt_python")
    path = device.get("tensorrt_python_path") or ""
    differs = bool(library and binding) and parse_version(library)[:3] != parse_version(binding)[:3]
    outside = bool(path) and not path.startswith("/usr/lib/python3")
    if not differs and not outside:
        return
    if device.get("venv_system_site") and not differs:
        return  # a link or .pth to JetPack's own
    where = " from %s" % path if path else ""
    message = "Python imports TensorRT %s%s, the library is %s" % (
        binding or "bindings",
        where,
        library or "unknown",
    )
    yield Match(
        message,
        cause="binding",
        severity=None if differs else "warning",
        fixes=(Fix("python3 -m pip uninstall %s (JetPack's python3-libnvinfer stays)" % _names(device), "manual"),),
    )
