"""The way down, one opset at a time over every graph of a model."""

from __future__ import annotations

from collections import Counter
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

from jetdoctor.fix.names import Names
from jetdoctor.fix.opset import adapters as _adapters  # noqa: F401  (importing registers them)
from jetdoctor.fix.opset import carriers, early, fitting, inference, schemas
from jetdoctor.fix.opset.adapters import narrow
from jetdoctor.fix.opset.calls import Calls
from jetdoctor.fix.opset.ir import FREE_INITIALIZERS_SINCE
from jetdoctor.fix.opset.registry import adapter_for
from jetdoctor.fix.opset.scope import Scope, open_scope, subgraphs
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.definition import expand_definition
from jetdoctor.rule import CannotRewrite
from jetdoctor.types import Location

_DEFAULT = ("", "ai.onnx")
_HEAVY = (4, 5, 9, 10, 11, 12)  # attribute types of tensors and graphs


class Blocked(NamedTuple):
    """A node that has no form in the older opset."""

    location: Location
    reason: str

    def __str__(self) -> str:
        return "%s: %s" % (self.location, self.reason)


class Descent:
    """Lowers ``proto`` in place down to ``to``; nodes that cannot go are skipped and kept in ``blocked``."""

    def __init__(self, proto: Any, to: int) -> None:
        self.proto, self.to = proto, to
        self.blocked: Dict[int, List[Blocked]] = {}  # by the opset that the node cannot leave
        self.changes: List[str] = []
        #: how many changes each way of ``Site.way`` made
        self.ways: Counter = Counter()
        self._stuck: Set[int] = set()
        self._local = {(f.domain, f.name) for f in proto.functions}
        names = Names(_all_names(proto))
        twin = inference.inferred_twin(proto)
        old = 0 < proto.ir_version < FREE_INITIALIZERS_SINCE
        self.main = open_scope(proto.graph, twin.graph, names, ("main",), None, old)
        self.functions = [
            (f, open_scope(f, f, names, ("function:%s:%s" % (f.domain, f.name),), None))
            for f in proto.functions
        ]
        Calls(self.functions).infer(self.main)

    def run(self) -> None:
        """Walk every graph down, then write nodes and opset imports into the proto."""
        for function, scope in self.functions:
            self._walk(scope, function)
        self._walk(self.main, self.proto)
        for scope in [self.main] + [scope for _, scope in self.functions]:
            scope.write_back()

    def _walk(self, scope: Scope, holder: Any) -> None:
        for imported in holder.opset_import:
            if imported.domain in _DEFAULT and imported.version > self.to:
                inference.complete(scope, imported.version)
                self._expand_newer(scope, imported.version)
                for opset in range(imported.version, self.to, -1):
                    self._step(scope, opset)
                self._drop_leftovers(scope)
                imported.version = self.to

    def _drop_leftovers(self, scope: Scope) -> None:
        """Attributes that the model's own opset did not have, where they only state a newer default."""
        for children in scope.children.values():
            for child in children:
                self._drop_leftovers(child)
        for node in scope.nodes:
            if node.domain in _DEFAULT and (node.domain, node.op_type) not in self._local:
                scope.changed |= fitting.drop_leftovers(Site(scope, node, self.to))

    def _expand_newer(self, scope: Scope, opset: int) -> None:
        """Operators that came after the model's own opset, as ONNX Runtime's optimizer leaves them behind."""
        for children in list(scope.children.values()):
            for child in children:
                self._expand_newer(child, opset)
        settled: List[Any] = []
        for node in scope.nodes:
            named = early.in_onnx(node, opset) if node.domain in _DEFAULT else 0
            if not named or (node.domain, node.op_type) in self._local:
                settled.append(node)
                continue
            site = Site(scope, node, opset)
            try:
                site.emitted = [node]
                settled.extend(self._down(site, named))
                scope.changed = True
                self._record(site, site.emitted, named)
            except CannotRewrite as reason:
                self._stuck.add(id(node))
                self.blocked.setdefault(opset, []).append(Blocked(scope.place(node), str(reason)))
                settled.append(node)
        scope.nodes = settled

    def _step(self, scope: Scope, opset: int) -> None:
        lowered: List[Any] = []
        for node in scope.nodes:
            for child in scope.children.get(id(node), ()):
                self._step(child, opset)
            if self._is_defined_at(node, opset) and id(node) not in self._stuck:
                lowered.extend(self._lower_node(scope, node, opset))
            else:
                lowered.append(node)
        scope.nodes = lowered

    def _is_defined_at(self, node: Any, opset: int) -> bool:
        if node.domain not in _DEFAULT or (node.domain, node.op_type) in self._local:
            return False
        return schemas.since(node.op_type, opset) == opset

    def _lower_node(self, scope: Scope, node: Any, opset: int) -> List[Any]:
        before = _signature(node)
        site = Site(scope, node, opset - 1)
        try:
            nodes = self._rewritten(site)
        except CannotRewrite as reason:
            self._stuck.add(id(node))
            self.blocked.setdefault(opset, []).append(Blocked(scope.place(node), str(reason)))
            return [node]
        if len(nodes) != 1 or nodes[0] is not node or _signature(node) != before:
            scope.changed = True
            self._record(site, nodes, opset)
        return nodes

    def _rewritten(self, site: Site) -> List[Any]:
        """Nodes that stand for the site's node one opset lower."""
        node, opset = site.node, site.to + 1
        carriers.take_constants(site)
        lost = carriers.lost_output(site)
        replaced: Any = narrow.rewritten(site)
        if replaced is None:
            adapter = adapter_for(node.op_type, opset)
            site.way = "adapter" if adapter else site.way
            replaced = adapter(site) if adapter else None
        if replaced is not None:
            _rename(site, [replaced] if isinstance(replaced, str) else list(replaced))
            if lost:
                carriers.note_carried(site, site.output(0), lost, carriers.carrier(lost, site.to))
            return self._down(site, site.opset)
        carriers.hand_on(site)
        if schemas.usable(node.op_type, site.to):
            try:
                fitting.fit(site)
                return self._down(site, site.opset) + [node]
            except CannotRewrite as reason:
                return self._expanded(site, reason)
        return self._expanded(site)

    def _expanded(self, site: Site, reason: Optional[CannotRewrite] = None) -> List[Any]:
        """The node as its function body; ``reason`` is why it could not stay what it is."""
        site.way = "definition"
        try:
            _rename(site, expand_definition(site.view, site))
        except CannotRewrite as trouble:
            lacking = "%s does not exist at opset %d: %s" % (site.node.op_type, site.to, trouble)
            raise reason or CannotRewrite(lacking) from None
        try:
            return self._down(site, site.opset)
        except CannotRewrite as trouble:
            raise reason or trouble from None

    def _down(self, site: Site, opset: int) -> List[Any]:
        """The emitted nodes, brought from the opset that they are written in to the site's."""
        nodes = site.emitted
        for above in range(opset, site.to, -1):
            lowered: List[Any] = []
            for node in nodes:
                for child in site.scope.children.get(id(node), ()) if node is not site.node else ():
                    self._step(child, above)
                inner = Site(site.scope, node, above - 1)
                lowered.extend(self._rewritten(inner) if self._is_defined_at(node, above) else [node])
            nodes = lowered
        site.emitted = nodes
        return self._checked(site)

    def _checked(self, site: Site) -> List[Any]:
        for node in site.emitted:
            if node.domain in _DEFAULT and not schemas.usable(node.op_type, site.to):
                raise CannotRewrite(
                    "%s needs %s, which opset %d lacks" % (site.node.op_type, node.op_type, site.to)
                )
            fitting.check_types(site.scope, node, site.to)
        return site.emitted

    def _record(self, site: Site, nodes: List[Any], opset: int) -> None:
        notes = site.notes
        self.ways[site.way] += 1
        if not notes and nodes[-1] is not site.node:
            notes = ["written as " + ", ".join(node.op_type for node in nodes)]
        place = site.scope.place(site.node)
        self.changes.append(
            "%s: %s (opset %d to %d)" % (place, "; ".join(notes) or "default attributes removed", opset, opset - 1)
        )


