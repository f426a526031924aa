"""Sparse constants as dense ones."""

from __future__ import annotations

from typing import Any


def dense(sparse: Any, name: str = "") -> Any:
    """TensorProto of a SparseTensorProto: indices are linear, or one row of coordinates per value."""
    import numpy as np
    from onnx import numpy_helper

    values, indices = numpy_helper.to_array(sparse.values), numpy_helper.to_array(sparse.indices)
    found = np.zeros(tuple(sparse.dims), dtype=values.dtype)
    found[tuple(indices.T) if indices.ndim == 2 else np.unravel_index(indices, found.shape)] = values
    return numpy_helper.from_array(found, name)
