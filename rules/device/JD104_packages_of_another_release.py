"""Packages or apt sources of another L4T release

## What it detects
The `nvidia-jetpack` packages belong to another L4T release than the one that runs, or NVIDIA's apt source
names another release.

## Why it fails
The board support package (bootloader, kernel, driver) and the packages above it belong together. An `apt
upgrade` with the source of another release replaces the `nvidia-l4t-*` packages under a running system;
boards that were upgraded across releases manually may no longer boot. NVIDIA tests the packages with the root
file system of their own release only, and some steps do not exist at all (5.1.2 to 6.2 needs 35.5.0 in between).
Within one line (32.6 to 32.7) people do edit the source and upgrade; back up the card first.

## Fix
Do not run `apt upgrade` before you have fixed this. Set `/etc/apt/sources.list.d/nvidia-l4t-apt-source.list`
to the release that runs (r35.4 for L4T 35.4.1) and `sudo apt update`. To move to another JetPack, flash
it, or follow NVIDIA's upgrade page of exactly that pair of releases. Undo: keep a copy of the file.
"""

from jetdoctor.rule import Fix, Match, Rule, parse_version, table

RULE = Rule(
    id="JD104",
    name="packages-of-another-release",
    severity="warning",
    outcome="environment",
    sources=(
        "https://docs.nvidia.com/jetson/archives/r35.2.1/DeveloperGuide/text/SD/SoftwarePackagesAndTheUpdateMechanism.html",
        "https://forums.developer.nvidia.com/t/345680 (5.1.2 to 6.2 only through 35.5.0; forum post)",
        "https://gist.github.com/adujardin/5298a596 (32.6 to 32.7 in the field)",
        "https://github.com/rbonghi/jetson_stats (L4T and JetPack table)",
    ),
)


def check_device(device):
    l4t, packages, source = (device.get(key) for key in ("l4t", "jetpack_packages", "apt_release"))
    if not l4t or device.get("container"):
        return
    pocket = parse_version(l4t)[:2]
    if len(pocket) < 2:
        return
    served = [r["jetpack"] for r in table("targets") if r["l4t"] and parse_version(r["l4t"])[:2] == pocket]
    if packages and served and packages not in served and packages + "-dp" not in served:
        yield Match(
            "the nvidia-jetpack packages are of JetPack %s, but L4T %s runs" % (packages, l4t),
            cause="packages",
            fixes=(Fix("Set the apt source to r%d.%d and install nvidia-jetpack from there" % pocket, "manual"),),
        )
    if source and parse_version(source)[:2] != pocket:
        yield Match(
            "NVIDIA's apt source names r%s, but L4T %s runs: an upgrade would mix the two" % (source, l4t),
            cause="source",
            fixes=(Fix("Set the apt source to r%d.%d before any apt upgrade" % pocket, "manual"),),
        )
