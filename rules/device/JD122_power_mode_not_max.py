"""The power mode limits the board

## What it detects
nvpmodel runs a mode other than MAXN although the board has one.

## Why it fails
The power mode limits clocks and the number of cores. A latency that was measured in a 10 W or 15 W mode does not tell
what the board does in MAXN.

## Fix
`sudo nvpmodel -m ID` with the id of the finding (back: the id that runs now). Some modes need a reboot,
as the command says. The power supply and cooling must be rated for it: a small carrier board can be
permanently damaged in MAXN SUPER.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD122",
    name="power-mode-not-max",
    severity="info",
    outcome="environment",
    sources=(
        "https://docs.nvidia.com/jetson/archives/r36.4/DeveloperGuide/SD/PlatformPowerAndPerformance.html",
        "https://nvlabs.github.io/sionna/rk/setup/perf",
        "https://wiki.seeedstudio.com/deploy_ota_on_recomputer (damage in MAXN SUPER)",
    ),
)


def check_device(device):
    mode, now = device.get("power_mode"), device.get("power_mode_id")
    modes = {int(pair[0]): pair[1] for pair in device.get("power_modes") or ()}
    best = [number for number, name in sorted(modes.items()) if name.startswith("MAXN")]
    if not mode or mode.startswith("MAXN") or not best:
        return
    number = next((n for n in best if modes[n] == "MAXN_SUPER"), best[0])
    back = " (back: sudo nvpmodel -m %d)" % now if now is not None else ""
    yield Match(
        "power mode %s; %s (id %d) is the fastest" % (mode, modes[number], number),
        cause="power",
        fixes=(Fix("Before a benchmark: sudo nvpmodel -m %d%s" % (number, back), "manual"),),
    )
