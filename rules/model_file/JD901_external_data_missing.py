"""External data that the parser cannot read

## What it detects
A tensor in external data (`data_location: EXTERNAL`) whose file does not exist next to the model, is shorter than
the tensor's offset and length need, is not a regular file, or is outside the model's folder (by its name or by a
symbolic link); a tensor whose `length` is not the number of bytes that its shape needs; one with an `offset` and no
`length`; from TensorRT 10.14 on also a DOUBLE tensor in external data.

## Why it fails
The parser opens `FOLDER/LOCATION`, the folder being that of the `.onnx` file, and stops with "Failed to open file"
or "Failed to read weights from external file". Since TensorRT 9.0 a location that leaves the folder (`../`) is
refused before it is opened; before 9.0 it is read, and a symbolic link is followed by every release. Newer versions
of onnx and ONNX Runtime refuse both, so such a model cannot be loaded, compared or repaired on a PC: that is a
warning. An absolute location is joined to the folder like any other.

Without a `length` the parser reads as many bytes as the whole file has. Behind an `offset` the file ends too early,
and the parser stops (`Failed to read weights from external file`). Since 9.0 the number of bytes is compared with
the tensor's (`Unexpected size for the external weights!`); earlier parsers copy the bytes without looking: too few
leave the rest of the tensor undefined, too many overwrite other memory. From 10.14 on the file is mapped into
memory, and the size of a DOUBLE tensor is compared with that of the FLOAT tensor that it becomes: `Unexpected size
for the external weights!`.

## Fix
Copy the data file together with the `.onnx` file and keep its name, or save the model again with
`onnx.save_model(model, path, save_as_external_data=True, location="model.data")`. Convert a DOUBLE tensor to FLOAT
(TensorRT does that anyway), or keep it inside the `.onnx` file.
"""

import math
import posixpath

from jetdoctor.graph import DTYPE_BYTES
from jetdoctor.rule import Fix, Match, Rule, VersionRange, external

RULE = Rule(
    id="JD901",
    name="external-data-missing",
    severity="error",
    outcome="rejected",
    sources=(
        "onnx-tensorrt 7.1-9.3 onnx2trt_utils.cpp, parseExternalWeights",
        "onnx-tensorrt 10.0-10.10 WeightsContext.cpp:151, parseExternalWeights",
        "onnx-tensorrt@70c1ce4f (10.14) WeightsContext.cpp, 346bdcae (10.13) WeightsContextMemoryMap.cpp",
    ),
)

_DOUBLE = 11
#: Releases that refuse `../` and compare the number of bytes with the tensor's, and those that do neither.
_CAREFUL, _CARELESS = VersionRange((9, 0), None), VersionRange(None, (9, 0))
_REFUSES_DOUBLE = VersionRange((10, 14), None)
_AS_FLOAT = Fix("Convert it to FLOAT, as TensorRT does, or keep it inside the model", "manual")
_FIX = Fix("Put the data file next to the model, or save the model together with its data again", "manual")


def check_model(model):
    troubles = list(external.troubles(model))
    settled = {location for _, location, _ in troubles}
    outside = {}
    for name, tensor in external.tensors(model):
        location = external.entries(tensor).get("location", "")
        if location not in outside:
            outside[location] = external.leaves_folder(model, location)
        if outside[location]:
            yield from _outside(name, location, location not in settled)
        if location not in settled:
            yield from _of_other_size(model, name, tensor)
        if tensor.data_type == _DOUBLE:
            text = "%s is DOUBLE in external data, of which this parser expects half the size" % name
            yield Match(text, tensor=name, tensorrt=_REFUSES_DOUBLE, fixes=(_AS_FLOAT,), cause="double")
    for name, location, trouble in troubles:
        yield _match(trouble, name, location, VersionRange())


def _outside(name, location, is_there):
    text = "%s is outside the model's folder" % location
    by_name = posixpath.normpath(location).startswith("../")
    if by_name:
        yield _match(text, name, location, _CAREFUL)
    if is_there:
        text += ": TensorRT reads it, but onnx and ONNX Runtime refuse it"
        within = _CARELESS if by_name else VersionRange()
        doubtful = {"severity": "warning", "outcome": "invalid-model"}
        yield Match(text, tensor=name, tensorrt=within, fixes=(_FIX,), cause=("outside", location), **doubtful)


def _of_other_size(model, name, tensor):
    """The bytes that the parser reads are not those of the tensor."""
    told, width = external.entries(tensor), DTYPE_BYTES.get(tensor.data_type)
    location = told.get("location", "")
    if told.get("offset", "0") != "0" and told.get("length", "0") == "0":
        text = "%s has an offset but no length: this parser reads as many bytes as the whole file has" % name
        yield _match(text, name, location, VersionRange())
        return
    read = external.bytes_read(model, told)
    if width is None or read is None or any(size < 0 for size in tensor.dims):
        return
    needed = math.prod(tensor.dims) * width
    if read == needed:
        return
    text = "%s is read from %s bytes of %s, but its shape needs %s" % (name, f"{read:,}", location, f"{needed:,}")
    yield _match(text, name, location, _CAREFUL)
    outcome = "build-risk" if read > needed else "wrong-output"
    yield Match(text, tensor=name, tensorrt=_CARELESS, outcome=outcome, fixes=(_FIX,), cause=(location, outcome))


def _match(message, name, location, within):
    return Match(
        message, tensor=name, tensorrt=within, fixes=(_FIX,), cause=(location, message.partition(" bytes")[0])
    )
