"""What a rule author sees: ``Rule`` (the metadata), ``Match`` (what a detector yields), ``Rewrite``.

A rule file is ``rules/<category>/JDnnn_snake_name.py``. Its docstring is the page that
``jetdoctor explain`` prints, ``RULE`` is its metadata, and it may define any of

* ``check_node(node)``            called for every node whose operator is in ``RULE.ops``
* ``check_model(model)``          called once for a model
* ``check_target(model, target)`` called once for a model and target (memory, precision of the GPU)
* ``check_device(device)``        called once for a device

each a generator of ``Match``. Rows of ``rules/data/`` that name the rule's id become its findings too; a rule with
rows and no detector is a *fact rule*. For rows the file may define ``describe(node, row)``, the message
(None for the common one), and ``consequences(node, row)``, lines that the build log will show further down.
Releases are distinguished last: a detector does not ask for the
target's TensorRT, it states on every match the range of releases that the match holds for.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any, Callable, Dict, Hashable, Optional, Tuple

from jetdoctor import external
from jetdoctor.constants.intervals import Intervals
from jetdoctor.constants.order import places
from jetdoctor.constants.shape_tensors import ShapeTensors, Use
from jetdoctor.data import table
from jetdoctor.onnx_parts import newest_ir_version
from jetdoctor.records import dataclass
from jetdoctor.tensors import array_or_none as array_of
from jetdoctor.types import (
    EVERY_VERSION,
    OUTCOMES,
    SEVERITIES,
    Fix,
    Target,
    VersionRange,
    parse_version,
)
from jetdoctor.wording import brackets, shown_dim, spelled_shape

__all__ = [
    "CannotRewrite", "Fix", "Intervals", "Match", "Reading", "Rewrite", "Rule", "ShapeTensors", "Use", "VersionRange",
    "array_of", "brackets", "external", "holder", "newest_ir_version", "parse_version", "places", "release",
    "shown_dim", "spelled_shape", "table",
]  # fmt: skip


def release(jetpack: Optional[str]) -> Optional[dict]:
    """Row of ``targets.json`` of a JetPack: what it shipped with. None for one that is not in the table."""
    return next((row for row in table("targets") if jetpack and row["jetpack"] == jetpack), None)


@dataclass(frozen=True)
class Rule:
    """Metadata of one failure mode.

    ``tensorrt`` is the widest range of releases that it can apply to, as a specifier (">=8.0,<10.0").
    ``sources`` say where the claim comes from; a rule without any is ``preview``.
    """

    id: str
    name: str
    severity: str
    outcome: str
    sources: Tuple[str, ...]
    tensorrt: str = ""
    ops: Tuple[str, ...] = ()
    preview: bool = False

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError("%s: severity %r" % (self.id, self.severity))
        if self.outcome not in OUTCOMES:
            raise ValueError("%s: outcome %r" % (self.id, self.outcome))

    @property
    def range(self) -> VersionRange:
        return VersionRange.parse(self.tensorrt)


@dataclass(frozen=True)
class Match:
    """One place where a rule fires.

    Matches of one rule with the same ``cause`` become one finding with several nodes. ``tensorrt``
    narrows the rule's range. ``applies`` may refuse a target by anything else (its GPU, its memory).
    ``doubt`` is the part of the range where neighboring releases disagree and nothing was read: an
    error there is reported as a warning. ``wall`` is the part of TensorRT that it speaks of ("parser", "network",
    "builder" or "values"). ``consequences`` are the lines that a build log will show further down
    because of it: they are
    attached to the finding and never counted as errors of their own.
    """

    message: str
    node: Any = None
    tensor: str = ""
    tensorrt: VersionRange = EVERY_VERSION
    fixes: Tuple[Fix, ...] = ()
    cause: Hashable = None
    severity: Optional[str] = None
    outcome: Optional[str] = None
    sources: Tuple[str, ...] = ()
    basis: str = "read"
    wall: str = "parser"
    reading: str = ""
    doubt: Optional[VersionRange] = None
    consequences: Tuple[str, ...] = ()
    applies: Optional[Callable[[Target], bool]] = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Raises TypeError or ValueError for what would fail later, when nobody can tell which rule wrote it."""
        if not isinstance(self.message, str) or not isinstance(self.tensorrt, VersionRange):
            raise TypeError("a Match has a message and a VersionRange: %r" % (self.message,))
        if self.severity not in (None, *SEVERITIES) or self.outcome not in (None, *OUTCOMES):
            raise ValueError("a Match of severity %r and outcome %r" % (self.severity, self.outcome))
        if not all(isinstance(fix, Fix) for fix in self.fixes) or not hasattr(self.node, "location") and self.node:
            raise TypeError("the fixes of a Match are Fix, its node is the node that the detector was given")
        hash(self.cause)


