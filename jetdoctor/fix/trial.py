"""What a local rewrite would add at its node: it is carried out on the side and taken back."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Tuple

from jetdoctor.fix.changes import Changes
from jetdoctor.fix.choice import Key, Request
from jetdoctor.fix.edit import Edit
from jetdoctor.graph import Graph, Model
from jetdoctor.types import Target

#: nodes more than now, then whether the operator itself is gone: one that the parser imports beats what spells it out
Cost = Tuple[float, int]

_CANNOT: Cost = (float("inf"), 1)


class Trial:
    """Costs of rewrites on one state of the model, each worked out once and only when it is asked for."""

    def __init__(self, model: Model, modules: Mapping[str, Any], target: Optional[Target]) -> None:
        self.model, self.modules, self.target = model, modules, target
        self._changes: Optional[Changes] = None
        self._graphs: Dict[Tuple[str, ...], Graph] = {}
        self._known: Dict[Key, Cost] = {}

    def cost(self, request: Request) -> Cost:
        """Lowering the opset and rewrites of the whole model count nothing at the node."""
        module = self.modules.get(request.fix.rewrite or "")
        if module is None or hasattr(module, "rewrite_model"):
            return (0, 0)
        if request.key not in self._known:
            self._known[request.key] = self._try(request, module)
        return self._known[request.key]

    def _try(self, request: Request, module: Any) -> Cost:
        if self._changes is None:
            self._changes = Changes(self.model)
            self._graphs = {graph.path: graph for graph in self.model.graphs()}
        graph, index = self._graphs.get(request.place.graph), request.place.node_index
        if graph is None or index is None or index >= len(graph.nodes):
            return _CANNOT
        node = graph.nodes[index]
        if hasattr(module, "site"):
            node = module.site(node) or node
        op_type, edit = node.op_type, Edit(self._changes, node, self.target)
        try:
            module.rewrite(node, edit)
            lines = edit.recorder.changes()
        except Exception:  # refused, or a rewrite that crashes: the real try says which
            return _CANNOT
        finally:
            edit.undo()
        added = sum({"+": 1, "-": -1, "~": 0}[line.sign] for line in lines)
        kept = any(line.op_type == op_type for line in lines if line.sign != "-")
        return (added, 0 if kept else 1) if lines else _CANNOT
