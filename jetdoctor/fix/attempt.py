"""One attempt at a model: check, fix what can be fixed, check again, until nothing is left to try."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Dict, List, Optional, Sequence, Set, Tuple

from jetdoctor.check import catalog, check
from jetdoctor.facts import knowledge
from jetdoctor.fix import lowering
from jetdoctor.fix.choice import Choices, Key, Request, choice_of, places
from jetdoctor.fix.diff import FixDiff, NodeChange
from jetdoctor.fix.rewriting import Rewriting
from jetdoctor.fix.trial import Trial
from jetdoctor.graph import DEFAULT_DOMAINS, Model
from jetdoctor.model import from_proto
from jetdoctor.types import Finding, Fix, Location, PlanStep, Result, Target

MAX_PASSES = 10


@dataclass
class Attempt:
    """State of one attempt. ``proto`` is the working model and is edited in place."""

    proto: Any
    path: str
    targets: Sequence[Target]
    choices: Choices
    results: Tuple[Result, ...] = ()
    before: Tuple[Result, ...] = ()
    steps: List[PlanStep] = field(default_factory=list)
    diff: List[FixDiff] = field(default_factory=list)
    applied: List[List[Request]] = field(default_factory=list)
    trouble: str = ""
    _authors: Dict[str, Request] = field(default_factory=dict)
    _seen: Set[str] = field(default_factory=set)

    def run(self, passes: int = MAX_PASSES) -> "Attempt":
        """Repeat passes until nothing is left to try, at most ``passes`` of them."""
        for number in range(passes + 1):
            view = from_proto(self.proto, self.path)
            self.results = check(view, self.targets)
            self.before = self.before or self.results
            state = fingerprint(self.proto)
            if state in self._seen:
                self.trouble = "the fixes undo one another"
                break
            self._seen.add(state)
            if number == passes or not self._pass(view):
                break
        return self

    def take(self) -> Any:
        """The working model, given away: whoever takes it may free its memory."""
        proto, self.proto = self.proto, None
        self.choices.cost = None  # tried rewrites on a view of the first state, with all of its weights
        return proto

    def fold(self, what: str) -> None:
        """Fold constant expressions at once, without a finding that asks for it.

        A branch that a folded condition selects has sizes again that decide the next condition.
        """
        while self._unasked([(Location(), Fix("Fold %s" % what, rewrite="fold_constants"))]) | self._keep_branches():
            pass

    def _keep_branches(self) -> bool:
        """Put the selected branch in the place of each If with a known condition; whether there was one."""
        fix = Fix("Keep the branches that known conditions select", rewrite="fold_if")
        chosen = [
            node for graph in from_proto(self.proto, self.path).main.walk() for node in graph.nodes
            if node.op_type == "If" and node.domain in DEFAULT_DOMAINS and node.input(0).is_weights()
        ]  # fmt: skip
        return bool(chosen) and self._unasked([(node.location(), fix) for node in chosen])

    def _unasked(self, wanted: Sequence[Tuple[Location, Fix]]) -> bool:
        """Make changes that no finding asks for; whether any was made."""
        rewriting = Rewriting(from_proto(self.proto, self.path), catalog().rewrites, self._strictest())
        requests = [Request(_UNASKED, place, fix) for place, fix in wanted]
        rewriting.apply([request for request in requests if request.key not in self.choices.barred])
        if rewriting.done:
            self.proto = rewriting.finish()
            self._record(rewriting.done)
        return bool(rewriting.done)

    def new_errors(self) -> List[Tuple[Any, Location, Target]]:
        """Error findings that the original did not have, with their place and target."""
        found = []
        for old, new in zip(self.before, self.results):
            known, counts = _places_of(old)
            fresh: Dict[Tuple[str, str], List[Any]] = {}
            for finding in (f for f in new.findings if f.severity == "error"):
                for place in places(finding):
                    fresh.setdefault((finding.rule, place.op_type), []).append((finding, place))
            for kind, entries in fresh.items():
                if len(entries) > counts.get(kind, 0):
                    found += [(f, p, new.target) for f, p in entries if _identity(f.rule, p) not in known]
        return found

    def culprits(self) -> Dict[Key, str]:
        """Requests that brought new errors, with the reason why they are not wanted."""
        found: Dict[Key, str] = {}
        for finding, place, target in self.new_errors():
            reason = "would cause %s (%s) on %s" % (finding.rule, finding.message, target.name)
            author = self._authors.get(place.node_name)
            every = [request for done in self.applied for request in done]
            wide = [r for r in every if r.fix.lower_opset or r.place.node_index is None]
            for request in [author] if author else wide:
                found[request.key] = reason
        return found

    def _pass(self, view: Model) -> bool:
        """Apply what can be applied at once; whether the model changed."""
        self.choices.cost = Trial(view, catalog().rewrites, self._strictest()).cost
        lost = lru_cache(maxsize=None)(lambda opset: self._lost(view, opset))  # asked for every node
        while True:
            self.choices.spare(self.results, lost)
            requests = list(self.choices.requests(self.results))
            lowers = [request for request in requests if request.fix.lower_opset]
            blocked = self._lower(lowers)
            if blocked is None:
                return True
            local = [request for request in requests if request.fix.rewrite]
            rewriting = Rewriting(view, catalog().rewrites, self._strictest(), self.choices.permits)
            rewriting.apply(local)
            if rewriting.done:
                self.proto = rewriting.finish()
                self._authors.update(rewriting.authors)
                self._record(rewriting.done)
                return True
            refused = {**rewriting.refusals, **blocked}
            if not set(refused) - set(self.choices.refused):
                return bool(self.applied) and self._date(view)
            self.choices.refused.update(refused)

    def _date(self, view: Model) -> bool:
        """Make operators valid that are newer than the declared opset; whether there were any.

        Parsers look at the name only, and ONNX Runtime's optimizer writes such models; onnx's checker refuses them.
        """
        from onnx import defs

        newer = [
            node for node in view.nodes()
            if node.domain in DEFAULT_DOMAINS and defs.has(node.op_type) and not defs.has(node.op_type, node.opset)
        ]  # fmt: skip
        if not newer:
            return False
        rewriting = Rewriting(view, catalog().rewrites, self._strictest())
        fix = Fix("Declare the opset of its operators", rewrite="declare_opset")
        rewriting.apply([Request(_UNASKED, Location(), fix)])
        if not rewriting.done:
            rows = {node.op_type: knowledge().rows(node.op_type, "importer") for node in newer}
            fixes = {name: [f["fix"][0] for f in rows[name] if f.get("fix")] for name in rows}
            rewriting.apply([_decomposition(node, fixes[node.op_type][0]) for node in newer if fixes[node.op_type]])
        if rewriting.done:
            self.proto = rewriting.finish()
            self._record(rewriting.done)
        return bool(rewriting.done)

    def _lost(self, view: Model, opset: int) -> str:
        """An operator of the model that every target imports and that ``opset`` does not have yet."""
        from onnx import defs

        for name in sorted({node.op_type for node in view.nodes() if node.domain in DEFAULT_DOMAINS}):
            newer = defs.has(name) and not defs.has(name, opset)
            if newer and all(knowledge().importer(name, target.tensorrt_version) for target in self.targets):
                return name
        return ""

    def _lower(self, requests: List[Request]) -> Optional[Dict[Key, str]]:
        """Lower the opset as far as wanted: None when done, else why not, by request."""
        refused: Dict[Key, str] = {}
        for opset in sorted({request.fix.lower_opset or 0 for request in requests}):
            proto, lines, reason = lowering.lower(self.proto, opset)
            if proto is not None:
                self.proto = proto
                done = [r for r in requests if (r.fix.lower_opset or 0) >= opset]
                self._record([(r, lines if r is done[0] else ()) for r in done])
                return None
            refused.update((r.key, reason) for r in requests if r.fix.lower_opset == opset)
        return refused

    def _record(self, done: Sequence[Tuple[Request, Tuple[NodeChange, ...]]]) -> None:
        self.choices.refused.clear()
        self.applied.append([request for request, _ in done])
        groups: Dict[Tuple[str, str], List[Tuple[Request, Tuple[NodeChange, ...]]]] = {}
        for request, lines in done:
            # Once is enough: a fix whose finding comes back has no effect.
            self.choices.used[request.key] = "%s had no effect" % request.fix.title
            groups.setdefault((request.finding.rule, request.fix.title), []).append((request, lines))
        for (rule, title), members in groups.items():
            first = members[0][0]
            at = len({(r.place.graph, r.place.node_index) for r, _ in members})
            step = PlanStep(
                rule,
                title,
                first.fix.applicability,
                first.place.node_name or first.place.output,
                True,
                "at %d nodes" % at if at > 1 else "",
                choice_of(first.fix.rewrite) if first.fix.applicability == "unsafe" else "",
                first.place.tensor,
            )
            self.steps.append(step)
            self.diff.append(FixDiff(rule, title, tuple(line for _, lines in members for line in lines)))

    def _strictest(self) -> Optional[Target]:
        """The oldest target: what suits it is the form to choose."""
        return min(self.targets, key=lambda target: target.tensorrt_version, default=None)



#: Stands for a finding where the engine itself asks for a change.
_UNASKED = Finding("", "", "info", "build-risk", "")


def with_rewrites(proto: Any, path: str, requests: Sequence[Request]) -> Any:
    """A model with these requests alone, one after the other."""
    for request in requests:
        rewriting = Rewriting(from_proto(proto, path), catalog().rewrites, None)
        rewriting.apply([request])
        proto = rewriting.finish()
    return proto


def _decomposition(node: Any, rewrite: str) -> Request:
    return Request(_UNASKED, node.location(), Fix("Decompose %s" % node.op_type, rewrite=rewrite))


def fingerprint(proto: Any) -> str:
    """Hash of opsets, nodes and functions: two passes that give the same one go in a circle."""
    digest = hashlib.sha256()
    for messages in (proto.opset_import, proto.graph.input, proto.graph.node, proto.functions):
        for message in messages:
            digest.update(message.SerializeToString(deterministic=True))
    digest.update(" ".join(tensor.name for tensor in proto.graph.initializer).encode())
    return digest.hexdigest()


def _identity(rule: str, place: Location) -> Tuple[object, ...]:
    return (rule, place.graph, place.op_type, place.node_name or place.output, place.tensor)


def _places_of(result: Result) -> Tuple[Set[Tuple[object, ...]], Dict[Tuple[str, str], int]]:
    known: Set[Tuple[object, ...]] = set()
    counts: Dict[Tuple[str, str], int] = {}
    for finding in (f for f in result.findings if f.severity == "error"):
        for place in places(finding):
            known.add(_identity(finding.rule, place))
            kind = (finding.rule, place.op_type)
            counts[kind] = counts.get(kind, 0) + 1
    return known, counts
