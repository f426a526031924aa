"""The nouns that cross rooms. Plain frozen dataclasses, standard library only.

Everything here is data: no room's logic lives in this module, so that every room may import it.
"""

from __future__ import annotations

import hashlib
from dataclasses import field
from functools import lru_cache
from typing import Any, Dict, Iterator, Mapping, Optional, Tuple

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
    "nms": "the model ends before NonMaxSuppression; your code runs NMS",
    "precision": "DOUBLE or BFLOAT16 is computed in FLOAT",
    "quantization": "quantized operators are computed in FLOAT, without the speed of INT8",
}

#: Evidence levels, weakest first. "not-run" is never "passed".
EVIDENCE_LEVELS = ("not-run", "static", "emulated", "compiled", "built", "verified")

#: The rule of a finding that says that a rule crashed. It is always shown: it must never hide.
CRASHED = "JD000"

VERDICTS = ("deploys", "fixable", "fails", "unreadable", "unknown")


class JetdoctorError(Exception):
    """A failure with one clear line for the user.

    ``exit_code`` is 2 for bad usage or unreadable input and 3 when jetdoctor or a transport failed.
    """

    exit_code = 3


class UsageError(JetdoctorError):
    """Bad usage, or an input that is missing, unreadable or not what it should be (exit code 2)."""

    exit_code = 2


Version = Tuple[int, ...]


@lru_cache(maxsize=None)
def parse_version(text: str) -> Version:
    """``"8.4.1"`` -> ``(8, 4, 1)``. Stops at the first part that is not a number.

    >>> parse_version("8.5.2.2"), parse_version("10.10-GA")
    ((8, 5, 2, 2), (10, 10))
    """
    parts = []
    for part in text.replace("-", ".").split("."):
        if not part.isdigit() or len(part) > 9:
            break
        parts.append(int(part))
    return tuple(parts)


@dataclass(frozen=True)
class VersionRange:
    """Half-open range of TensorRT versions, ``since <= version < before``. None is open-ended."""

    since: Optional[Version] = None
    before: Optional[Version] = None

    @classmethod
    @lru_cache(maxsize=None)
    def parse(cls, text: str) -> "VersionRange":
        """Read a specifier such as ``">=8.0,<10.0"``, ``"<8.5"`` or ``""`` (every version)."""
        since = before = None
        for clause in filter(None, (c.strip() for c in text.split(","))):
            if clause.startswith(">="):
                since = parse_version(clause[2:])
            elif clause.startswith("<") and not clause.startswith("<="):
                before = parse_version(clause[1:])
            else:
                raise ValueError("only >= and < are allowed in a TensorRT range, got %r" % clause)
        return cls(since, before)

    def __contains__(self, version: object) -> bool:
        if not isinstance(version, tuple):
            return False
        return (self.since is None or version >= self.since) and (self.before is None or version < self.before)

    def __str__(self) -> str:
        parts = []
        if self.since is not None:
            parts.append(">=" + ".".join(map(str, self.since)))
        if self.before is not None:
            parts.append("<" + ".".join(map(str, self.before)))
        return ",".join(parts)


EVERY_VERSION = VersionRange()


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


