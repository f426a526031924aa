"""What is to be verified: the model, against what, for which target, within which limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Tuple

from jetdoctor.child import limits
from jetdoctor.types import Target
from jetdoctor.verify.profiles import Profile
from jetdoctor.verify.tolerance import Tolerance

PRECISIONS = ("fp32", "fp16", "bf16", "int8")


@dataclass(frozen=True)
class Job:
    """``model`` and ``reference`` are paths; ``view`` is the ``graph.Model`` of ``model``.

    ``memory_limit`` (of this machine, for each child) and ``workspace`` are bytes, ``time_limit`` is seconds.
    ``runs`` holds the sets of inputs: (name, arrays by input name), the ``given`` of the user first.
    """

    model: str
    view: Any
    reference: Optional[str] = None
    target: Optional[Target] = None
    precision: str = "fp32"
    profiles: Tuple[Profile, ...] = ()
    runs: Tuple[Tuple[str, Mapping[str, Any]], ...] = ()
    given: int = 0
    tolerance: Optional[Tolerance] = None
    workspace: Optional[int] = None
    time_limit: float = 1800.0
    memory_limit: Optional[int] = field(default_factory=limits.memory_limit)
    providers: Tuple[str, ...] = ()
    ssh: Optional[str] = None
    trtexec: Optional[str] = None
    save_engine: Optional[str] = None
    timing_cache: Optional[str] = None
    calibration: Optional[str] = None
    calibrator: str = "entropy"
    max_latency_ms: Optional[float] = None
    keep_fp32: Tuple[str, ...] = ()
    bisect: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def original(self) -> str:
        """What the candidate's outputs are compared with: the reference, or the model itself."""
        return self.reference or self.model


Steering = Dict[str, List[int]]


def workspace_for(target: Optional[Target]) -> int:
    """Bytes of scratch memory to allow the builder: an eighth of a board's memory, 128 MiB to 2 GiB.

    The memory of a Jetson is shared by CPU and GPU, so that the builder must leave room for the system
    (field notes: 128-256 MiB on a 4 GB Nano, 500 MiB on 8 GB boards, 2 GiB and more on an AGX).
    """
    ram_mb = target.module.ram_mb if target and target.module else None
    return min(max((ram_mb or 8192) // 8, 128), 2048) << 20
