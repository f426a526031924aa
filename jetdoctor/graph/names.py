"""Names that ONNX fixes: domains, element types, operators of one kind."""

from __future__ import annotations

DEFAULT_DOMAINS = ("", "ai.onnx")

#: onnx.TensorProto.DataType by number (onnx.proto; stable, values are never reused).
DTYPE_NAMES = dict(
    enumerate(
        "UNDEFINED FLOAT UINT8 INT8 UINT16 INT16 INT32 INT64 STRING BOOL FLOAT16 DOUBLE UINT32 UINT64 "
        "COMPLEX64 COMPLEX128 BFLOAT16 FLOAT8E4M3FN FLOAT8E4M3FNUZ FLOAT8E5M2 FLOAT8E5M2FNUZ UINT4 INT4 "
        "FLOAT4E2M1 FLOAT8E8M0 UINT2 INT2".split()
    )
)
#: Bytes of an element by that number; types of less than a byte, of no fixed size and of newer kinds are not in it.
DTYPE_BYTES = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 14: 8, 15: 16, 16: 2}
DTYPE_NUMBERS = {name: number for number, name in DTYPE_NAMES.items()}

#: Operators that only move, repeat or leave out elements of their first input, whatever its type; their other inputs
#: say which and where to.
MOVERS = frozenset(
    "DepthToSpace Expand Flatten Gather GatherElements GatherND Identity Reshape Slice SpaceToDepth Split Squeeze Tile "
    "Transpose Unsqueeze".split()
)
