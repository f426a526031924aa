"""Constants and attributes as Python text: written down, computed from those of the model, or packed."""

from __future__ import annotations

import base64
import itertools
import math
import zlib
from functools import partial
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from jetdoctor.fix.script.difference import CannotSay
from jetdoctor.fix.script.sides import alike

#: elements that a reader still reads, and bytes that a script may carry in packed form
SHORT = 64
PACKED = 1 << 16


def short(array: Any) -> bool:
    return bool(array.size <= SHORT)


def of_array(array: Any) -> str:
    """``np.array([2, 3])``; INT64 where no type is said."""
    import numpy as np

    if not isinstance(array, np.ndarray):
        array = np.asarray(array)
    if array.dtype.kind not in "biufO":
        raise CannotSay("a constant of type %s" % array.dtype)
    if array.dtype.kind == "O":
        return "np.array(%r, object)" % array.tolist()
    kind = "" if array.dtype == np.int64 else ", np.%s" % ("bool_" if array.dtype == bool else array.dtype)
    if not array.size:
        return "np.zeros(%r, np.%s)" % (array.shape, array.dtype)
    return "np.array(%s%s)" % (_numbers(array), kind)


def _numbers(array: Any) -> str:
    if array.ndim:
        return "[%s]" % ", ".join(_numbers(part) for part in array)
    return number(array.item(), single=array.dtype.itemsize <= 4)


def number(value: Any, single: bool = True) -> str:
    """A number that reads back as the same one; ``single``: as the same FLOAT."""
    import numpy as np

    if isinstance(value, bool) or not isinstance(value, float):
        return repr(value)
    if math.isnan(value):
        return "np.nan"
    if math.isinf(value):
        return "np.inf" if value > 0 else "-np.inf"
    return repr(float(str(np.float32(value)))) if single and np.float32(value) == np.float64(value) else repr(value)


def of_attribute(node: Any, attribute: Any) -> str:
    """An attribute's value as an argument of ``op``."""
    from onnx import TensorProto, helper, numpy_helper

    value = helper.get_attribute_value(attribute)
    if attribute.name == "to" and node.op_type == "Cast":
        return "onnx.TensorProto.%s" % TensorProto.DataType.Name(value)
    if attribute.type == 4:
        array = numpy_helper.to_array(value)
        if not short(array):
            raise CannotSay("%s has a large tensor as attribute %s" % (node.op_type, attribute.name))
        return of_array(array)
    if isinstance(value, bytes):
        return repr(value.decode("utf-8", "replace"))
    if isinstance(value, (int, float)):
        return number(value)
    if attribute.type in (6, 7) and len(value):
        return "[%s]" % ", ".join(number(item) for item in value)
    if attribute.type == 8 and len(value):
        return repr([item.decode("utf-8", "replace") for item in value])
    raise CannotSay("%s has an attribute %s that a script does not write" % (node.op_type, attribute.name))


def computed(array: Any, known: Dict[str, Any]) -> Optional[Tuple[str, Tuple[str, ...]]]:
    """``array`` as an expression of known constants, with the names used: ``({0}.transpose(1, 0), ("w",))``."""
    for names in [(name,) for name in known] + list(itertools.permutations(known, 2)):
        arrays = [known[name] for name in names]
        for text, work in (_of_one(arrays[0], array) if len(names) == 1 else _of_two(*arrays)):
            try:
                found = work()
            except Exception:  # shapes that do not go together
                continue
            if alike(found, array):
                return text, names
    return None