def _signature(node: Any) -> Tuple[Any, ...]:
    """What an adapter may edit of a node, without the contents of tensors and graphs."""
    attributes = ((a.name, a.type if a.type in _HEAVY else a.SerializeToString()) for a in node.attribute)
    return (tuple(node.input), tuple(node.output), tuple(attributes))


def _rename(site: Site, names: List[str]) -> None:
    """Give the replaced node's outputs their own names back, so that every reader stays as it is."""
    own = list(site.node.output)
    made = {name for node in site.emitted for name in node.output}
    swap = {}
    for old, new in zip(own, names):
        if old and (new not in made or new in swap):
            site.add("Identity", [new])
            new = site.emitted[-1].output[0]
        if old:
            swap[new] = old
    for node in site.emitted:
        for field in (node.input, node.output):
            for index, name in enumerate(field):
                if name in swap:
                    field[index] = swap[name]
        for name in node.output:
            site.scope.producers[name] = node
    if site.emitted:
        _inherit(site, site.emitted[-1])


def _inherit(site: Site, heir: Any) -> None:
    """Name, doc string and metadata of the replaced node go on with the last node in its place."""
    node = site.node
    if node.name:
        # Not when a copy of the node itself carries it: node names are unique.
        named = any(emitted.name == node.name for emitted in site.emitted)
        heir.name = heir.name if named else node.name
    heir.doc_string = heir.doc_string or node.doc_string
    if hasattr(node, "metadata_props") and not heir.metadata_props:
        heir.metadata_props.extend(node.metadata_props)


def _all_names(proto: Any) -> Set[str]:
    found: Set[str] = set()
    graphs = [proto.graph] + list(proto.functions)
    while graphs:
        graph = graphs.pop()
        if hasattr(graph, "initializer"):
            found.update(t.name for t in graph.initializer)
            found.update(v.name for v in graph.input)
        else:
            found.update(graph.input)
        for node in graph.node:
            found.update(node.input)
            found.update(node.output)
            found.add(node.name)
            graphs.extend(inner for _, inner in subgraphs(node))
    return found
