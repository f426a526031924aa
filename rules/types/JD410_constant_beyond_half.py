"""A constant that becomes infinite in FP16

## What it detects
A small FLOAT constant with a finite value beyond 65504, the largest number of half precision, that Add,
Sub, Mul, Where, Max or Min reads: typically an attention mask of -1e9 or -3.4e38.

## Why it fails
It does not fail in FP32. Built with `--fp16` (as most engines on a Jetson are) the constant becomes
infinite. A mask of -inf is harmless as long as no row is masked completely; infinity times 0, or minus
infinity, is NaN, and the output is NaN from there on.

## Fix
Use a smaller number at export (-10000 or -65504 masks as well), or keep that layer in FP32
(`--precisionConstraints=obey --layerPrecisions=NAME:fp32`).
"""

from jetdoctor.rule import Match, Rule

RULE = Rule(
    id="JD410",
    name="constant-beyond-half",
    severity="info",
    outcome="precision",
    sources=("IEEE 754 binary16: largest finite number 65504", "trtexec --layerPrecisions (TensorRT 8.2 and later)"),
)

_FLOAT = 1
_HALF_MAX = 65504.0
_FEW = 4096
_ARITHMETIC = ("Add", "Sub", "Mul", "Where", "Max", "Min")


def check_model(model):
    """One finding for all such constants; weights are not read, so only small tensors are seen."""
    for graph in model.graphs():
        for name, tensor in graph.initializers.items():
            if tensor.data_type == _FLOAT:
                yield from _judge(graph.value(name))
        for node in graph.nodes:
            if node.op_type == "Constant" and node.output(0).dtype in ("FLOAT", None) and node.output(0).name:
                yield from _judge(node.output(0))


def _judge(value):
    readers = [node for node in value.consumers if node.op_type in _ARITHMETIC]
    tensor = value.constant if readers else None
    ends = _ends(value) if tensor is not None and tensor.data_type == _FLOAT else ()
    if not ends:
        return
    largest = max(ends, key=lambda x: abs(x) if abs(x) != float("inf") else 0.0)
    if _HALF_MAX < abs(largest) < float("inf"):
        yield Match(
            "%s reads the constant %s = %.3g, which is infinite in FP16" % (readers[0].op_type, value.name, largest),
            readers[0],
            tensor=value.name,
            cause="beyond half",
        )


def _ends(value):
    """The largest and the smallest number of a constant; nothing where it has none, or NaN among them."""
    if _elements(value) > _FEW:  # numpy, which costs more to import than a few numbers to read
        array = value.array()
        ends = (float(array.max()), float(array.min())) if array is not None else ()
    else:
        numbers = value.numbers() or ()
        ends = (max(numbers), min(numbers)) if all(number == number for number in numbers) and numbers else ()
    return () if any(end != end for end in ends) else ends


def _elements(value):
    count = 1
    for size in value.constant.dims:
        count *= size
    return count
