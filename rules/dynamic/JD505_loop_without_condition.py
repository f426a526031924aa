"""The body of a Loop reads a condition that is not given

## What it detects
A Loop without an initial condition whose body reads its second input, as onnxscript writes counted loops: the
body passes the condition on through an Identity.

## Why it fails
The importer gives the body's condition a tensor only when the Loop has one: `Node input was not registered`.

## Fix
A constant condition, true.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD505",
    name="loop-without-condition",
    severity="error",
    outcome="rejected",
    sources=(
        "onnx-tensorrt importLoop, 7.1 to 10.10: the body's condition is registered only with the Loop's own",
        "run with the parsers of 8.0 to 10.10: Node input was not registered",
    ),
    ops=("Loop",),
)

_GIVEN = (Fix("Give the loop a condition that is true", rewrite="loop_true_condition"),)


def check_node(node):
    """The second input of the body, read although the Loop has no second input."""
    if node.present(1) or not node.subgraphs or len(node.subgraphs[0].input_names) < 2:
        return
    body = node.subgraphs[0]
    condition = body.value(body.input_names[1])
    if condition.consumers:
        yield Match(
            "Loop has no condition, but its body reads one", node, fixes=_GIVEN, basis="measured", cause="condition"
        )
