"""A small board without swap

## What it detects
At most 4 GB of memory on a Jetson, and neither swap nor zram.

## Why it fails
CPU and GPU share the memory. Building an engine needs more of it than running one, and without swap the
kernel kills the build (`Killed`), or the board stops responding.

## Fix
A swap file: `sudo fallocate -l 4G /swapfile && sudo chmod 600 /swapfile && sudo mkswap /swapfile && sudo
swapon /swapfile` (undo: `sudo swapoff /swapfile && sudo rm /swapfile`). JetPack's compressed swap:
`sudo systemctl enable --now nvzramconfig`. The GPU's own allocations cannot be swapped out; swap makes
room by moving the rest away.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD120",
    name="no-swap-on-small-board",
    severity="warning",
    outcome="environment",
    sources=("https://github.com/dusty-nv/jetson-containers/blob/master/docs/setup.md",),
)


SMALL_MB = 4200  # nominal 4 GB and less


def check_device(device):
    ram, swap = device.get("ram_mb"), device.get("swap_mb")
    if ram and ram <= SMALL_MB and swap == 0 and not device.get("zram") and device.get("soc"):
        yield Match(
            "%d MiB of memory and no swap: the kernel will kill an engine build that needs more" % ram,
            cause="swap",
            fixes=(Fix("Add a 4 GB swap file, or start nvzramconfig", "manual"),),
        )
