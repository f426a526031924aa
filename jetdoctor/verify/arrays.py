"""Inputs and outputs as files between parent and child: an .npz and the structure around it."""

from __future__ import annotations

import json
from typing import Any, Dict, Iterator, List, Mapping, Sequence


def save(path: str, values: Mapping[str, Any]) -> None:
    """Write named values: arrays of any element type, sequences, maps, None."""
    import numpy

    arrays: List[Any] = []
    tree = {name: _pack(value, arrays) for name, value in values.items()}
    text = numpy.frombuffer(json.dumps(tree).encode("utf-8"), dtype=numpy.uint8)
    numpy.savez(path, tree=text, **{"a%d" % index: array for index, array in enumerate(arrays)})


def load(path: str) -> Dict[str, Any]:
    """Read what ``save`` wrote."""
    import numpy

    with numpy.load(path, allow_pickle=False) as file:
        tree = json.loads(file["tree"].tobytes().decode("utf-8"))
        return {name: _unpack(value, file) for name, value in tree.items()}


class Loaded:
    """What several files hold, read again at each pass: one in memory at a time."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = list(paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        return map(load, self._paths)


def _pack(value: Any, arrays: List[Any]) -> Any:
    import numpy

    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return {"list": [_pack(item, arrays) for item in value]}
    if isinstance(value, dict):
        return {"map": [[key, _pack(item, arrays)] for key, item in value.items()]}
    array = numpy.asarray(value)
    if array.dtype.kind in "OSU":
        return {"strings": [str(item) for item in array.ravel()], "shape": list(array.shape)}
    own = array.dtype.kind in "biufc"
    arrays.append(array if own else numpy.ascontiguousarray(array).view("u%d" % array.dtype.itemsize))
    return {"array": len(arrays) - 1, "dtype": "" if own else str(array.dtype)}


def _unpack(tree: Any, file: Any) -> Any:
    import numpy

    if tree is None:
        return None
    if "list" in tree:
        return [_unpack(item, file) for item in tree["list"]]
    if "map" in tree:
        return {key: _unpack(item, file) for key, item in tree["map"]}
    if "strings" in tree:
        return numpy.array(tree["strings"], dtype=object).reshape(tree["shape"])
    array = file["a%d" % tree["array"]]
    if not tree["dtype"]:
        return array
    import ml_dtypes

    return array.view(numpy.dtype(getattr(ml_dtypes, tree["dtype"])))
