"""What a repair changes for who calls the model: inputs and outputs that are others than before, as sentences."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Tuple

from jetdoctor.fix.diff import shape_text
from jetdoctor.graph import Model, Node
from jetdoctor.types import Result

#: numpy's names where they are not ONNX's in lower case
_NUMPY = {"FLOAT": "float32", "DOUBLE": "float64"}

#: how a model is quantized so that TensorRT takes it as it is
AGAIN = (
    "The most accurate way is to quantize the FLOAT model again with zero points of 0:"
    " onnxruntime.quantization.quantize_static(FLOAT_MODEL, OUT, READER, activation_type=QuantType.QInt8,"
    " extra_options={'ActivationSymmetric': True, 'WeightSymmetric': True}), or with NVIDIA's ModelOpt:"
    " python -m modelopt.onnx.quantization --onnx_path=FLOAT_MODEL --quantize_mode=int8 --calibration_data=DATA.npy"
)

Interface = Dict[str, Tuple[str, Any]]


def caller_changes(before: Model, after: Model) -> Tuple[str, ...]:
    """One sentence for each input or output that the caller meets otherwise than before."""
    given = set(before.main.initializers), set(after.main.initializers)
    inputs = [
        {name: _kind(model, name) for name in model.main.input_names if name not in constant}
        for model, constant in zip((before, after), given)
    ]
    outputs = [{name: _kind(model, name) for name in model.main.output_names} for model in (before, after)]
    return tuple(_inputs(*inputs) + _outputs(*outputs))


def engine_types(results: Sequence[Result]) -> Tuple[str, ...]:
    """One sentence for inputs and outputs of another type in the engine than in the file, whatever is repaired."""
    found = [finding.message for result in results for finding in result.findings if finding.name == "wide-bindings"]
    return tuple(dict.fromkeys(found))


def kept_quantization(before: Model, after: Optional[Model], asymmetric: bool) -> Tuple[str, ...]:
    """How many quantized tensors are INT8 after a repair; where TensorRT lacks their form, how to quantize again.

    Nothing for a model without any. ``after`` is None where nothing was changed.
    """
    old = sum(1 for node in before.nodes() if _is_pair(node))
    if not old or (after is None and not asymmetric):
        return ()
    text = "Q/DQ pairs: %d" % old
    if after is not None:
        kept = min(old, sum(1 for node in after.nodes() if _is_pair(node)))
        text = "INT8: %d of %d Q/DQ pairs (activations and weights) are still quantized" % (kept, old)
        text += "" if kept == old else ", the others are computed in FLOAT"
    return (text + (". " + AGAIN if asymmetric else ""),)


def _is_pair(node: Node) -> bool:
    """A DequantizeLinear of 8-bit steps; biases do not count, which TensorRT wants in FLOAT."""
    if node.op_type != "DequantizeLinear" or node.input(0).dtype not in ("INT8", "UINT8"):
        return False
    readers = node.output(0).consumers
    return not readers or any(node.outputs[0] in reader.inputs[:2] for reader in readers)


def _kind(model: Model, name: str) -> Tuple[str, Any]:
    value = model.main.value(name)
    return value.dtype or "", value.shape


def _inputs(old: Interface, new: Interface) -> List[str]:
    lines = ["feed a new input %s: %s" % (name, _shown(new[name])) for name in new if name not in old]
    lines += ["input %s is gone" % name for name in old if name not in new]
    for name in (name for name in old if name in new and old[name] != new[name]):
        (before, _), (after, shape) = old[name], new[name]
        if before != after:
            kind = _NUMPY.get(after, after.lower())
            lines.append("feed input %s as %s instead of %s (array.astype(numpy.%s))"
                         % (name, after, before, kind))  # fmt: skip
        else:
            lines.append("feed input %s in the shape %s" % (name, shape_text(shape)))
    return lines


def _outputs(old: Interface, new: Interface) -> List[str]:
    gone = [name for name in old if name not in new]
    lines = ["output %s is gone" % name for name in gone]
    lines += ["read a new output %s: %s" % (name, _shown(new[name])) for name in new if name not in old]
    for name in (name for name in old if name in new and old[name][0] != new[name][0]):
        lines.append("read output %s as %s instead of %s" % (name, new[name][0], old[name][0]))
    return lines


def _shown(kind: Tuple[str, Any]) -> str:
    dtype, shape = kind
    return "%s%s" % (dtype or "of unknown type", " " + shape_text(shape) if shape is not None else "")
