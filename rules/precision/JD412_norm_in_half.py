"""A sum of squares overflows in FP16

## What it detects
A decomposed normalization, in a model that is to be built in FP16 (`--precision fp16`) or whose own tensors
are FLOAT16: the mean of squares of a LayerNorm or RMSNorm (Pow or Mul, ReduceMean, Sqrt) or the sum of squares of an
L2 norm (ReduceL2, or Mul, ReduceSum, Sqrt).

## Why it fails
It builds. The square of anything above 255 is beyond 65504, the largest number of FP16; a sum over many channels gets
there much earlier. The result is infinite, its quotient 0 or NaN. TensorRT 8.4 to 8.6 warns in the log: `Running
layernorm after self-attention in FP16 may cause overflow`. Whether it happens depends on the values.

## Fix
Rehearse it on the CPU: `jetdoctor verify MODEL --precision fp16 --backend rehearsal` names the tensors that leave the
range. Export with opset 17 (LayerNormalization) for TensorRT 8.6 and later, which keeps the statistics in FP32, or keep
these layers in FP32 (`--precisionConstraints=obey --layerPrecisions=NAME:fp32`, TensorRT 8.4 to 10).
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD412",
    name="norm-in-half",
    severity="warning",
    outcome="precision",
    sources=(
        "https://github.com/NVIDIA/TensorRT/issues/2781",
        "https://github.com/NVIDIA/TensorRT/issues/2564",
        "https://github.com/NVIDIA/TensorRT/issues/3897",
        "https://github.com/NVIDIA/TensorRT/issues/1954 (L2 norm; NVIDIA names it)",
    ),
    ops=("Sqrt", "ReduceL2"),
)

_ADVICE = (
    Fix("Rehearse it: jetdoctor verify MODEL --precision fp16 --backend rehearsal", "manual"),
    Fix("Keep these layers in FP32, or export LayerNormalization (opset 17) for TensorRT 8.6 and later", "manual"),
)


def check_node(node):
    squares = node.input(0) if node.op_type == "ReduceL2" else _squared(node.input(0))
    if squares is None or node.output(0).is_constant_expression():
        return
    half = node.output(0).dtype == "FLOAT16"
    said = "the sum of squares of %s is beyond FP16 from values of a few hundred on" % squares.name
    yield Match(
        said,
        node,
        wall="builder",
        cause="squares",
        fixes=_ADVICE,
        applies=lambda target: half or target.precision == "fp16",
    )


def _squared(value):
    """What a mean or sum of squares is of, behind the small number that is added to it; None for anything else."""
    producer = value.producer
    if producer is not None and producer.op_type == "Add":
        producer = next((p for p in (producer.input(0).producer, producer.input(1).producer) if p is not None), None)
    if producer is None or producer.op_type not in ("ReduceMean", "ReduceSum"):
        return None
    square = producer.input(0).producer
    if square is not None and square.op_type == "Mul" and square.input(0).name == square.input(1).name:
        return square.input(0)
    if square is not None and square.op_type == "Pow":
        power = square.input(1).numbers()
        return square.input(0) if power is not None and list(power) == [2] else None
    return None
