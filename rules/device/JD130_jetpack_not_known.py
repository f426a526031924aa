"""An L4T release that jetdoctor does not know

## What it detects
The L4T release was read, and no JetPack in the table has it.

## Why it fails
The verdicts rest on facts about each release. There are none yet for a newer one, and
jetdoctor does not guess.

## Fix
Update jetdoctor; until then name the TensorRT that is installed: `--target tensorrt-10.16`.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD130",
    name="jetpack-not-known",
    severity="info",
    outcome="environment",
    sources=("rules/data/targets.json",),
)


def check_device(device):
    if device.get("l4t") and not device.get("jetpack"):
        yield Match(
            "L4T %s is not in jetdoctor's table of releases" % device.get("l4t"),
            cause="l4t",
            fixes=(Fix("Update jetdoctor, or name the TensorRT: --target tensorrt-VERSION", "manual"),),
        )