@dataclass(frozen=True)
class Reading:
    """How a release reads a node, in ``rules/readings/<name>.py``.

    The module also defines ``read(node, edit)``, which turns the node into what that release's parser builds, through
    the same ``edit`` as a rewrite, or raises ``CannotRewrite`` where a model in ONNX cannot say it. ``unproven`` says
    why no recorded value of a parser's network was compared with it; "" when some were (``benchmarks/readings.py``).
    """

    name: str
    title: str
    unproven: str = ""


@dataclass(frozen=True)
class Rewrite:
    """Metadata of a graph rewrite in ``rules/rewrites/<name>.py``.

    The module also defines ``rewrite(node, edit)``, which makes its changes through ``edit`` (see
    ``jetdoctor.fix.edit``) or raises ``CannotRewrite`` before it has changed anything. With ``site(node)`` it
    works at another node than the finding's: the If or Loop around it. ``safe`` means
    equal by the operators' definitions for all inputs with the same graph inputs and outputs. ``folds``: it
    makes constants of what follows from constants and sizes, so it is not offered for what needs a run.
    ``constants``: inputs of the node that it must know; not offered where one needs a run.
    ``fits``: a quick look at the node that tells when it cannot apply there; None when only trying tells.
    ``fits_value``: the same for a finding about a graph input or another value that no node is to blame for.
    ``choice``: what an unsafe rewrite decides for the caller, as ``fix --allow`` names it (CHOICES of types); ""
    when nothing less than ``--unsafe`` allows it. ``exact``: every number stays bit for bit, so that no later
    step that rounds can tell. ``measured``: it gives other numbers on purpose (coarser steps), so
    that the proof says how far they are from the original's and does not ask them to be equal. ``unsure``: rounding
    decides on which inputs it is equal, so that only a run tells whether it is proven.
    """

    name: str
    title: str
    applicability: str = "safe"
    folds: bool = False
    constants: Tuple[int, ...] = ()
    fits: Optional[Callable[[Any], bool]] = field(default=None, compare=False)
    fits_value: Optional[Callable[[Any], bool]] = field(default=None, compare=False)
    choice: str = ""
    exact: bool = False
    measured: bool = False
    unsure: bool = False


def holder(node: Any, holds: Callable[[Any], bool]) -> Any:
    """The outermost node that ``holds`` among the node and those whose branch or body it is in.

    Otherwise one that ``holds`` among those that hand the node a value; None without any.
    """
    found = node.graph.model.derived(_Holders).around(node.graph, holds) or (node if holds(node) else None)
    makers = [node.input(index).producer for index, name in enumerate(node.inputs) if name]
    return found or next((maker for maker in makers if maker is not None and holds(maker)), None)


class _Holders:
    """For each graph of a model, the outermost node around it that holds: each is asked once, however deep it lies."""

    def __init__(self, model: Any) -> None:
        self._around: Dict[Any, Any] = {}

    def around(self, graph: Any, holds: Callable[[Any], bool]) -> Any:
        inner = []
        while graph.owner is not None and (id(graph), holds) not in self._around:
            inner.append(graph)
            graph = graph.owner.graph
        found = self._around.get((id(graph), holds))
        for graph in reversed(inner):
            found = found or (graph.owner if holds(graph.owner) else None)
            self._around[id(graph), holds] = found
        return found


class CannotRewrite(Exception):
    """This node is not of a form that the rewrite can handle; the text says why."""
