"""A Loop collects outputs over an unknown number of iterations

## What it detects
A Loop with scan outputs whose trip count is computed from the input's values, or whose body computes its
own stop. (An integer input that is itself the trip count is not reported: TensorRT treats it as a shape
tensor. A Loop without a trip count is JD504.)

## Why it fails
The parser accepts it. TensorRT's loop needs the length of concatenated outputs known from shapes; where it
depends on data the builder refuses (documented with the operator; not checked by the parser).

## Fix
Export the model unrolled for a fixed number of iterations, or run the loop on the host around an engine for one
iteration (the usual form for autoregressive decoders).
"""

from jetdoctor.rule import Match, Rule

RULE = Rule(
    id="JD503",
    name="loop-length-unknown",
    severity="warning",
    outcome="build-risk",
    tensorrt=">=8.0",
    sources=("onnx-tensorrt docs/operators.md, Loop: scan output length must be static (7.1 to 10.10)",),
    ops=("Loop",),
)


def check_node(node):
    """Outputs beyond the loop-carried values are the scan outputs."""
    carried = max(len(node.inputs) - 2, 0)
    if not any(node.outputs[carried:]) or not node.subgraphs or not node.present(0):
        return
    if _from_shapes(node.input(0)) and not _stops_itself(node.subgraphs[0]):
        return
    yield Match("Loop stacks outputs over a number of iterations that depends on the data", node, cause="loop")


def _from_shapes(value, depth=32):
    """Whether a trip count follows from constants, shapes (dynamic ones as well) or an input that may be a shape."""
    if value.is_constant_expression():
        return True
    if value.is_graph_input:
        return value.dtype in ("INT32", "INT64") and value.rank in (0, 1)
    node = value.producer
    if node is None or depth == 0:
        return False
    if node.op_type in ("Shape", "Size"):
        return True
    given = [node.input(i) for i, name in enumerate(node.inputs) if name]
    return not node.subgraphs and all(_from_shapes(value, depth - 1) for value in given)


def _stops_itself(body):
    """Whether the body's condition is neither constant nor the one that came in."""
    if not body.output_names:
        return False
    value = body.value(body.output_names[0]).behind(("Identity", "Cast"))
    return not value.is_constant_expression() and value.name not in body.input_names[1:2]
