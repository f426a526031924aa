"""More than 2 GiB in one file

## What it detects
An `.onnx` file of 2 GiB or more, or a model in memory whose embedded tensors need that much.

## Why it fails
A serialized protobuf message is limited to 2 GiB. TensorRT's parser reads the file as one message and stops
with "Failed to parse ONNX model"; `onnx.load` refuses it too.

## Fix
Save the weights as external data: `onnx.save_model(model, path, save_as_external_data=True)`.
"""

from jetdoctor.graph import DTYPE_BYTES
from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD907",
    name="model-over-two-gigabytes",
    severity="error",
    outcome="rejected",
    sources=("https://protobuf.dev/programming-guides/proto-limits/ (total size of a message)",),
)

_LIMIT = 2**31
_EXTERNAL = 1


def check_model(model):
    size = model.file_size if model.file_size is not None else embedded_bytes(model)
    if size >= _LIMIT:
        yield Match(
            "the model holds %.1f GiB in one file; protobuf's limit is 2 GiB" % (size / 2.0**30),
            fixes=(Fix("Save the weights as external data", "manual"),),
        )


def embedded_bytes(model):
    """Bytes that the initializers of a model in memory need in its own file, by their dims."""
    total = 0
    for graph in model.graphs():
        for tensor in graph.initializers.values():
            if tensor.data_location != _EXTERNAL:
                count = DTYPE_BYTES.get(tensor.data_type, 0)
                for dim in tensor.dims:
                    count *= dim
                total += count
    return total
