"""What a repair changes for who calls the model: inputs and outputs that are others than before, as sentences."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from jetdoctor.fix.diff import shape_text
from jetdoctor.graph import Model

#: numpy's names where they are not ONNX's in lower case
_NUMPY = {"FLOAT": "float32", "DOUBLE": "float64"}

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


def lost_quantization(before: Model, after: Model) -> Tuple[str, ...]:
    """What a repair does to INT8 speed, with the way to keep it; nothing when every quantized step is still there."""
    old, new = (sum(node.op_type == "QuantizeLinear" for node in model.nodes()) for model in (before, after))
    if new >= old:
        return ()
    text = (
        "%d of %d QuantizeLinear are computed in FLOAT now: the numbers are the same, the INT8 speed is gone."
        " To keep it, quantize the FLOAT model again with symmetric INT8 activations:"
        " onnxruntime.quantization.quantize_static(..., activation_type=QuantType.QInt8,"
        " extra_options={'ActivationSymmetric': True, 'WeightSymmetric': True}),"
        " or with NVIDIA's ModelOpt"
    )
    return (text % (old - new, old),)


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