@dataclass(frozen=True)
class Emulation:
    """A model run as the parser of a release reads it, beside the original.

    ``status`` is "equal", "different", "not-run" (with the reason), or "nothing": no form is known to be misread.
    ``outputs`` has a row for each output: its figures (name, kind, max_abs, max_rel, top1_changed, boxes_moved,
    strange, shape) and what is drawn of it (histogram, picture: docs/verify.md). ``findings`` are those that were
    shown or could not be, each with its impact, worst first.
    """

    target: Target
    status: str
    impact: Optional[Impact] = None
    outputs: Tuple[Mapping[str, Any], ...] = ()
    findings: Tuple[Finding, ...] = ()
    reason: str = ""
    seconds: float = 0.0

    def to_json(self) -> dict:
        return {
            "target": self.target.to_json(),
            "status": self.status,
            "impact": self.impact.to_json() if self.impact else None,
            "outputs": [dict(row) for row in self.outputs],
            "findings": [finding.to_json() for finding in self.findings],
            "reason": self.reason,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class TensorInfo:
    """An input or output: its element type by ONNX's name ("FLOAT"; "sequence" and the like for what is no tensor).

    ``shape`` holds sizes, symbols and None for what is open, and is None when not even the rank is known.
    """

    name: str
    dtype: str = ""
    shape: Optional[Tuple[Any, ...]] = None

    def to_json(self) -> Dict[str, Any]:
        shape = None if self.shape is None else list(self.shape)
        return {"name": self.name, "dtype": self.dtype, "shape": shape}


@dataclass(frozen=True)
class ModelSummary:
    """What a report says about a model file. ``size_bytes`` is the .onnx file alone; ``operators`` are counts."""

    path: str
    sha256: Optional[str] = None
    ir_version: Optional[int] = None
    opset: Mapping[str, int] = field(default_factory=dict)
    producer: str = ""
    nodes: int = 0
    inputs: Tuple[TensorInfo, ...] = ()
    outputs: Tuple[TensorInfo, ...] = ()
    size_bytes: Optional[int] = None
    parameters: int = 0
    operators: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict:
        return {
            "path": self.path,
            "sha256": self.sha256,
            "ir_version": self.ir_version,
            "opset": dict(self.opset),
            "producer": self.producer,
            "nodes": self.nodes,
            "inputs": [tensor.to_json() for tensor in self.inputs],
            "outputs": [tensor.to_json() for tensor in self.outputs],
            "size_bytes": self.size_bytes,
            "parameters": self.parameters,
            "operators": dict(self.operators),
        }


@dataclass(frozen=True)
class Span:
    """Smallest, typical and largest shape of one input, as an optimization profile has them."""

    min: Tuple[int, ...]
    opt: Tuple[int, ...]
    max: Tuple[int, ...]

    def __iter__(self) -> Iterator[Tuple[int, ...]]:
        return iter((self.min, self.opt, self.max))


#: An optimization profile: input -> its shapes.
Profile = Dict[str, Span]


@dataclass(frozen=True)
class ModelFacts:
    """What ``inspect`` tells of a model: the summary, the exporter, metadata, likely shapes, external data files.

    ``data`` has one line per file, with its size or that it is missing.
    """

    summary: ModelSummary
    exporter: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    profile: Mapping[str, Span] = field(default_factory=dict)
    data: Tuple[str, ...] = ()

    def to_json(self) -> Dict[str, Any]:
        return {
            "model": self.summary.to_json(),
            "exporter": self.exporter,
            "metadata": dict(self.metadata),
            "profile": {name: [list(shape) for shape in span] for name, span in self.profile.items()},
            "data": list(self.data),
        }


#: What stands between a model and a right answer on the board (DESIGN.md §1, contract).
WALLS = ("parser", "network", "builder", "values")


@dataclass(frozen=True)
class Coverage:
    """What a static verdict rests on at each wall; "none": it was not looked at, which is never "passed".

    ``parser``: the importers of the release ("measured", "read", "interpolated"). ``network``: the closed library
    behind it ("documented" in NvInfer.h, "reported"). ``builder``: kernels, precision, memory and known faults.
    ``values``: whether the engine computes the right numbers.
    """

    parser: str = "none"
    network: str = "none"
    builder: str = "none"
    values: str = "none"

    def to_json(self) -> Dict[str, str]:
        return {wall: getattr(self, wall) for wall in WALLS}


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


#: Why a finding does not count.
SUPPRESSIONS = ("ignored", "baseline", "not-selected")


@dataclass(frozen=True)
class Suppressed:
    """A finding that does not count: ``kind`` is one of SUPPRESSIONS, ``source`` says who decided it.

    ``expires`` is the last day (ISO) on which that holds, "" for none.
    """

    finding: Finding
    kind: str
    reason: str
    source: str = ""
    expires: str = ""

    def to_json(self) -> dict:
        said = {"kind": self.kind, "reason": self.reason, "source": self.source, "expires": self.expires or None}
        return dict(self.finding.to_json(), suppression=said)


@dataclass(frozen=True)
class Result:
    """One model against one target. ``findings`` are those that count, and the verdict is theirs."""

    model: ModelSummary
    target: Target
    verdict: str
    findings: Tuple[Finding, ...] = ()
    evidence: str = "static"
    #: one line on how well the target's release is known: "measured", "interpolated between ..."
    basis: str = ""
    error: Optional[str] = None
    #: findings that --select, --ignore, --baseline or the configuration set apart
    suppressed: Tuple[Suppressed, ...] = ()
    #: the verdict on all findings, those too; "" where none is set apart
    verdict_of_all: str = ""
    #: with ``--dla``: which nodes the DLA takes
    dla: Optional[DlaSplit] = None
    coverage: Coverage = Coverage()
    #: why what was asked for ran nothing: "prove" or "as-parsed" -> reason
    not_run: Mapping[str, str] = field(default_factory=dict)
    #: with ``--prove-fix``: what became of the repair
    repair: Optional[Repair] = None

    def to_json(self) -> dict:
        document: Dict[str, Any] = {
            "model": self.model.to_json(),
            "target": self.target.to_json(),
            "verdict": self.verdict,
            "evidence": self.evidence,
            "basis": self.basis,
            "coverage": self.coverage.to_json(),
            "findings": [finding.to_json() for finding in self.findings],
        }
        if self.error is not None:
            document["error"] = self.error
        if self.suppressed:
            document["hidden"] = len(self.suppressed)
            document["suppressed"] = [one.to_json() for one in self.suppressed]
            document["verdict_of_all"] = self.verdict_of_all
        if self.not_run:
            document["not_run"] = dict(self.not_run)
        if self.repair is not None:
            document["repair"] = self.repair.to_json()
        if self.dla is not None:
            document["dla"] = self.dla.to_json()
        return document


@dataclass(frozen=True)
class Report:
    """Everything one command found out."""

    results: Tuple[Result, ...] = ()

    def count(self, severity: str) -> int:
        return sum(f.severity == severity for r in self.results for f in r.findings)


@dataclass(frozen=True)
class PlanStep:
    """One fix of a plan: applied, or the reason why not."""

    rule: str
    title: str
    applicability: str
    node_name: str = ""
    applied: bool = False
    reason: str = ""
    #: what it decides for the caller, one of CHOICES; "" for nothing
    choice: str = ""

    def to_json(self) -> dict:
        return {
            "rule": self.rule,
            "title": self.title,
            "applicability": self.applicability,
            "node_name": self.node_name,
            "applied": self.applied,
            "reason": self.reason,
            **({"choice": self.choice} if self.choice else {}),
        }


@dataclass(frozen=True)
class Equivalence:
    """Outcome of a comparison with ONNX Runtime: "equal", "different" or "not-run" (with why)."""

    status: str = "not-run"
    runs: int = 0
    max_abs: float = 0.0
    max_rel: float = 0.0
    reason: str = ""
    #: what was allowed, in words: "FLOAT16: 0.002 of the largest value and 0.01 of each element"
    tolerance: str = ""
    #: "different" on purpose (coarser steps) and as near as those explain
    near: bool = False

    def to_json(self) -> dict:
        return {
            "status": self.status,
            "runs": self.runs,
            "max_abs": self.max_abs,
            "max_rel": self.max_rel,
            "reason": self.reason,
            "tolerance": self.tolerance,
            "near": self.near,
        }


@dataclass(frozen=True)
class Repair:
    """A repair that was tried and not written: ``fixed`` when the result is clean and proven; ``unsafe`` when that took
    unsafe fixes; ``reason`` says why not."""

    fixed: bool
    unsafe: bool = False
    reason: str = ""
    equivalence: Equivalence = Equivalence()

    def to_json(self) -> dict:
        equivalence = self.equivalence.to_json()
        return {"fixed": self.fixed, "unsafe": self.unsafe, "reason": self.reason, "equivalence": equivalence}


@dataclass(frozen=True)
class AsParsed:
    """After misread forms were repaired: does the target read the result so that it computes what the original does?

    ``repaired`` and ``left`` are the rules of misread forms that went and that stay, ``status`` is "equal", "different"
    or "not-run" with the reason.
    """

    target: str
    repaired: Tuple[str, ...]
    status: str
    left: Tuple[str, ...] = ()
    reason: str = ""

    def to_json(self) -> dict:
        return {
            "target": self.target,
            "repaired": list(self.repaired),
            "status": self.status,
            "left": list(self.left),
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Plan:
    """What ``fix`` did or would do, its proof, and where the result was written."""

    steps: Tuple[PlanStep, ...] = ()
    equivalence: Equivalence = Equivalence()
    written: Optional[str] = None
    as_parsed: Tuple[AsParsed, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What one backend earned for one model."""

    backend: str
    level: str  # one of EVIDENCE_LEVELS
    #: "passed", "refused", "different", "not-run", "crashed", "timed-out", "out-of-memory", or "ran": something
    #: was computed, and there was nothing to compare it with.
    status: str
    message: str = ""
    seconds: float = 0.0
    details: Mapping[str, Any] = field(default_factory=dict)
    findings: Tuple[Finding, ...] = ()
