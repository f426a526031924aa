"""numpy is too new for these TensorRT bindings

## What it detects
numpy 1.24 or newer together with the Python bindings of TensorRT 8.0 to 8.5.2 (JetPack 4.6 to 5.1.6).

## Why it fails
`tensorrt.nptype()` of those releases reads `np.bool`, which numpy removed in 1.24: `AttributeError:
module 'numpy' has no attribute 'bool'`. numpy 1.20 to 1.23 only warn. 8.5.3 is the first release without
it, and no JetPack ships that; JetPack 6.0 (8.6.2) is fine.

## Fix
`python3 -m pip install "numpy<1.24"` in the environment that uses TensorRT (undo: install the version
that was there). The numpy of the distribution, 1.17.4 on JetPack 5, always fits: `python3 -m pip
uninstall numpy` brings it back when pip's shadows it.
"""

from jetdoctor.rule import Fix, Match, Rule, VersionRange, parse_version, table

RULE = Rule(
    id="JD108",
    name="numpy-without-bool",
    severity="error",
    outcome="environment",
    sources=(
        "https://github.com/NVIDIA/TensorRT/issues/2567",
        "https://github.com/NVIDIA/TensorRT/issues/2557",
        "NVIDIA/TensorRT python/packaging, tags 8.2.1 to 8.5.3",
    ),
)


def check_device(device):
    numpy, tensorrt = device.get("numpy"), device.get("tensorrt_python") or device.get("tensorrt")
    if not numpy or not tensorrt or device.get("tensorrt_nptype"):
        return
    for row in table("python_facts"):
        first = row.get("numpy_from")
        if not first or parse_version(numpy) < parse_version(first):
            continue
        if parse_version(tensorrt)[:3] in VersionRange.parse(row["tensorrt"]):
            yield Match(
                "numpy %s has no np.bool, which the bindings of TensorRT %s use" % (numpy, tensorrt),
                cause="numpy",
                fixes=(Fix('python3 -m pip install "numpy<%s"' % first, "manual"),),
            )
