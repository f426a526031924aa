"""The desktop uses memory that the model needs

## What it detects
A graphical desktop runs on a Jetson with at most 8 GB.

## Why it fails
The desktop shares the memory with the GPU: about 800 MB for GNOME or Unity, about 250 MB for LXDE. On a
Nano that is a fifth of the memory, and an engine build needs it.

## Fix
For now: `sudo init 3` (back: `sudo init 5`). For good: `sudo systemctl set-default multi-user.target`
(back: `sudo systemctl set-default graphical.target`), then reboot. Work over SSH.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD121",
    name="desktop-on-small-board",
    severity="info",
    outcome="environment",
    sources=(
        "https://github.com/dusty-nv/jetson-containers/blob/master/docs/setup.md",
        "field notes of a JetBot on JetPack 4.6 (about 800 MB for Unity/GNOME, about 250 MB for LXDE)",
    ),
)


SMALL_MB, MIDDLE_MB = 4200, 8400  # nominal 4 and 8 GB


def check_device(device):
    ram = device.get("ram_mb")
    if device.get("gui") and device.get("soc") and ram and ram <= MIDDLE_MB:
        yield Match(
            "a desktop runs on a board with %d MiB: it uses 250 MB (LXDE) to 800 MB (GNOME)" % ram,
            cause="desktop",
            severity="warning" if ram <= SMALL_MB else None,
            fixes=(Fix("sudo init 3 (back: sudo init 5)", "manual"),),
        )
