"""A node as the parsers of a range of releases see it."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence, Tuple

from jetdoctor.graph import DTYPE_NAMES, MOVERS, Node, Value

#: Defaults that importers and ONNX share, for attributes that are not written.
DEFAULTS: Mapping[Tuple[str, str], Any] = {
    ("Resize", "mode"): "nearest",
    ("Resize", "coordinate_transformation_mode"): "half_pixel",
    ("Resize", "nearest_mode"): "round_prefer_floor",
    ("Upsample", "mode"): "nearest",
    ("Pad", "mode"): "constant",
    ("Mod", "fmod"): 0,
    ("Gemm", "alpha"): 1.0,
    ("Gemm", "beta"): 1.0,
    ("ScatterElements", "reduction"): "none",
    ("ScatterND", "reduction"): "none",
    ("LSTM", "direction"): "forward",
    ("GRU", "direction"): "forward",
    ("RNN", "direction"): "forward",
}


#: operators whose output has the type of their first input
_KEEP_TYPE = MOVERS | {"Clip", "Concat", "MaxPool", "Relu"}


def built_dtype(value: Value) -> Optional[str]:
    """Element type of the tensor that a parser makes of a value, None when it is not known.

    Every importer of QuantizeLinear that does not refuse it quantizes to INT8 where ONNX means UINT8, and what passes
    elements on keeps that (onnx-tensorrt 8.0 to 11.0, importer of QuantizeLinear).
    """
    dtype = value.dtype
    if dtype != "UINT8":
        return dtype
    node = value.origin(_KEEP_TYPE).producer
    quantized = node is not None and node.op_type == "QuantizeLinear" and not node.has_attr("output_dtype")
    return "INT8" if quantized else dtype


class Seen:
    """A node as one family of parsers sees it.

    ``through`` names the operators that keep the quality of being weights; it differs between releases.
    """

    __slots__ = ("node", "through")

    def __init__(self, node: Node, through: Sequence[str] = ()) -> None:
        self.node = node
        self.through = through

    def weights(self, index: int) -> bool:
        """Whether input ``index`` is an initializer to the parser."""
        return self.node.present(index) and self.node.input(index).is_weights(self.through)

    def array(self, index: int) -> Any:
        """numpy array of a constant input, None for any other."""
        return self.node.input(index).array() if self.node.present(index) else None

    def numbers(self, index: int) -> Optional[Tuple[Any, ...]]:
        """Elements of a constant input in order, None for any other."""
        return self.node.input(index).numbers() if self.node.present(index) else None

    def integers(self, index: int) -> Optional[Tuple[int, ...]]:
        """The same of integers."""
        return self.node.input(index).integers() if self.node.present(index) else None

    def dtype(self, index: int) -> Optional[str]:
        """Element type of an input to the parser, None when it is left out or not known."""
        return built_dtype(self.node.input(index)) if self.node.present(index) else None

    def elements(self, index: int) -> Optional[int]:
        """Number of elements of an input, None when its shape is not static."""
        shape = self.node.input(index).static_shape if self.node.present(index) else None
        if shape is None:
            return None
        count = 1
        for dim in shape:
            count *= dim
        return count

    def attr(self, name: str) -> Any:
        """Attribute value, its default when it is not written; data types by name."""
        value = self.node.attr(name)
        if value is None:
            return DEFAULTS.get((self.node.op_type, name))
        if name in ("to", "dtype") and isinstance(value, int):
            return DTYPE_NAMES.get(value)
        return value

    def pads(self) -> Any:
        """Pads from the attribute or a constant second input, None when they are computed."""
        pads = self.node.attr("pads")
        if pads is not None:
            return pads
        return self.integers(1)
