"""A package needs a newer glibc

## What it detects
A wheel whose platform tag names a newer glibc than the board's, or an import that failed with `GLIBC_...
not found`.

## Why it fails
The C library is the distribution's: 2.27 on JetPack 4, 2.31 on 5, 2.35 on 6 (seen on a board), 2.39 on 7. A wheel or a
library that was built on a newer one cannot be loaded, and the C library cannot be replaced without
breaking the system.

## Fix
Install a version of the package that was built for this distribution, let pip choose it (not
`--platform`, not a copied file), or use a container. Never upgrade libc6 yourself.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version

RULE = Rule(
    id="JD117",
    name="glibc-too-old",
    severity="error",
    outcome="environment",
    sources=(
        "https://peps.python.org/pep-0600/",
        "https://github.com/microsoft/onnxruntime/issues/27562 (glibc 2.35 on JetPack 6)",
        "https://packages.ubuntu.com (libc6: 2.27 bionic, 2.31 focal, 2.35 jammy, 2.39 noble)",
    ),
)


def check_device(device):
    own = device.get("glibc")
    for name, wants in sorted((device.get("wheel_glibc") or {}).items()):
        if own and parse_version(wants) > parse_version(own)[:2]:
            yield _match("%s needs glibc %s, but this system has %s" % (name, wants, own))
    for key in ("numpy_error", "tensorrt_error"):
        text = device.get(key) or ""
        if "GLIBC_" in text or "GLIBCXX_" in text:
            yield _match("%s: %s" % (key.split("_")[0], text[:160]))


def _match(message):
    return Match(message, cause=message, fixes=(Fix("Use a build for this distribution, or a container", "manual"),))
