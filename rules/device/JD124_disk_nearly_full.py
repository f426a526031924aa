"""The disk is nearly full

## What it detects
Less than 2 GB free on the root file system; an error below 200 MB.

## Why it fails
Engines, timing caches and the temporary files of a build go to the disk, and so does a swap file. A full
root file system is common on a 16 GB eMMC once PyTorch is installed; a desktop login then fails.

## Fix
See what uses the space: `sudo du -xh / --max-depth=2 | sort -h | tail`. Safe to remove: `sudo apt clean`, `pip
cache purge`, `docker system prune` (removes stopped containers and unused images), samples and
documentation under /usr/src and /usr/share/doc.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD124",
    name="disk-nearly-full",
    severity="warning",
    outcome="environment",
    preview=True,
    sources=(),  # the limits are a rule of thumb
)


LOW_MB, NOTHING_MB = 2048, 200


def check_device(device):
    free = device.get("disk_free_mb")
    if free is not None and free < LOW_MB:
        yield Match(
            "%d MiB are free on the root file system" % free,
            cause="disk",
            severity="error" if free < NOTHING_MB else None,
            fixes=(Fix("sudo apt clean; pip cache purge; look with du -xh / --max-depth=2", "manual"),),
        )
