"""Parts of two TensorRT releases are installed

## What it detects
Two releases of libnvinfer where the loader looks (the library directories, `/usr/local/lib`, `/etc/ld.so.conf.d`,
`LD_LIBRARY_PATH`), a parser (`libnvonnxparser.so`) of a release of which there is no libnvinfer, or packages of the
parser, the plugins or the bindings that are of another release than libnvinfer.

## Why it fails
The loader takes the first library that it finds, and the parser of one release calls the builder of another
through enum values whose meaning changed between them: assertions such as `EnumMax<SliceMode>`, `undefined symbol`, or
an engine that says it was built by another TensorRT. The documentation of neither release applies.

## Fix
Keep the one of JetPack: `dpkg -l | grep -i nvinfer` and `find / -name 'libnvinfer.so*'` name all parts.
Remove what was copied or installed from elsewhere (undo: install it again), then `sudo apt install
--reinstall libnvinfer8` (or `libnvinfer10`).
"""

import re

from jetdoctor.rule import Fix, Match, Rule, parse_version

RULE = Rule(
    id="JD135",
    name="mixed-tensorrt",
    severity="warning",
    outcome="environment",
    sources=(
        "onnx-tensorrt links libnvinfer of its own release (CMakeLists.txt: find_library nvinfer)",
        "https://docs.nvidia.com/jetson/jetpack/install-setup/index.html (one TensorRT for each JetPack)",
    ),
)

_PARTS = re.compile(r"(libnvinfer(?:-plugin)?\d+|libnvonnxparsers\d+|python3-libnvinfer)$")


def check_device(device):
    named = set(device.get("tensorrt_libraries") or ()) | {device.get("tensorrt_package")}
    libraries = sorted({_release(text) for text in named if text}, key=parse_version)
    if len(libraries) > 1:
        yield _match("two TensorRT libraries are installed side by side: %s" % " and ".join(libraries), "libraries")
    parsers = {_release(text) for text in device.get("tensorrt_parsers") or ()}
    alone = sorted(parsers - set(libraries), key=parse_version)
    if libraries and alone:
        parts = (" and ".join(alone), " and ".join(libraries))
        yield _match("the ONNX parser is of TensorRT %s, the library of %s" % parts, "parser")
    packages = device.get("packages") or {}
    parts = {name: _release(version) for name, version in packages.items() if _PARTS.match(name)}
    if len(set(parts.values())) > 1:
        listed = ", ".join("%s %s" % pair for pair in sorted(parts.items()))
        yield _match("the packages are of different TensorRT releases: %s" % listed, "packages")


def _release(text):
    """Major, minor and patch of a library's or package's version."""
    return ".".join(map(str, parse_version(text)[:3]))


def _match(message, cause):
    return Match(message, cause=cause, fixes=(Fix("Keep the TensorRT of JetPack and remove the other", "manual"),))
