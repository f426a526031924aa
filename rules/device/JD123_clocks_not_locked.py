"""Clocks follow the load

## What it detects
The GPU's lowest and highest clock differ on a Jetson, so the clock follows the load.

## Why it fails
After an idle moment the first inferences run at a low clock, so measured latencies scatter. In
everyday use this is fine.

## Fix
Before a benchmark: `sudo jetson_clocks --store` once, then `sudo jetson_clocks`. Back: `sudo
jetson_clocks --restore`.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD123",
    name="clocks-not-locked",
    severity="info",
    outcome="environment",
    sources=(
        "https://docs.nvidia.com/jetson/archives/r36.4/DeveloperGuide/SD/PlatformPowerAndPerformance.html",
        "https://github.com/stanciuadrian/jetson-cool (stops the governor, clocks of the active power mode)",
    ),
)


def check_device(device):
    if device.get("clocks_locked") is False and device.get("soc"):
        yield Match(
            "the GPU's clock follows the load: latencies will scatter",
            cause="clocks",
            fixes=(Fix("Before a benchmark: sudo jetson_clocks --store; sudo jetson_clocks", "manual"),),
        )
