"""A wheel is made for another processor

## What it detects
A Python package on a Jetson whose wheel carries the tag of another processor (x86_64, armv7l).

## Why it fails
A Jetson has an aarch64 processor. A site-packages folder or virtual environment that was copied from a PC,
or a wheel that was forced in, contains libraries that the loader refuses: `wrong ELF class`, `cannot open
shared object file`, `No module named numpy.core._multiarray_umath`.

## Fix
Create the environment again on the board (`python3 -m venv --system-site-packages ENV`) and install its
packages there: pip chooses aarch64 wheels by itself. Environments cannot be copied between machines.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD139",
    name="wheel-of-another-processor",
    severity="error",
    outcome="environment",
    sources=("https://packaging.python.org/specifications/platform-compatibility-tags/",),
)


def check_device(device):
    wheels = device.get("wheel_processors") or {}
    foreign = sorted(name for name, processor in wheels.items() if processor != "aarch64")
    if not foreign or not (device.get("l4t") or device.get("soc")):
        return
    named = ", ".join("%s (%s)" % (name, wheels[name]) for name in foreign[:4])
    yield Match(
        "made for another processor than this board's aarch64: %s" % named,
        cause="wheel",
        fixes=(Fix("Create the environment again on the board: python3 -m venv --system-site-packages ENV", "manual"),),
    )
