"""Latency of an engine on a device, and whether the number means anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple

#: least iterations, seconds and milliseconds of warm-up of a measurement.
TIMING = (100, 3, 500)


@dataclass(frozen=True)
class Latency:
    """Milliseconds per run. ``locked``: whether the clocks stood still, None when not known."""

    median: float
    p90: float
    p99: float
    runs: int
    locked: Optional[bool] = None
    power_mode: Optional[str] = None

    @property
    def meaningful(self) -> bool:
        """Only with locked clocks: otherwise the number says more about the governor than the model."""
        return self.locked is True

    def verdict(self, limit: Optional[float]) -> str:
        """ "passed", "too-slow", or "not-judged" without a limit or with clocks that were not locked."""
        if limit is None or not self.meaningful:
            return "not-judged"
        return "passed" if self.p99 <= limit else "too-slow"

    def to_json(self) -> Dict[str, Any]:
        about = {"median_ms": self.median, "p90_ms": self.p90, "p99_ms": self.p99, "runs": self.runs}
        return dict(about, clocks_locked=self.locked, power_mode=self.power_mode, meaningful=self.meaningful)


def measure(times: Sequence[float], device: Any = None) -> Latency:
    """Figures of raw times; ``device`` (``types.Device``) tells clocks and power mode."""
    import numpy

    figures = [float(value) for value in numpy.percentile(times, [50, 90, 99])]
    locked = device.get("clocks_locked") if device is not None else None
    mode = device.get("power_mode") if device is not None else None
    return Latency(figures[0], figures[1], figures[2], len(times), locked, str(mode) if mode else None)


def gate(details: Mapping[str, Any], limit: Optional[float]) -> Tuple[bool, str]:
    """(whether --max-latency holds, what to say). A figure that cannot be judged does not hold."""
    figures = details.get("latency")
    if not figures:
        return limit is None, "" if limit is None else "; its latency was not measured"
    said = "; median %.2f ms, p99 %.2f ms" % (figures["median_ms"], figures["p99_ms"])
    if not figures["meaningful"]:
        why = "are not locked" if figures["clocks_locked"] is False else "are not known to be locked"
        said += " (unreliable: the clocks %s; run sudo jetson_clocks)" % why
        return limit is None, said
    if limit is not None and figures["p99_ms"] > limit:
        return False, said + ": above the limit of %g ms" % limit
    return True, said
