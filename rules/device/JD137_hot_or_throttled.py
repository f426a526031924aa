"""The board is hot or thermally throttled

## What it detects
A throttling device of the kernel that is active (`cooling_device*/type` with "throttle" in its name and a
`cur_state` other than 0), or a sensor at 90 degrees Celsius and more. The PMIC's is left out: before Orin it reads a
constant 50 or 100.

## Why it fails
Near its limit the board lowers CPU and GPU clocks by itself, so that a latency measured then is that of a
hot board, and changes with the fan, the case and the ambient temperature. TensorRT also times its kernels
while it builds: an engine built on a throttling board contains choices that were timed at the wrong clocks.

## Fix
Let it cool, give it a fan or a larger heat sink, choose a lower power mode, and measure again: `tegrastats
--interval 1000` shows temperatures and clocks. Build the engine again if it was built while the board
throttled.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD137",
    name="hot-or-throttled",
    severity="warning",
    outcome="environment",
    preview=True,  # 90 degrees is a rule of thumb; the kernel's own state is not
    sources=(
        "https://docs.nvidia.com/jetson/archives/r36.3/DeveloperGuide/SD/PlatformPowerAndPerformance/"
        "JetsonOrinNanoSeriesJetsonOrinNxSeriesAndJetsonAgxOrinSeries.html (thermal management)",
        "https://github.com/balena-os/balena-jetson/issues/142 (the PMIC's zone always reads 100)",
        "https://docs.kernel.org/driver-api/thermal/sysfs-api.html (cooling_device: type, cur_state)",
    ),
)

#: Degrees Celsius.
HOT = 90.0


def check_device(device):
    causes, degrees = device.get("throttled_by") or [], device.get("temperatures") or {}
    sensor = max(degrees, key=lambda name: degrees[name]) if degrees else None
    hottest = "%s is at %.0f degrees Celsius" % (sensor, degrees[sensor]) if sensor else ""
    if causes:
        message = "the board lowers its clocks at this moment (%s)%s" % (", ".join(causes), hottest and "; " + hottest)
    elif sensor and degrees[sensor] >= HOT:
        message = "%s, near the limit where the board lowers its clocks" % hottest
    else:
        return
    yield Match(
        message,
        cause="thermal",
        fixes=(Fix("Let it cool or give it a fan, then build and measure again", "manual"),),
    )
