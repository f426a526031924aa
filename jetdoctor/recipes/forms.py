"""Operators whose written form changed between opsets, each in the form that is valid at ``opset``."""

from __future__ import annotations

from typing import Any, Iterable, Optional, Sequence, Tuple, Union

from jetdoctor.graph import DTYPE_NAMES, DTYPE_NUMBERS, Value
from jetdoctor.rule import CannotRewrite

#: opset from which a reduction takes its axes as an input (onnx Changelog)
AXES_INPUT_SINCE = {"ReduceSum": 13}


#: element types that numpy itself has; older releases of onnx know no numpy type for the others
_NUMPY_HAS = frozenset(
    "FLOAT UINT8 INT8 UINT16 INT16 INT32 INT64 BOOL FLOAT16 DOUBLE UINT32 UINT64 COMPLEX64 COMPLEX128".split()
)


class Forms:
    """Shorthands of ``Build``. All return the name of the new tensor."""

    @property
    def opset(self) -> int:
        """Opset that the forms must be valid in."""
        raise NotImplementedError

    def needs(self, opset: int) -> None:
        """Say before the first node that they are written in the forms of this opset at least.

        ``CannotRewrite`` where the nodes cannot be brought down from there.
        """
        raise NotImplementedError

    def add(self, op_type: str, inputs: Sequence[str], outputs: Any = 1, **attributes: Any) -> Any:
        """A new node; returns the name of its output, or a list of them. Attributes that are None are left out."""
        raise NotImplementedError

    def hold(self, tensor: Any, name: Optional[str] = None) -> str:
        """A new constant of a TensorProto, which is given a name of its own."""
        raise NotImplementedError

    def constant(self, array: Any, name: Optional[str] = None) -> str:
        """A new constant of a numpy array, in its own type."""
        import numpy as np
        from onnx import numpy_helper

        array = np.ascontiguousarray(array) if np.ndim(array) else np.asarray(array)
        return self.hold(numpy_helper.from_array(array), name)

    def tensor(self, values: Any, dtype: Union[str, int]) -> str:
        """A new constant of an ONNX element type, by name or number."""
        import numpy as np
        from onnx import helper

        number = dtype if isinstance(dtype, int) else DTYPE_NUMBERS[dtype]
        if DTYPE_NAMES[number] in _NUMPY_HAS:
            return self.constant(np.asarray(values).astype(helper.tensor_dtype_to_np_dtype(number)))
        array = np.asarray(values, dtype=np.float32)
        return self.hold(helper.make_tensor("", number, array.shape, array.reshape(-1).tolist()))

    def ints(self, values: Iterable[int]) -> str:
        """An INT64 vector."""
        import numpy as np

        return self.constant(np.asarray(list(values), dtype=np.int64))

    def scalar(self, number: Union[int, float, bool], dtype: Union[str, int]) -> str:
        """A scalar of an ONNX element type, by name or number."""
        return self.tensor(number, dtype)

    def reduce(self, op_type: str, name: str, axes: Sequence[int], keepdims: int = 1) -> str:
        """A reduction over known axes (ReduceSum takes them as input from 13 on, the others from 18 on)."""
        if self.opset >= AXES_INPUT_SINCE.get(op_type, 18):
            return self.add(op_type, [name, self.ints(axes)], keepdims=keepdims)
        return self.add(op_type, [name], axes=list(axes), keepdims=keepdims)

    def unsqueeze(self, name: str, axes: Sequence[int]) -> str:
        return self._axes_form("Unsqueeze", name, axes)

    def squeeze(self, name: str, axes: Sequence[int]) -> str:
        return self._axes_form("Squeeze", name, axes)

    def _axes_form(self, op_type: str, name: str, axes: Sequence[int]) -> str:
        if self.opset >= 13:
            return self.add(op_type, [name, self.ints(axes)])
        return self.add(op_type, [name], axes=list(axes))

    def slice(
        self,
        name: str,
        starts: Sequence[int],
        ends: Sequence[int],
        axes: Sequence[int],
        steps: Optional[Sequence[int]] = None,
    ) -> str:
        if self.opset >= 10:
            inputs = [name] + [self.ints(v) for v in (starts, ends, axes)]
            return self.add("Slice", inputs + ([self.ints(steps)] if steps else []))
        if steps and any(step != 1 for step in steps):
            raise CannotRewrite("Slice has no steps before opset 10")
        return self.add("Slice", [name], starts=list(starts), ends=list(ends), axes=list(axes))

    def reshape(self, name: str, shape: Sequence[int]) -> str:
        return self.add("Reshape", [name, self.ints(shape)])

    def cast(self, name: str, dtype: str) -> str:
        return self.add("Cast", [name], to=DTYPE_NUMBERS[dtype])

    def transpose(self, name: str, perm: Sequence[int]) -> str:
        if list(perm) == list(range(len(perm))):
            return name
        return self.add("Transpose", [name], perm=list(perm))

    def clip(self, name: str, low: float, high: float, dtype: str = "FLOAT") -> str:
        if self.opset >= 11:
            return self.add("Clip", [name, self.scalar(low, dtype), self.scalar(high, dtype)])
        return self.add("Clip", [name], min=float(low), max=float(high))

    def of(self, value: Any, dtype: str) -> Any:
        """numpy array of ``value`` in an ONNX element type by name."""
        import numpy as np
        from onnx import helper

        return np.asarray(value).astype(helper.tensor_dtype_to_np_dtype(DTYPE_NUMBERS[dtype]))

    def dtype(self, value: Value) -> str:
        """Element type of a value; ``CannotRewrite`` when inference left it open."""
        if value.dtype is None:
            raise CannotRewrite("the type of %s is not known" % value.name)
        return value.dtype

    def rank(self, value: Value) -> int:
        """Rank of a value; ``CannotRewrite`` when inference left it open."""
        if value.rank is None:
            raise CannotRewrite("the rank of %s is not known" % value.name)
        return value.rank

    def sizes(self, value: Value, axes: Sequence[int]) -> Tuple[int, ...]:
        """Sizes of a value along ``axes``; ``CannotRewrite`` when one is not fixed."""
        rank, shape = self.rank(value), value.shape or ()
        found = [shape[axis % rank] for axis in axes]
        if not all(isinstance(size, int) for size in found):
            raise CannotRewrite("%s has a size that is not fixed" % value.name)
        return tuple(size for size in found if isinstance(size, int))
