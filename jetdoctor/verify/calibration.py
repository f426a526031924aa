"""Calibration data: real inputs that tell INT8 its ranges, as sets of inputs of the model's batch size."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional

from jetdoctor.types import UsageError

#: Sets that are read at most: ranges settle long before (NVIDIA suggests 500 images for a classifier).
LIMIT = 1000


def is_data(path: Optional[str]) -> bool:
    """Whether it is data (.npz or a folder of them), not a calibration cache of an earlier build."""
    return bool(path) and (str(path).endswith(".npz") or os.path.isdir(str(path)))


def batches(path: str, view: Any) -> List[Dict[str, Any]]:
    """Sets of inputs in ``path``: an .npz by input name, or a folder of such files.

    An array with more entries on its first axis than the input takes is cut into several sets.
    Raises ``UsageError`` when it cannot be read or does not fit the inputs.
    """
    files = [path]
    if os.path.isdir(path):
        files = [os.path.join(path, name) for name in sorted(os.listdir(path)) if name.endswith(".npz")]
    found = [one for file in files for one in _split(_read(file), view, file)]
    if not found:
        raise UsageError("no calibration data in %s: .npz files with one array per input are expected" % path)
    return found[:LIMIT]


def _read(path: str) -> Dict[str, Any]:
    import numpy

    try:
        with numpy.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise UsageError("cannot read %s: %s (write it with numpy.savez)" % (path, error)) from None


def _split(arrays: Dict[str, Any], view: Any, path: str) -> List[Dict[str, Any]]:
    from jetdoctor.verify.dims import data_inputs

    names = [value.name for value in data_inputs(view)]
    missing = [name for name in names if name not in arrays]
    if missing:
        raise UsageError("%s lacks the input %s; it has %s" % (path, missing[0], ", ".join(arrays) or "none"))
    counts = []
    for name in names:
        shape = view.main.value(name).shape
        batch = shape[0] if shape and isinstance(shape[0], int) else None
        counts.append(arrays[name].shape[0] // batch if batch and arrays[name].ndim == len(shape) else 1)
    sets = min(counts or [0])
    return [{name: _part(arrays[name], n, count) for name, count in zip(names, counts)} for n in range(sets)]


def _part(array: Any, number: int, count: int) -> Any:
    if count <= 1:
        return array
    size = array.shape[0] // count
    return array[number * size : (number + 1) * size]
