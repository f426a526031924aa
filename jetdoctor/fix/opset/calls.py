"""Types inside local functions: what their calls pass in, followed through the body."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from jetdoctor.fix.opset import inference
from jetdoctor.fix.opset.scope import Scope

_DEPTH = 20


class Calls:
    """Follows every call of a local function from the main graph inwards."""

    def __init__(self, functions: List[Tuple[Any, Scope]]) -> None:
        self._scopes = {(proto.domain, proto.name): (proto, scope) for proto, scope in functions}
        self._seen: Dict[Tuple[str, str], Dict[str, List[Any]]] = {key: {} for key in self._scopes}

    def infer(self, main: Scope) -> None:
        """Give each function's scope the types that hold in every one of its calls."""
        if not self._scopes:
            return
        self._follow(main, 0)
        for key, (_, scope) in self._scopes.items():
            found = {name: inference.merged(types) for name, types in self._seen[key].items()}
            scope.types = {name: proto for name, proto in found.items() if proto is not None}

    def _follow(self, scope: Scope, depth: int) -> None:
        for node in scope.nodes:
            for child in scope.children.get(id(node), ()):
                self._follow(child, depth)
            if (node.domain, node.op_type) in self._scopes and depth < _DEPTH:
                self._call(scope, node, depth)

    def _call(self, caller: Scope, node: Any, depth: int) -> None:
        key = (node.domain, node.op_type)
        proto, scope = self._scopes[key]
        arguments = dict(zip(proto.input, node.input))
        given = {formal: caller.type(name) for formal, name in arguments.items() if name}
        scope.types = {formal: found for formal, found in given.items() if found is not None}
        opset = next((o.version for o in proto.opset_import if o.domain in ("", "ai.onnx")), 1)
        for inner in scope.nodes:
            if (inner.domain, inner.op_type) in self._scopes and depth < _DEPTH:
                kept = scope.types
                self._call(scope, inner, depth + 1)
                scope.types = kept
                self._return_types(scope, inner)
            else:
                bound = _bound(inner, node, proto)
                scope.types.update(inference.output_types(scope, bound, opset))
        for name, found in scope.types.items():
            self._seen[key].setdefault(name, []).append(found)

    def _return_types(self, scope: Scope, node: Any) -> None:
        """Types of a call's outputs: those of the latest run through the callee's body."""
        key = (node.domain, node.op_type)
        proto, _ = self._scopes[key]
        for actual, formal in zip(node.output, proto.output):
            known = self._seen[key].get(formal)
            if actual and known:
                scope.types[actual] = known[-1]


def _bound(inner: Any, call: Any, proto: Any) -> Any:
    """The body's node with the call's attribute values where it refers to them."""
    if not any(attribute.ref_attr_name for attribute in inner.attribute):
        return inner
    bound = type(inner)()
    bound.CopyFrom(inner)
    del bound.attribute[:]
    given = {attribute.name: attribute for attribute in proto.attribute_proto}
    given.update((attribute.name, attribute) for attribute in call.attribute)
    for attribute in inner.attribute:
        source = given.get(attribute.ref_attr_name) if attribute.ref_attr_name else attribute
        if source is not None:
            added = bound.attribute.add()
            added.CopyFrom(source)
            added.name = attribute.name
    return bound
