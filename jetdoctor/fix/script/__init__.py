"""``fix --script``: the same repair as a stand-alone program for onnx, numpy and onnx-graphsurgeon.

``difference`` reads the local changes off the two models, ``blocks`` gives them letters and text, ``limits`` what
tells their places from others, ``program`` puts the text together and tries it, ``standalone`` is its fixed part.
"""

from __future__ import annotations

import os
from typing import Any

from jetdoctor import __version__
from jetdoctor.fix.script.program import Script, script
from jetdoctor.fix.script.reasons import Reasons

__all__ = ["Script", "of_outcome"]


def of_outcome(outcome: Any) -> Script:
    """The script of a ``FixOutcome``; one without repairs, which copies the model, when nothing was to be fixed."""
    import onnx

    original = onnx.load(outcome.path, load_external_data=False)
    targets = ", ".join("%s (TensorRT %s)" % (t.name, t.tensorrt or "unknown") for t in outcome.targets)
    heading = "Repairs %s%s, as jetdoctor %s did.\n\n%s\n" % (
        os.path.basename(outcome.path),
        " for %s" % targets if targets else "",
        __version__,
        "    python THIS_FILE IN.onnx OUT.onnx\n\n"
        "Needs onnx, numpy and onnx-graphsurgeon. Nodes are found by what they are and how they are connected, so\n"
        "that it works on the next export too, whatever its names are; where a pattern finds nothing, it stops.",
    )
    fixed = outcome.proto if outcome.proto is not None else original
    return script(outcome.path, original, fixed, Reasons(outcome.diff, outcome.before), heading.rstrip("\n"))
