"""Where the weights lie that a view left out, and a copy of an in-memory model without them."""

from __future__ import annotations

from typing import Any, Dict, Tuple

from jetdoctor import onnx_parts
from jetdoctor.model.wire import KEEP_BYTES, TENSOR, Place
from jetdoctor.records import dataclass


@dataclass(frozen=True)
class FileSpan:
    """A serialized TensorProto inside a model file: ``length`` bytes from ``offset`` on."""

    path: str
    offset: int
    length: int

    def read(self) -> Any:
        """The whole TensorProto, read from the file. Raises OSError when it is gone."""
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            return onnx_parts.messages().TensorProto.FromString(file.read(self.length))


def by_name(proto: Any, left_out: Dict[Place, Tuple[int, int]], path: str) -> Dict[Any, FileSpan]:
    """Spans keyed by (graph path, tensor name); paths and names are those of ``jetdoctor.graph``.

    A tensor in a node's attribute goes by the node's first output when the node is a Constant, else
    by ``OUTPUT.ATTRIBUTE``; the halves of a sparse tensor add ``.values`` and ``.indices``.
    """
    return {_name(proto, place): FileSpan(path, *span) for place, span in left_out.items()}


def _name(proto: Any, place: Place) -> Tuple[Tuple[str, ...], str]:
    path: Tuple[str, ...] = ("main",)
    message, name, label, attribute, constant = proto, "", "", "", False
    for number, index in place:
        field = message.DESCRIPTOR.fields_by_number[number]
        value = getattr(message, field.name)
        message = value[index] if _repeated(value) else value
        kind = message.DESCRIPTOR.name
        if kind == "FunctionProto":
            path = ("function:%s:%s" % (message.domain, message.name),)
        elif kind == "TrainingInfoProto":
            path = ("training_info[%d]" % index,)
        elif kind == "NodeProto":
            label = message.name or "%s_%d" % (message.op_type, index)
            name = next((output for output in message.output if output), label)
            constant = message.op_type == "Constant"
        elif kind == "AttributeProto":
            attribute = message.name
            name = name if constant else "%s.%s" % (name, attribute)
        elif kind == "GraphProto" and len(place) > 1 and label:
            many = "[%d]" % index if _repeated(value) else ""
            path += ("%s.%s%s" % (label, attribute, many),)
            name = label = ""
        elif kind == "SparseTensorProto":
            name = name or message.values.name
        elif kind == "TensorProto":
            sparse = field.containing_type.name == "SparseTensorProto"
            name = "%s.%s" % (name, field.name) if sparse else name or message.name
    return path, name


def _repeated(value: Any) -> bool:
    # Not by the descriptor: protobuf 7 has no `label` any more, protobuf 5 has no `is_repeated` yet.
    return hasattr(value, "extend")


def without_weights(source: Any, copy: Any) -> Any:
    """Fill the empty message ``copy`` from ``source``, leaving out payloads of large tensors."""
    # ByteSize serializes: asked of the whole model, it would hold all weights once more.
    if source.DESCRIPTOR.name not in ("ModelProto", "GraphProto") and source.ByteSize() <= KEEP_BYTES:
        copy.CopyFrom(source)
        return copy
    copy.SetInParent()  # a message that is there and empty stays there
    payload = TENSOR.payload if source.DESCRIPTOR.name == TENSOR.name else ()
    for field, value in source.ListFields():
        if field.number in payload:
            continue
        if field.type != field.TYPE_MESSAGE:
            if _repeated(value):
                getattr(copy, field.name).extend(value)
            else:
                setattr(copy, field.name, value)
        elif _repeated(value):
            into = getattr(copy, field.name)
            for item in value:
                without_weights(item, into.add())
        else:
            without_weights(value, getattr(copy, field.name))
    return copy
