"""What is told of a model file: its interface, its sizes, likely shapes."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Dict, Iterator, Mapping, Optional, Tuple

from jetdoctor.records import dataclass


@dataclass(frozen=True)
class TensorInfo:
    """An input or output: its element type by ONNX's name ("FLOAT"; "sequence" and the like for what is no tensor).

    ``shape`` holds sizes, symbols and None for what is open, and is None when not even the rank is known.
    """

    name: str
    dtype: str = ""
    shape: Optional[Tuple[Any, ...]] = None

    def to_json(self) -> Dict[str, Any]:
        shape = None if self.shape is None else list(self.shape)
        return {"name": self.name, "dtype": self.dtype, "shape": shape}


@dataclass(frozen=True)
class ModelSummary:
    """What a report says about a model file. ``size_bytes`` is the .onnx file alone; ``operators`` are counts."""

    path: str
    sha256: Optional[str] = None
    ir_version: Optional[int] = None
    opset: Mapping[str, int] = field(default_factory=dict)
    producer: str = ""
    nodes: int = 0
    inputs: Tuple[TensorInfo, ...] = ()
    outputs: Tuple[TensorInfo, ...] = ()
    size_bytes: Optional[int] = None
    parameters: int = 0
    operators: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict:
        return {
            "path": self.path,
            "sha256": self.sha256,
            "ir_version": self.ir_version,
            "opset": dict(self.opset),
            "producer": self.producer,
            "nodes": self.nodes,
            "inputs": [tensor.to_json() for tensor in self.inputs],
            "outputs": [tensor.to_json() for tensor in self.outputs],
            "size_bytes": self.size_bytes,
            "parameters": self.parameters,
            "operators": dict(self.operators),
        }


@dataclass(frozen=True)
class Span:
    """Smallest, typical and largest shape of one input, as an optimization profile has them."""

    min: Tuple[int, ...]
    opt: Tuple[int, ...]
    max: Tuple[int, ...]

    def __iter__(self) -> Iterator[Tuple[int, ...]]:
        return iter((self.min, self.opt, self.max))


#: An optimization profile: input -> its shapes.
Profile = Dict[str, Span]


@dataclass(frozen=True)
class ModelFacts:
    """What ``inspect`` tells of a model: the summary, the exporter, metadata, likely shapes, external data files.

    ``data`` has one line per file, with its size or that it is missing.
    """

    summary: ModelSummary
    exporter: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    profile: Mapping[str, Span] = field(default_factory=dict)
    data: Tuple[str, ...] = ()

    def to_json(self) -> Dict[str, Any]:
        return {
            "model": self.summary.to_json(),
            "exporter": self.exporter,
            "metadata": dict(self.metadata),
            "profile": {name: [list(shape) for shape in span] for name, span in self.profile.items()},
            "data": list(self.data),
        }
