"""The division of a model between the DLA and the GPU."""

from __future__ import annotations

from typing import Tuple

from jetdoctor.records import dataclass
from jetdoctor.types.findings import Location


@dataclass(frozen=True)
class DlaLayer:
    """One node and where it runs: "dla", "gpu", or "none" for one that is no layer (constants, identities).

    ``work`` counts multiply-adds. ``reason`` and ``cure`` say what keeps it from the DLA and what would bring it over.
    """

    location: Location
    device: str
    work: int = 0
    reason: str = ""
    cure: str = ""
    source: str = ""

    def to_json(self) -> dict:
        return {
            "location": self.location.to_json(),
            "device": self.device,
            "work": self.work,
            "reason": self.reason or None,
            "cure": self.cure or None,
            "source": self.source or None,
        }


@dataclass(frozen=True)
class DlaSplit:
    """How a model is divided between the DLA and the GPU of a target.

    ``absent`` says why there is no DLA at all ("" when there is one), ``conditions`` what must be done for the split to
    hold (one fixed shape, a precision). ``parts`` counts the connected pieces on the DLA (loadables), ``handovers`` the
    ways between pieces of the two.
    """

    absent: str = ""
    source: str = ""
    conditions: Tuple[str, ...] = ()
    layers: Tuple[DlaLayer, ...] = ()
    parts: int = 0
    handovers: int = 0

    def count(self, device: str) -> int:
        return sum(layer.device == device for layer in self.layers)

    @property
    def share(self) -> float:
        """Share of the multiply-adds that the DLA does, 0 to 1; 0 for a model without any."""
        total = sum(layer.work for layer in self.layers)
        return sum(layer.work for layer in self.layers if layer.device == "dla") / total if total else 0.0

    def to_json(self) -> dict:
        return {
            "absent": self.absent or None,
            "source": self.source or None,
            "conditions": list(self.conditions),
            "on_dla": self.count("dla"),
            "on_gpu": self.count("gpu"),
            "parts": self.parts,
            "handovers": self.handovers,
            "share_of_work": round(self.share, 4),
            "layers": [layer.to_json() for layer in self.layers],
        }
