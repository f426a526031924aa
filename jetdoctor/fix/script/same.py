"""Whether two models are the same graph: operators, attributes, constants and how they hang together, not names."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any, Dict, Tuple

from jetdoctor.fix.script.sides import alive


def difference(one: Any, other: Any) -> str:
    """What tells two sorted ModelProtos apart, "" for nothing. What no output needs does not count."""
    if _imports(one) != _imports(other):
        return "the opsets differ: %s and %s" % (_imports(one), _imports(other))
    first, second = _Digest(), _Digest()
    if first.graph(one.graph, {}) != second.graph(other.graph, {}):
        left, right = first.kinds, second.kinds
        if left != right:
            other_counts = [kind for kind in sorted(left | right) if left[kind] != right[kind]]
            more = ", ".join("%+d %s" % (right[kind] - left[kind], kind) for kind in other_counts)
            return "the operators differ: %s" % more
        return "the same operators are connected differently"
    return ""


def _imports(model: Any) -> Dict[str, int]:
    return {"" if o.domain == "ai.onnx" else o.domain: o.version for o in model.opset_import}


class _Digest:
    def __init__(self) -> None:
        self.kinds: Counter = Counter()

    def graph(self, graph: Any, outer: Dict[str, bytes]) -> Tuple[Any, ...]:
        known = dict(outer)
        for number, value in enumerate(graph.input):
            known[value.name] = _hash("input", number, value.type.SerializeToString(deterministic=True))
        for tensor in graph.initializer:
            known[tensor.name] = _constant(tensor)
        made = list(filter(None, (self._node(node, known) for node in alive(graph))))
        return tuple(known[value.name] for value in graph.output), tuple(sorted(made))

    def _node(self, node: Any, known: Dict[str, bytes]) -> bytes:
        if node.op_type == "Constant" and node.attribute and node.attribute[0].type == 4:
            known[node.output[0]] = _constant(node.attribute[0].t)
            return b""
        self.kinds[node.op_type] += 1
        inputs = [known.get(name, b"") for name in node.input]
        attributes = []
        for attribute in sorted(node.attribute, key=lambda attribute: attribute.name):
            if attribute.type == 5:
                value: Any = self.graph(attribute.g, known)
            elif attribute.type == 4:
                value = _constant(attribute.t)
            else:
                twin = type(attribute)()
                twin.CopyFrom(attribute)
                twin.doc_string = ""
                value = twin.SerializeToString(deterministic=True)
            attributes.append((attribute.name, value))
        digest = _hash(node.op_type, node.domain, inputs, attributes, [bool(name) for name in node.output])
        for number, name in enumerate(node.output):
            known[name] = _hash(digest, number)
        return digest


def _constant(tensor: Any) -> bytes:
    from onnx import numpy_helper

    if tensor.data_location == 1:
        where = sorted((entry.key, entry.value) for entry in tensor.external_data)
        return _hash("external", tensor.data_type, list(tensor.dims), where)
    return _hash("constant", tensor.data_type, list(tensor.dims), numpy_helper.to_array(tensor).tobytes())


def _hash(*parts: Any) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else repr(part).encode())
        digest.update(b"\0")
    return digest.digest()
