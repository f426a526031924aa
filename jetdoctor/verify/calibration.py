"""Calibration data: real inputs that tell INT8 its ranges, as sets of inputs of the model's batch size."""

from __future__ import annotations

import os
from typing import Any, Dict, Iterator, List, Optional, Sequence

from jetdoctor.types import UsageError
from jetdoctor.verify import arrays, given
from jetdoctor.verify.job import Job

#: Sets that are read at most: ranges settle long before (NVIDIA suggests 500 images for a classifier).
LIMIT = 1000


#: Bytes of inputs that are taken at most: they are written to a file for the child.
_MOST = 1 << 30


def is_data(path: Optional[str]) -> bool:
    """Whether it is data (.npz or a folder), not a calibration cache of an earlier build."""
    return bool(path) and (str(path).endswith(".npz") or os.path.isdir(str(path)))


def batches(path: str, view: Any, shapes: Optional[Dict[str, Sequence[int]]] = None) -> Iterator[Dict[str, Any]]:
    """Sets of inputs in ``path``: an .npz by input name, a folder of such files, or one of images (see ``given``;
    ``shapes`` gives open dims their size).

    An array with more entries on its first axis than the input takes is cut into several sets.
    Raises ``UsageError`` when it cannot be read or does not fit the inputs.
    """
    size = count = 0
    for one in _sets(path, view, shapes):
        size, count = size + sum(array.nbytes for array in one.values()), count + 1
        yield one
        if count == LIMIT or size > _MOST:
            return
    if not count:
        text = "no calibration data in %s: .npz files with one array per input, or images, are expected"
        raise UsageError(text % path)


def _sets(path: str, view: Any, shapes: Optional[Dict[str, Sequence[int]]]) -> Iterator[Dict[str, Any]]:
    files = [path]
    if os.path.isdir(path):
        names = sorted(os.listdir(path))
        files = [os.path.join(path, name) for name in names if name.endswith(".npz")]
        if not files and any(name.lower().endswith(given.IMAGES) for name in names):
            for _, feeds in given.images(path, view, shapes, LIMIT):
                yield feeds
    for file in files:
        yield from _split(_read(file), view, file)


def save(job: Job, place: str) -> List[str]:
    """The job's calibration data as files of ``arrays`` in ``place``, one per set of inputs."""
    shapes: Dict[str, Sequence[int]] = (
        {name: span.opt for name, span in job.profiles[0].items()} if job.profiles else {}
    )
    paths: List[str] = []
    for number, feeds in enumerate(batches(str(job.calibration), job.view, shapes or None)):
        paths.append(os.path.join(place, "calibration%d.npz" % number))
        arrays.save(paths[-1], feeds)
    return paths


def _read(path: str) -> Dict[str, Any]:
    import numpy

    try:
        with numpy.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise UsageError("cannot read %s: %s (write it with numpy.savez)" % (path, error)) from None


def _split(found: Dict[str, Any], view: Any, path: str) -> List[Dict[str, Any]]:
    from jetdoctor.verify.dims import data_inputs

    names = [value.name for value in data_inputs(view)]
    missing = [name for name in names if name not in found]
    if missing:
        raise UsageError("%s lacks the input %s; it has %s" % (path, missing[0], ", ".join(found) or "none"))
    counts = []
    for name in names:
        shape = view.main.value(name).shape
        batch = shape[0] if shape and isinstance(shape[0], int) else None
        counts.append(found[name].shape[0] // batch if batch and found[name].ndim == len(shape) else 1)
    sets = min(counts or [0])
    return [{name: _part(found[name], n, count) for name, count in zip(names, counts)} for n in range(sets)]


def _part(array: Any, number: int, count: int) -> Any:
    if count <= 1:
        return array
    size = array.shape[0] // count
    return array[number * size : (number + 1) * size]
