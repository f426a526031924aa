"""Types of the outputs of ONNX Runtime's fused operators, of which onnx's inference knows nothing.

From docs/ContribOperators.md of ONNX Runtime. Behind one such operator no type would be known any more, and an
optimized transformer has one in every block.
"""

from __future__ import annotations

from typing import Any, List, Optional

from jetdoctor import onnx_parts
from jetdoctor.graph import DTYPE_NUMBERS, Node, Shape

#: Operators whose first output is of the type and shape of their first input.
_LIKE_FIRST = frozenset(
    "BiasGelu FastGelu Gelu GroupQueryAttention QuickGelu RotaryEmbedding SimplifiedLayerNormalization "
    "SkipLayerNormalization SkipSimplifiedLayerNormalization".split()
)
_SHAPED = ("Attention", "EmbedLayerNormalization", "MultiHeadAttention")


def is_known(node: Node) -> bool:
    """Whether ``first_output`` has an answer for operators of this name."""
    if node.domain == "":
        return node.op_type == "SimplifiedLayerNormalization"
    return node.domain == "com.microsoft" and (node.op_type in _LIKE_FIRST or node.op_type in _SHAPED)


def first_output(node: Node) -> Optional[Any]:
    """TypeProto of the first output, None when the inputs do not tell."""
    first = node.input(2 if node.op_type == "EmbedLayerNormalization" else 0)
    shape = _shape(node)
    if first.dtype is None or shape is None:
        return None
    return onnx_parts.tensor_type(DTYPE_NUMBERS[first.dtype], shape)


def _shape(node: Node) -> Shape:
    shape = node.input(0).shape
    if shape is None or node.op_type in _LIKE_FIRST:
        return shape
    last = _last(node)
    return None if last is None else (*shape[:2], last[-1])


def _last(node: Node) -> Shape:
    """The shape whose last size is that of the output: embedding rows, values, or a part of joint weights."""
    if node.op_type == "EmbedLayerNormalization":
        return node.input(2).shape
    if node.op_type == "MultiHeadAttention":
        values = node.input(2).shape
        return values if values is not None and len(values) == 3 else node.input(0).shape
    joint, sizes = node.input(1).shape, node.attr("qkv_hidden_sizes")
    if sizes:
        return sizes
    parts: List[Any] = [size // 3 for size in (joint or ())[-1:] if isinstance(size, int)]
    return tuple(parts) or None
