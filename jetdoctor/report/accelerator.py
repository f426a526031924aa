"""The division of a model between DLA and GPU, for people."""

from __future__ import annotations

from jetdoctor.report.style import Writer, plural
from jetdoctor.types import DlaSplit

#: Characters of the bar that shows the order of devices along the model.
_BAR = 40


def write(writer: Writer, split: DlaSplit) -> None:
    """A few lines: how much runs on the DLA, in how many pieces, and what must be done for it."""
    if split.absent:
        writer.wrapped("DLA       ", "none: " + split.absent, indent=2)
        return
    writer.wrapped("DLA       ", summary(split))
    writer.line("            " + bar(split))
    for text in split.conditions:
        writer.wrapped("wants     ", text)


def summary(split: DlaSplit) -> str:
    """The same as a sentence."""
    layers = split.count("dla") + split.count("gpu")
    share = int(1000 * split.share) / 10  # never rounded up to all of it
    pieces = "%s, %s between DLA and GPU" % (plural(split.parts, "piece"), plural(split.handovers, "hand-over"))
    return "%d of %s, %.1f %% of the multiply-adds; %s" % (split.count("dla"), plural(layers, "layer"), share, pieces)


def bar(split: DlaSplit) -> str:
    """The layers in order, ``#`` where the DLA computes most of them and ``.`` where the GPU does."""
    devices = [layer.device for layer in split.layers if layer.device != "none"]
    cells = min(_BAR, len(devices))
    shown = ""
    for cell in range(cells):
        part = devices[cell * len(devices) // cells : (cell + 1) * len(devices) // cells]
        shown += "#" if 2 * part.count("dla") >= len(part) else "."
    return shown + "   # DLA  . GPU" if shown else ""
