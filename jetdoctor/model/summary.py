"""The facts of a model that a report shows first: inputs, outputs, operators, parameters, size."""

from __future__ import annotations

import hashlib
from typing import Dict

from jetdoctor.graph import DEFAULT_DOMAINS, Model, Value
from jetdoctor.model.standard_input import file_of
from jetdoctor.types import ModelSummary, TensorInfo


def summarize(model: Model, hash: bool = False) -> ModelSummary:
    """What a report says about a model; ``hash`` reads the whole file for its sha256."""
    main = model.main
    inputs = [name for name in main.input_names if name not in main.initializers]
    return ModelSummary(
        path=model.path,
        sha256=sha256_of(file_of(model.path)) if hash and model.path else None,
        ir_version=model.ir_version,
        opset=dict(model.opsets),
        producer=model.producer,
        nodes=sum(len(each.nodes) for each in model.graphs()),
        inputs=tuple(_info(main.value(name)) for name in inputs),
        outputs=tuple(_info(main.value(name)) for name in main.output_names),
        size_bytes=model.file_size,
        parameters=_parameters(model),
        operators=_operators(model),
    )


def _info(value: Value) -> TensorInfo:
    kind = value.kind
    return TensorInfo(value.name, (value.dtype or "") if kind in ("tensor", None) else kind, value.shape)


def _parameters(model: Model) -> int:
    """Elements of all initializers, of those of a type that computes: integers are axes, sizes and indices."""
    total = 0
    for graph in model.graphs():
        for tensor in graph.initializers.values():
            count = 1
            for dim in tensor.dims:
                count *= dim
            total += max(0, count) if tensor.data_type not in _COUNTING else 0
    return total


#: onnx.TensorProto.DataType of STRING, INT32, INT64, BOOL.
_COUNTING = (6, 7, 8, 9)


def _operators(model: Model) -> Dict[str, int]:
    """How often each operator occurs, most first; one of another domain is ``domain.Name``."""
    counts: Dict[str, int] = {}
    for node in model.nodes():
        name = node.op_type if node.domain in DEFAULT_DOMAINS else "%s.%s" % (node.domain, node.op_type)
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def sha256_of(path: str) -> str:
    """Of the whole file, weights too."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()
