"""dpkg did not finish NVIDIA's packages

## What it detects
NVIDIA packages that dpkg unpacked and did not configure (`iU`, `iF`, `iH` in `dpkg -l`), and packages `nvidia-l4t-*` of
two releases side by side: an upgrade that stopped in the middle.

## Why it fails
The kernel, its modules, the boot loader and the libraries of the driver belong to one release of L4T. With half of
them replaced the GPU may be gone after the next boot, and every further `apt install` stops at the same package. Often
the script that runs after the installation of `nvidia-l4t-kernel` or `nvidia-l4t-bootloader` does not know the carrier
board: the lines `TNSPEC` and `COMPATIBLE_SPEC` of `/etc/nv_boot_control.conf` name one that NVIDIA's list lacks (`...
does not match any known boards`).

## Fix
`sudo dpkg --configure -a`, then `sudo apt --fix-broken install`; the first error that they print is the cause. If it
is the board's name, ask the maker of the carrier board for the packages of this release before you reboot.
"""

import re

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD141",
    name="packages-unfinished",
    severity="error",
    outcome="environment",
    sources=(
        "https://github.com/Seeed-Studio/Linux_for_Tegra/issues/41",
        "https://github.com/Seeed-Studio/wiki-documents/issues/1362",
        "https://github.com/rbonghi/jetson_stats/issues/653",
        "dpkg(1): states of packages",
    ),
)

_RELEASE = re.compile(r"(?:^|-)([3-9]\d\.\d+\.\d+)-\d{8,}")
_SHOWN = 4


def check_device(device):
    unfinished = device.get("packages_unfinished")
    if device.get("container"):
        return
    if unfinished:
        yield Match(
            "dpkg has not finished %s" % _some(unfinished),
            cause="unfinished",
            fixes=(Fix("sudo dpkg --configure -a; the first error that it prints is the cause", "manual"),),
        )
    releases = _releases(device.get("packages") or {})
    if len(releases) > 1:
        first, second = sorted(releases, key=lambda release: -len(releases[release]))[:2]
        yield Match(
            "packages of L4T %s (%s) are beside those of %s" % (second, _some(releases[second]), first),
            cause="mixed",
            severity="warning",
            fixes=(Fix("sudo apt update && sudo apt full-upgrade, unless you hold these on purpose", "manual"),),
        )


def _releases(packages):
    """L4T release -> names of the nvidia-l4t packages of it."""
    found = {}
    for name, version in sorted(packages.items()):
        release = _RELEASE.search(version) if name.startswith("nvidia-l4t-") else None
        if release:
            found.setdefault(release.group(1), []).append(name)
    return found


def _some(names):
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (" and %d more" % more if more > 0 else "")
