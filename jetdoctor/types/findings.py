"""A finding: what goes wrong, where, how badly, and the fixes that are asked for."""

from __future__ import annotations

import hashlib
from typing import Optional, Tuple

from jetdoctor.records import dataclass

SEVERITIES = ("error", "warning", "info")

#: What a finding says will happen (DESIGN.md §4, contract).
OUTCOMES = (
    "rejected",  # the parser or the builder refuses the model
    "wrong-output",  # accepted, and the engine computes something else
    "build-risk",  # may fail or misbehave at build time on some boards
    "slow",
    "precision",
    "undocumented",  # outside NVIDIA's documented range, but the parser takes it
    "environment",  # the device, not the model
    "invalid-model",
)

APPLICABILITIES = ("safe", "unsafe", "manual")

#: What ``fix --allow`` lets a fix decide, with what that means for who calls the model.
CHOICES = {
    "input-types": "an input gets another element type",
    "inputs": "an undefined tensor becomes an input",
    "outputs": "other tensors become outputs",
    "output-types": "an output gets another element type",
    "nms": "the model ends before NonMaxSuppression, NonZero or Unique; your code does the rest",
    "precision": "DOUBLE or BFLOAT16 is computed in FLOAT",
    "quantization": "quantized operators are computed in FLOAT, without the speed of INT8",
}

#: The rule of a finding that says that a rule crashed. It is always shown: it must never hide.
CRASHED = "JD000"


@dataclass(frozen=True)
class Location:
    """Where in a model. ``graph`` is a path such as ``("main", "If_12.then_branch")``."""

    graph: Tuple[str, ...] = ("main",)
    node_index: Optional[int] = None
    node_name: str = ""
    op_type: str = ""
    domain: str = ""
    tensor: str = ""
    output: str = ""  # first output of the node: names a node that has no name

    def to_json(self) -> dict:
        return {
            "graph": list(self.graph),
            "node_index": self.node_index,
            "node_name": self.node_name,
            "op_type": self.op_type,
            "domain": self.domain,
            "tensor": self.tensor,
        }

    def __str__(self) -> str:
        node = self.node_name or self.output
        where = "%s %s" % (self.op_type, node) if self.op_type else self.tensor
        return where if self.graph == ("main",) else "%s in %s" % (where, "/".join(self.graph))


@dataclass(frozen=True)
class Fix:
    """A request for a change, not the change itself: the engine in ``jetdoctor.fix`` carries it out.

    Either ``rewrite`` (the name of a rewrite in ``rules/rewrites/``), or ``lower_opset`` (the opset
    to go down to), or neither: then it is manual advice and ``title`` says what to do. ``promise`` is "sure" where a
    look at the model tells that ``fix`` writes it, "run" where only its proof does.
    """

    title: str
    applicability: str = "safe"
    rewrite: Optional[str] = None
    lower_opset: Optional[int] = None
    promise: str = "sure"

    def to_json(self) -> dict:
        document = {"title": self.title, "applicability": self.applicability}
        if self.promise != "sure":
            document["promise"] = self.promise
        return document


#: What a misreading does on the inputs that were tried, mildest first. "not-run": it could not be told.
IMPACTS = ("not-run", "harmless", "digits", "answer")


@dataclass(frozen=True)
class Impact:
    """What a misreading does to the outputs of one model, measured on a CPU on ``runs`` sets of inputs.

    ``kind`` is one of ``IMPACTS``: "harmless" (all outputs equal), "digits" (they differ, and no decision does) or
    "answer" (another top-1, another shape, NaN or Inf, or more than a hundredth of an output's range). ``max_abs`` and
    ``max_rel`` (over the largest magnitude) are the worst over all outputs, ``top1_changed`` is the share of rows whose
    largest entry moves (None where no output has rows), ``strange`` counts elements that are NaN or Inf on one side
    only. ``first`` is the first node that differs, ``reason`` says what differs, or why nothing was run. ``only`` names
    the extreme inputs ("large") where the usual ones show nothing, ``unproven`` says why the reading itself was not
    compared with the network that a historical parser built.
    """

    kind: str
    runs: int = 0
    max_abs: float = 0.0
    max_rel: float = 0.0
    top1_changed: Optional[float] = None
    strange: int = 0
    first: str = ""
    reason: str = ""
    only: str = ""
    unproven: str = ""

    def to_json(self) -> dict:
        return {
            "kind": self.kind,
            "runs": self.runs,
            "max_abs": self.max_abs,
            "max_rel": self.max_rel,
            "top1_changed": self.top1_changed,
            "strange": self.strange,
            "first": self.first,
            "reason": self.reason,
            "only": self.only,
            "unproven": self.unproven,
        }


@dataclass(frozen=True)
class Finding:
    """One cause of trouble, with every node that shows it.

    ``location`` is the first node (in graph order) and ``also`` the others. ``fixes`` are ordered,
    best first. ``basis`` says what the claim rests on: "measured", "read", "interpolated ..." or
    "preview". ``wall`` is the part of TensorRT that it speaks of: "parser", "network", "builder" or "values".
    """

    rule: str
    name: str
    severity: str
    outcome: str
    message: str
    location: Optional[Location] = None
    fixes: Tuple[Fix, ...] = ()
    sources: Tuple[str, ...] = ()
    also: Tuple[Location, ...] = ()
    consequences: Tuple[str, ...] = ()
    basis: str = "read"
    wall: str = "parser"
    #: how the release reads the nodes, by the name of a file in ``rules/readings/``; "" when no such file says it
    reading: str = ""
    #: what that reading does to the outputs, when the model was run as the parser reads it
    impact: Optional["Impact"] = None

    @property
    def fix(self) -> Optional[Fix]:
        return self.fixes[0] if self.fixes else None

    @property
    def key(self) -> str:
        """First 16 hex digits of a hash that survives renumbering: never index, path or target."""
        where = self.location or Location(graph=())
        parts = (
            self.rule,
            "/".join(where.graph),
            "%s:%s" % (where.domain, where.op_type),
            where.node_name or where.output,
            where.tensor,
        )
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def to_json(self) -> dict:
        """The finding as the JSON contract wants it, plus ``also``, ``consequences`` and ``basis``."""
        return {
            "rule": self.rule,
            "name": self.name,
            "severity": self.severity,
            "outcome": self.outcome,
            "message": self.message,
            "location": self.location.to_json() if self.location else None,
            "also": [place.to_json() for place in self.also],
            "consequences": list(self.consequences),
            "fix": self.fix.to_json() if self.fix else None,
            "sources": list(self.sources),
            "basis": self.basis,
            "key": self.key,
            **({"impact": self.impact.to_json()} if self.impact else {}),
        }
