"""``fix --script``: the same repair as a stand-alone program for onnx, numpy and onnx-graphsurgeon.

``difference`` reads the local changes off the two models, ``blocks`` gives them letters and text, ``limits`` what
tells their places from others, ``program`` puts the text together and tries it, ``standalone`` is its fixed part.
"""

from __future__ import annotations

from typing import Any

from jetdoctor import __version__
from jetdoctor.fix.script.program import script
from jetdoctor.fix.script.reasons import Reasons

__all__ = ["of_outcome"]


def of_outcome(outcome: Any, original: Any) -> str:
    """The script of a ``FixOutcome``, whose ``proto`` is the repaired model; ``original`` is the ModelProto read."""
    import os

    targets = ", ".join("%s (TensorRT %s)" % (t.name, t.tensorrt or "unknown") for t in outcome.targets)
    heading = "Repairs %s%s, as jetdoctor %s did.\n\n%s\n" % (
        os.path.basename(outcome.path),
        " for %s" % targets if targets else "",
        __version__,
        "    python THIS_FILE IN.onnx OUT.onnx\n\n"
        "Needs onnx, numpy and onnx-graphsurgeon. Nodes are found by what they are and how they are connected, so that\n"
        "it works on the next export too, whatever its names are; where nothing looks like a repair's pattern, it stops.",
    )
    return script(outcome.path, original, outcome.proto, Reasons(outcome.diff, outcome.before), heading.rstrip("\n"))
