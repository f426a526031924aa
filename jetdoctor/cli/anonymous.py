"""A model without a name: what a person or a company chose to call anything is numbered, texts go.

Operators, attributes, shapes and the structure stay, since the findings are about them. What is known to everybody
stays too: ONNX's operators and attributes, TensorRT's plugins, the common exporters and domains.
"""

from __future__ import annotations

from typing import Any, Dict, Tuple

from jetdoctor import data, kinds

_DOMAINS = frozenset(
    "ai.onnx ai.onnx.ml ai.onnx.training ai.onnx.preview.training com.microsoft com.microsoft.nchwc"
    " com.ms.internal.nhwc org.pytorch.aten pkg.onnxscript.torch_lib pkg.onnxscript.torch_lib.common TRT".split()
)
_PRODUCERS = ("pytorch", "tf2onnx", "keras2onnx", "skl2onnx", "paddle", "onnx", "optimum", "torch-onnx", "onnxruntime")

#: Texts and structures that say nothing about what TensorRT does.
_CLEARED = frozenset(
    "doc_string metadata_props training_info quantization_annotation denotation string_data overload"
    " device_configurations configuration model_version".split()
)

#: Attributes of ONNX's operators that hold a text of the author, not one of a few words.
_FREE_TEXT = frozenset("value_string value_strings locale pattern delimiter stopwords pool_strings".split())


def renamed(proto: Any) -> Any:
    """A copy of a ModelProto whose tensors, nodes, sizes, functions and own operators are t1, n1, d1, f1, op1 …"""
    copy = type(proto)()
    copy.CopyFrom(proto)
    names = _Names(copy)
    names.walk(copy)
    copy.graph.name, copy.domain = "g", ""
    if not copy.producer_name.startswith(_PRODUCERS):
        copy.producer_name = copy.producer_version = ""
    return copy


class _Names:
    """Old name -> new one, by kind; the same name is the same wherever it occurs."""

    def __init__(self, model: Any) -> None:
        self.known: Dict[Tuple[str, str], str] = {}
        self.counts: Dict[str, int] = {}
        self.functions = {(f.domain, f.name) for f in model.functions}
        self.plugins = {row["name"] for row in data.table("plugins")}

    def new(self, kind: str, name: str) -> str:
        """The number of a name; an empty one stays empty."""
        if not name:
            return name
        if (kind, name) not in self.known:
            self.counts[kind] = self.counts.get(kind, 0) + 1
            self.known[kind, name] = "%s%d" % (kind, self.counts[kind])
        return self.known[kind, name]

    def walk(self, message: Any) -> None:
        """Rename a message and all below it, in place."""
        for field, value in message.ListFields():
            if field.name in _CLEARED:
                message.ClearField(field.name)
            elif field.type == field.TYPE_MESSAGE:
                for part in value if hasattr(value, "add") else [value]:
                    self.walk(part)
        rename = getattr(self, "_" + message.DESCRIPTOR.name, None)
        if rename is not None:
            rename(message)

    def _NodeProto(self, node: Any) -> None:
        node.name = self.new("n", node.name)
        node.op_type, node.domain = self._operator(node.domain, node.op_type), self._domain(node.domain)
        self._tensors(node)

    def _FunctionProto(self, function: Any) -> None:
        function.name, function.domain = self._operator(function.domain, function.name), self._domain(function.domain)
        function.attribute[:] = [self._attribute(name) for name in function.attribute]
        self._tensors(function)

    def _tensors(self, owner: Any) -> None:
        owner.input[:] = [self.new("t", name) for name in owner.input]
        owner.output[:] = [self.new("t", name) for name in owner.output]

    def _GraphProto(self, graph: Any) -> None:
        graph.name = "g"

    def _TensorProto(self, tensor: Any) -> None:
        tensor.name = self.new("t", tensor.name)
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = self.new("data", entry.value)

    def _ValueInfoProto(self, value: Any) -> None:
        value.name = self.new("t", value.name)

    def _Dimension(self, dim: Any) -> None:
        if dim.dim_param:
            dim.dim_param = self.new("d", dim.dim_param)

    def _OperatorSetIdProto(self, imported: Any) -> None:
        imported.domain = self._domain(imported.domain)

    def _AttributeProto(self, attribute: Any) -> None:
        if attribute.name in _FREE_TEXT or attribute.name not in kinds.KINDS:
            attribute.s = b"" if not attribute.s else b"text"
            attribute.strings[:] = [b"text"] * len(attribute.strings)
        attribute.name = self._attribute(attribute.name)
        if attribute.ref_attr_name:
            attribute.ref_attr_name = self._attribute(attribute.ref_attr_name)

    def _attribute(self, name: str) -> str:
        return name if name in kinds.KINDS else self.new("a", name)

    def _operator(self, domain: str, op_type: str) -> str:
        from onnx import defs

        if (domain, op_type) in self.functions:
            return self.new("f", op_type)
        if op_type in self.plugins or defs.has(op_type, domain) or domain.startswith(("com.microsoft", "org.pytorch")):
            return op_type
        return self.new("op", op_type)

    def _domain(self, domain: str) -> str:
        return domain if domain in _DOMAINS else self.new("domain", domain)
