"""The division of a model between DLA and GPU, for people."""

from __future__ import annotations

from typing import List

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
        writer.wrapped("needs     ", text)


def summary(split: DlaSplit) -> str:
    """The same as a sentence."""
    layers = split.count("dla") + split.count("gpu")
    share = int(1000 * split.share) / 10  # never rounded up to all of it
    worked = any(layer.work for layer in split.layers)
    first = "%d of %s" % (split.count("dla"), plural(layers, "layer"))
    first += ", %.1f %% of the multiply-adds" % share if worked else ""
    return "%s; %s, %s between DLA and GPU" % (
        first,
        plural(split.parts, "piece"),
        plural(split.handovers, "transfer"),
    )


def bar(split: DlaSplit) -> str:
    """The layers in order, ``#`` where the DLA computes most of them and ``.`` where the GPU does."""
    shown = "".join("#" if share >= 0.5 else "." for share in _cells(split, _BAR))
    return shown + "   # DLA  . GPU" if shown else ""


def _cells(split: DlaSplit, most: int) -> List[float]:
    """Share of the DLA in each of at most ``most`` equal stretches of the layers in order."""
    devices = [layer.device for layer in split.layers if layer.device != "none"]
    count = min(most, len(devices))
    edges = [cell * len(devices) // count for cell in range(count + 1)] if count else []
    return [devices[a:b].count("dla") / (b - a) for a, b in zip(edges, edges[1:])]
