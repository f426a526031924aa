"""Carries out local rewrites: all requests of a pass whose nodes do not meet, in one go."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Set, Tuple

from jetdoctor.fix.changes import Changes
from jetdoctor.fix.choice import Request
from jetdoctor.fix.diff import NodeChange
from jetdoctor.fix.edit import Edit
from jetdoctor.fix.function_defaults import inlined
from jetdoctor.fix.retyping import retyped
from jetdoctor.fix.sorting import sort_nodes
from jetdoctor.graph import DTYPE_NUMBERS, Graph, Model, Node, Value
from jetdoctor.rule import CannotRewrite
from jetdoctor.types import Location, Target


class ModelEdit:
    """What ``rewrite_model(model, edit)`` may do: edit single nodes, or put another proto in place."""

    def __init__(self, changes: Changes, target: Optional[Target], tensor: str = "") -> None:
        self.changes, self.target, self._tensor = changes, target, tensor
        self.replacement: Any = None
        #: whether the rewrite looked at ``tensor``: else it does the same for every finding
        self.looked = False
        self._edits: List[Edit] = []

    @property
    def opset(self) -> int:
        return self.changes.model.opset("")

    @property
    def tensor(self) -> str:
        """The value that the finding is about, "" when it is about something else."""
        self.looked = True
        return self._tensor

    def at(self, node: Node) -> Edit:
        """The edit of one node."""
        self._edits.append(Edit(self.changes, node, self.target))
        return self._edits[-1]

    def array(self, value: Value) -> Any:
        """numpy array of a constant expression, None when it is not one."""
        return self.changes.evaluator.array(value)

    def become(self, proto: Any) -> None:
        """The whole model is ``proto`` from now on."""
        self.replacement = proto

    def retype(self, old: str, new: str) -> None:
        """The whole model with element type ``new`` wherever ``old`` stood (ONNX names)."""
        proto = retyped(self.changes.model.proto, DTYPE_NUMBERS[old], DTYPE_NUMBERS[new])
        if proto.SerializeToString() != self.changes.model.proto.SerializeToString():
            self.become(proto)

    def sort(self) -> bool:
        """Sort the nodes of every graph; whether anything moved."""
        copy = type(self.changes.model.proto)()
        copy.CopyFrom(self.changes.model.proto)
        if not sort_nodes(copy):
            return False
        self.become(copy)
        return True

    def inline_functions(self) -> None:
        """The whole model with its local functions inlined at every call."""
        flat = inlined(self.changes.model.proto)
        if flat is None:
            raise CannotRewrite("onnx cannot inline the local functions")
        self.become(flat)

    @property
    def touched(self) -> bool:
        return self.replacement is not None or any(edit.touched for edit in self._edits)

    def undo(self) -> None:
        self.replacement = None
        for edit in reversed(self._edits):
            edit.undo()

    def lines(self) -> Tuple[NodeChange, ...]:
        return tuple(line for edit in self._edits for line in edit.recorder.changes())


class Rewriting:
    """One pass of local rewrites over ``model``. ``finish`` gives the new proto."""

    def __init__(
        self,
        model: Model,
        modules: Mapping[str, Any],
        target: Optional[Target],
        allowed: Callable[[str, str], bool] = lambda rewrite, applicability: True,
    ) -> None:
        self.model, self.modules, self.target, self.allowed = model, modules, target, allowed
        self.changes = Changes(model)
        self.done: List[Tuple[Request, Tuple[NodeChange, ...]]] = []
        self.refusals: Dict[Any, str] = {}
        #: name of an added node -> the request that added it, to trace new trouble to its cause
        self.authors: Dict[str, Request] = {}
        self._graphs: Dict[Tuple[str, ...], Graph] = {graph.path: graph for graph in model.graphs()}
        self._claimed: Set[Tuple[Tuple[str, ...], int]] = set()
        self._bodies: Set[Tuple[str, ...]] = set()
        self._whole_model: Any = None
        #: rewrites of the whole model that were refused whatever the finding, and why: once is enough
        self._hopeless: Dict[str, str] = {}

    def apply(self, requests: Sequence[Request]) -> None:
        """Try every request; those that meet an earlier one of this pass wait for the next."""
        for request in requests:
            module = self.modules.get(request.fix.rewrite or "")
            if module is None:
                self.refusals[request.key] = "there is no rewrite %s" % request.fix.rewrite
            elif not self.allowed(request.fix.rewrite or "", module.REWRITE.applicability):
                self.refusals[request.key] = "needs --unsafe"
            elif hasattr(module, "rewrite_model"):
                self._apply_to_model(request, module)
            elif self._whole_model is None:
                self._apply_to_node(request, module)

    def finish(self) -> Any:
        """Write the pass; returns the new ModelProto (the same object unless it was replaced)."""
        self.changes.commit()
        return self.model.proto if self._whole_model is None else self._whole_model

    def _apply_to_node(self, request: Request, module: Any) -> None:
        node = self._find(request.place)
        if node is None:
            self.refusals[request.key] = "the finding names no node"
            return
        if hasattr(module, "site"):
            node = module.site(node) or node
        mark = (node.graph.path, node.index)
        if mark in self._claimed or self._nests(node):
            return
        edit = Edit(self.changes, node, self.target)
        if self._carry_out(request, edit, lambda: module.rewrite(node, edit)):
            self._claimed.add(mark)
            self._bodies.update(graph.path for graph in node.subgraphs)
            lines = edit.recorder.changes()
            self.done.append((request, lines))
            self.authors.update((line.name, request) for line in lines if line.sign != "-")

    def _nests(self, node: Node) -> bool:
        """Whether this pass changes a node around this one, or one in its bodies: they take turns."""
        path, bodies = node.graph.path, [graph.path for graph in node.subgraphs]
        around = any(path[: len(body)] == body for body in self._bodies)
        return around or any(inner[: len(body)] == body for body in bodies for inner, _ in self._claimed)

    def _apply_to_model(self, request: Request, module: Any) -> None:
        if self.done:  # alone in its pass
            return
        name = request.fix.rewrite or ""
        if name in self._hopeless:
            self.refusals[request.key] = self._hopeless[name]
            return
        edit = ModelEdit(self.changes, self.target, request.place.tensor)
        if not self._carry_out(request, edit, lambda: module.rewrite_model(self.model, edit)):
            if not edit.looked:
                self._hopeless[name] = self.refusals[request.key]
        else:
            self.done.append((request, edit.lines()))
            self._whole_model = edit.replacement if edit.replacement is not None else self.model.proto

    def _carry_out(self, request: Request, edit: Any, change: Callable[[], Any]) -> bool:
        try:
            change()
        except CannotRewrite as refusal:
            reason = str(refusal)
        except Exception as error:  # a rewrite that crashes must not take the model with it
            reason = "rewrite %s failed: %s: %s" % (request.fix.rewrite, type(error).__name__, error)
        else:
            if edit.touched:
                return True
            reason = "rewrite %s found nothing to change" % request.fix.rewrite
        edit.undo()
        self.refusals[request.key] = reason
        return False

    def _find(self, place: Location) -> Optional[Node]:
        graph = self._graphs.get(place.graph)
        if graph is None or place.node_index is None or place.node_index >= len(graph.nodes):
            return None
        return graph.nodes[place.node_index]