def _of_one(given: Any, wanted: Any) -> Iterator[Tuple[str, Callable[[], Any]]]:
    import numpy as np

    kind = "np.%s" % wanted.dtype
    if given.dtype == wanted.dtype:
        yield "{0}", lambda: given
        yield "-{0}", lambda: -given
    elif wanted.dtype.kind in "iuf" and given.dtype.kind in "biuf":
        yield "{0}.astype(%s)" % kind, lambda: given.astype(wanted.dtype)
    if (given.dtype, wanted.dtype) == (np.uint8, np.int8):
        yield "({0}.astype(np.int16) - 128).astype(np.int8)", lambda: (given.astype(np.int16) - 128).astype(np.int8)
    if given.size != wanted.size or given.dtype.kind not in "biuf" or wanted.dtype.kind not in "biuf":
        return
    cast = "" if given.dtype == wanted.dtype else ".astype(%s)" % kind
    base = given.astype(wanted.dtype)
    for order in itertools.permutations(range(given.ndim)) if 1 < given.ndim <= 4 else ():
        text = ", ".join(map(str, order))
        if tuple(given.shape[axis] for axis in order) == wanted.shape:
            yield "{0}.transpose(%s)%s" % (text, cast), partial(base.transpose, order)
    if given.shape != wanted.shape:
        yield "{0}.reshape(%s)%s" % (_sizes(given, wanted), cast), lambda: base.reshape(wanted.shape)


def _sizes(given: Any, wanted: Any) -> str:
    """The new shape, with -1 for a size that another model of this kind may have otherwise."""
    free = [axis for axis, size in enumerate(wanted.shape) if size > 1]
    sizes = [-1 if free == [axis] else size for axis, size in enumerate(wanted.shape)]
    return ", ".join(map(str, sizes)) if sizes else "()"


def _of_two(first: Any, second: Any) -> Iterator[Tuple[str, Callable[[], Any]]]:
    if first.dtype.kind in "iu" and second.dtype.kind == "f":
        for axis in range(max(first.ndim, 1)):
            shape = tuple(-1 if at == axis else 1 for at in range(first.ndim)) if second.size > 1 else ()
            text = "({0} * {1}.reshape(%s)).astype(np.%s)" % (", ".join(map(str, shape)) or "()", second.dtype)
            yield text, partial(_scaled, first, second, shape)
    elif first.dtype == second.dtype and first.dtype.kind == "f":
        yield "{0} * {1}", lambda: first * second
        yield "{0} + {1}", lambda: first + second
        yield "{0} - {1}", lambda: first - second


def _scaled(numbers: Any, scale: Any, shape: Tuple[int, ...]) -> Any:
    return (numbers * scale.reshape(shape)).astype(scale.dtype)


def generated(array: Any) -> str:
    """A large array that a formula makes, or packed text; refuses what is too large for a script."""
    import numpy as np

    kind = "np.%s" % ("bool_" if array.dtype == bool else array.dtype)
    first = array.flat[0]
    if array.dtype.kind in "biuf":
        if bool((array == first).all()):
            return "np.full(%r, %s, %s)" % (array.shape, number(first.item()), kind)
        if array.ndim == 1 and array.dtype.kind in "iuf":
            step = array[1] - array[0]
            if alike(np.arange(array.size, dtype=array.dtype) * step + first, array):
                parts = (array.size, kind, number(step.item()), number(first.item()))
                return "np.arange(%d, dtype=%s) * %s + %s" % parts
        for text, made in _masks(array):
            if alike(made.astype(array.dtype), array):
                return "%s.astype(%s)" % (text, kind)
        packed = zlib.compress(array.tobytes(), 9)
        if len(packed) <= PACKED:
            return "unpacked(%r, %r, %s)" % (base64.b85encode(packed).decode(), array.shape, kind)
    raise CannotSay("a new constant of %s elements has no short form" % (array.shape,))


def _masks(array: Any) -> List[Tuple[str, Any]]:
    import numpy as np

    if array.ndim != 2:
        return []
    rows, columns = array.shape
    found = [("np.eye(%d, %d)" % (rows, columns), np.eye(rows, columns))]
    for shift in (-1, 0, 1):
        ones = np.ones((rows, columns))
        found.append(("np.tril(np.ones((%d, %d)), %d)" % (rows, columns, shift), np.tril(ones, shift)))
        found.append(("np.triu(np.ones((%d, %d)), %d)" % (rows, columns, shift), np.triu(ones, shift)))
    return found
