"""What a model is checked against, and the machine that was looked at."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Mapping, Optional, Tuple

from jetdoctor.records import dataclass
from jetdoctor.types.versions import Version, parse_version


@dataclass(frozen=True)
class Module:
    """A Jetson module or developer kit. ``ram_mb`` is nominal memory in MiB, shared by CPU and GPU."""

    id: str
    name: str
    soc: Optional[str] = None
    compute_capability: Optional[str] = None
    ram_mb: Optional[int] = None
    dla: int = 0
    precision: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """What a model is checked against: a TensorRT release, usually by way of a JetPack and a module.

    ``tensorrt`` is the version to the patch ("8.4.1"), None when the release is not known.
    ``plugins`` are custom operators whose plugin the user brings along. ``precision`` is the one that the engine
    is to be built in ("fp16", "int8" …; None: not said), ``dla`` whether as much as possible is to run on the DLA.
    """

    name: str
    tensorrt: Optional[str] = None
    jetpack: Optional[str] = None
    l4t: Optional[str] = None
    cuda: Optional[str] = None
    cudnn: Optional[str] = None
    python: Optional[str] = None
    module: Optional[Module] = None
    plugins: Tuple[str, ...] = ()
    precision: Optional[str] = None
    dla: bool = False

    @property
    def tensorrt_version(self) -> Version:
        return parse_version(self.tensorrt or "")

    @property
    def compute_capability(self) -> Optional[str]:
        return self.module.compute_capability if self.module else None

    def to_json(self) -> dict:
        """The ``target`` object of the JSON contract."""
        return {
            "name": self.name,
            "tensorrt": self.tensorrt,
            "cuda": self.cuda,
            "python": self.python,
            "module": self.module.id if self.module else None,
            "compute_capability": self.compute_capability,
        }


@dataclass(frozen=True)
class Fact:
    """One detected fact of a device: its value, where it was read, or why it is unknown."""

    value: Any = None
    source: Optional[str] = None
    reason: Optional[str] = None


@dataclass(frozen=True)
class Device:
    """A machine as the probe saw it: ``facts`` by key (see DESIGN.md §5 for the flat keys)."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    origin: str = "this machine"

    def get(self, key: str) -> Any:
        """Value of a fact, None when unknown."""
        fact = self.facts.get(key)
        return fact.value if fact else None
