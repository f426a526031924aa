"""What ``fix`` hands to whoever writes or shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Tuple

from jetdoctor.fix.diff import FixDiff
from jetdoctor.fix.simplifying import Size
from jetdoctor.types import Plan, Result, Target


@dataclass(frozen=True)
class FixOutcome:
    """What ``fix`` found. ``proto`` is the fixed model, None when the original is to stay.

    ``before`` and ``results`` are the verdicts before and after, one per target; ``diff`` the graph
    changes by finding. ``reason`` says why nothing may be written although something was to be fixed.
    """

    path: str
    targets: Tuple[Target, ...]
    plan: Plan
    results: Tuple[Result, ...]
    before: Tuple[Result, ...] = ()
    proto: Any = None
    diff: Tuple[FixDiff, ...] = ()
    reason: str = ""
    #: what changes for the caller's code, one sentence for each input or output
    caller: Tuple[str, ...] = ()
    #: which state of the file was read (``originals.stamp``)
    read: Tuple[int, ...] = ()
    #: sizes before and after, when the model was simplified
    sizes: Optional[Tuple[Size, Size]] = None
    #: what else the repair costs, such as INT8 speed
    notes: Tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return self.proto is not None

    @property
    def clean(self) -> bool:
        """Whether no error remains for any target."""
        return not self.reason and not any(f.severity == "error" for r in self.results for f in r.findings)
