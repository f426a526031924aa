"""A known fault of this release on this board, whatever the model

## What it detects
A target whose module and TensorRT do not work together although NVIDIA lists both: the Xavier NX 16 GB with
TensorRT 8.2.1.8 (JetPack 4.6.1 to 4.6.6 as flashed).

## Why it fails
TensorRT keeps a table of the modules that it knows; one that came out later is missing in it, and every build ends
with an error about the device.

## Fix
Install the next patch of the same TensorRT from the same apt source.
"""

from jetdoctor.rules.known._issues import matches, rows

from jetdoctor.rule import Fix, Match, Rule, parse_version

RULE = Rule(
    id="JD622",
    name="known-board-fault",
    severity="warning",
    outcome="build-risk",
    sources=("https://github.com/NVIDIA/TensorRT/issues/1866",),
)


def check_target(model, target):
    for row, within in rows(RULE.id):
        yield from matches(row, within)


def check_device(device):
    module, version = device.get("module") or "", parse_version(device.get("tensorrt") or "")
    for row, within in rows(RULE.id):
        if version and version in within and module.startswith(tuple(row["modules"])):
            yield Match(
                row["what"],
                fixes=(Fix(row["cure"], "manual"),),
                cause=row["id"],
                sources=tuple(row["source"]),
                basis=row["basis"],
                consequences=('the log says "%s"' % row["message"],) if "message" in row else (),
            )
