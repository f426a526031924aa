"""Inputs that the user gives: an .npz, an .npy for a model of one input, or a folder of images."""

from __future__ import annotations

import os
import zipfile
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from jetdoctor import foreign
from jetdoctor.types import JetdoctorError, UsageError
from jetdoctor.verify.dims import data_inputs, resolve

IMAGES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")

#: Images that are read at most: each is a run of its own.
LIMIT = 32

#: Bytes of given inputs, unpacked.
LARGEST = 2 << 30


def runs(path: str, view: Any, shapes: Optional[Dict[str, Sequence[int]]] = None) -> List[Tuple[str, Any]]:
    """Named sets of inputs from ``path``; ``shapes`` gives open dims their size.

    Images are resized to the input's height and width (bilinear), in RGB, as value / 255 for a float
    input and 0-255 for uint8; the run's name says so. Raises ``UsageError``.
    """
    if os.path.isdir(path):
        return list(images(path, view, shapes))
    name = os.path.basename(path)
    if path.endswith(".npy"):
        return [(name, {_only_input(view, path).name: _load(path)})]
    archive = _load(path)
    if not hasattr(archive, "files"):
        raise UsageError("%s holds one array without a name: save it as .npy, or with numpy.savez" % path)
    with archive:
        arrays = {key: _array(archive, key, path) for key in archive.files}
    wanted = [value.name for value in data_inputs(view)]
    missing = [key for key in wanted if key not in arrays]
    if missing:
        raise UsageError("%s lacks the input %s; it has %s" % (path, missing[0], ", ".join(arrays) or "none"))
    for value in data_inputs(view):
        _require_fit(arrays[value.name], value, path)
    return [(name, {key: arrays[key] for key in wanted})]


def _require_fit(array: Any, value: Any, path: str) -> None:
    """UsageError for an array of another type, rank or fixed size than the input: it is never left out in silence."""
    from onnx import helper

    from jetdoctor.graph import DTYPE_NUMBERS

    if value.dtype in DTYPE_NUMBERS and value.dtype != "STRING":
        wanted = helper.tensor_dtype_to_np_dtype(DTYPE_NUMBERS[value.dtype])
        if array.dtype != wanted:
            raise UsageError("%s in %s is %s; the model expects %s" % (value.name, path, array.dtype, wanted))
    shape = value.shape
    fits = shape is None or (
        len(shape) == array.ndim and all(not isinstance(d, int) or d == n for d, n in zip(shape, array.shape))
    )
    if not fits:
        text = "%s in %s has the shape %s; the model expects %s"
        raise UsageError(text % (value.name, path, _sizes(array.shape), _sizes(shape)))


def _sizes(shape: Sequence[Any]) -> str:
    return "x".join("?" if dim is None else str(dim) for dim in shape) or "scalar"


def _load(path: str) -> Any:
    """The array or the archive in a file, refused by its size before anything of it is unpacked."""
    import numpy

    foreign.require_regular(path, "the inputs file")
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                unpacked = sum(entry.file_size for entry in archive.infolist())
        else:
            unpacked = os.path.getsize(path)
        if unpacked > LARGEST:
            size = "the inputs file %s has %d MiB, above the limit of %d MiB"
            raise UsageError(size % (path, unpacked >> 20, LARGEST >> 20))
        return numpy.load(path, allow_pickle=False)
    except JetdoctorError:
        raise
    except Exception as error:  # numpy and zipfile raise what they like on a damaged file
        reason = str(error).split("\n")[0] or type(error).__name__
        if "pickle" in reason or isinstance(error, EOFError):  # numpy's answer to anything that it does not know
            reason = "it is no .npz or .npy file of numbers"
        raise UsageError("cannot read the inputs %s: %s (write them with numpy.savez)" % (path, reason)) from None


def _array(archive: Any, key: str, path: str) -> Any:
    import numpy

    try:
        found = archive[key]
        if not isinstance(found, numpy.ndarray):  # numpy gives the bytes of what is no .npy
            raise ValueError("it is no array of numpy.savez")
        return found
    except Exception as error:  # a damaged entry, or one that holds objects
        reason = str(error).split("\n")[0] or type(error).__name__
        raise UsageError("cannot read %s in the inputs %s: %s" % (key, path, reason)) from None


def _only_input(view: Any, path: str) -> Any:
    values = data_inputs(view)
    if len(values) != 1:
        names = ", ".join(value.name for value in values) or "none"
        raise UsageError("%s is one array, but the model's inputs are %s: give an .npz" % (path, names))
    return values[0]


def images(
    path: str, view: Any, shapes: Optional[Dict[str, Sequence[int]]] = None, limit: int = LIMIT
) -> Iterator[Tuple[str, Any]]:
    """The images of a folder, by name: (what it is and how it was prepared, set of inputs)."""
    try:
        from PIL import Image
    except ImportError:
        raise UsageError("reading images needs Pillow: python3 -m pip install pillow") from None
    value = _only_input(view, path)
    shape = resolve(view, None, shapes)[value.name]
    first = len(shape) == 4 and shape[1] == 3
    if len(shape) != 4 or not (first or shape[3] == 3):
        raise UsageError("input %s of shape %s does not accept RGB images" % (value.name, list(shape)))
    height, width = shape[2:] if first else shape[1:3]
    names = [n for n in sorted(os.listdir(path)) if n.lower().endswith(IMAGES)][:limit]
    if not names:
        raise UsageError("no images in %s (%s)" % (path, ", ".join(IMAGES)))
    for name in names:
        try:
            with Image.open(os.path.join(path, name)) as image:
                picture = image.convert("RGB").resize((width, height), Image.BILINEAR)
        except (OSError, ValueError) as error:
            raise UsageError("cannot read the image %s: %s" % (os.path.join(path, name), error)) from None
        array = _as_input(picture, first, shape[0], value.dtype)
        yield "%s (RGB, bilinear %dx%d%s)" % (name, width, height, _scaled(value.dtype)), {value.name: array}


def _scaled(dtype: str) -> str:
    return "" if dtype == "UINT8" else ", / 255"


def _as_input(picture: Any, channels_first: bool, batch: int, dtype: str) -> Any:
    """One picture as a whole batch of itself."""
    import numpy

    from jetdoctor.verify.inputs import numpy_type

    array = numpy.asarray(picture)
    if dtype != "UINT8":
        array = array / 255.0
    array = array.transpose(2, 0, 1) if channels_first else array
    return numpy.ascontiguousarray(numpy.stack([array] * batch).astype(numpy_type(dtype)))
