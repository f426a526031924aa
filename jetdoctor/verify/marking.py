"""A copy of a model with inner tensors as outputs, and which tensors can be asked for."""

from __future__ import annotations

import os
from typing import Any, List, Sequence

#: protobuf refuses messages from 2 GiB on; beyond this the weights go beside the copy.
_EMBED_LIMIT = 1900 << 20


def load_whole(path: str) -> Any:
    """ModelProto with all weights, embedded or external."""
    import onnx

    return onnx.load(path)


def tensors(proto: Any) -> List[str]:
    """Tensors that nodes of the main graph compute, in graph order."""
    return [name for node in proto.graph.node for name in node.output if name]


def mark(proto: Any, names: Sequence[str]) -> Any:
    """A copy with exactly ``names`` as outputs; types are left to the runtime's inference."""
    import onnx

    copy = onnx.ModelProto()
    copy.CopyFrom(proto)
    declared = {value.name: value for value in proto.graph.output}
    del copy.graph.output[:]
    for name in names:
        if name in declared:
            copy.graph.output.add().CopyFrom(declared[name])
        else:
            copy.graph.output.add().name = name
    return copy


def is_large(proto: Any) -> bool:
    """Whether a model is too large for one protobuf message, told by its weights: protobuf cannot measure it."""
    return sum(tensor.ByteSize() for tensor in proto.graph.initializer) >= _EMBED_LIMIT


def save(proto: Any, folder: str, name: str) -> str:
    """Write a model into ``folder``; returns its path."""
    import onnx

    path = os.path.join(folder, name)
    if is_large(proto):
        onnx.save(proto, path, save_as_external_data=True, location=name + ".data")
    else:
        onnx.save(proto, path)
    return path
