"""A constant condition of If is misread

## What it detects
An If whose condition is an initializer or a Constant that says true, for TensorRT before 8.4.

## Why it fails
The parser imports only the branch that a constant condition selects. Before 8.4 it reads four bytes of a boolean
that has one, and picks the else branch unless the three bytes after it happen to be zero: the same file was seen
to go either way.

## Fix
Keep the branch that the condition selects.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD332",
    name="if-condition-misread",
    severity="error",
    outcome="wrong-output",
    tensorrt="<8.4.0",
    ops=("If",),
    sources=("onnx-tensorrt 7.1 to 8.2-GA, builtin_op_importers.cpp, importer of If (8.4-EA reads one byte)",),
)


def check_node(node):
    """A false condition is told right: its first byte is zero and the four bytes are not one."""
    condition = node.input(0)
    numbers = condition.numbers() if condition.is_weights() else None
    if numbers is not None and len(numbers) == 1 and numbers[0]:
        yield Match(
            "If: the constant condition %s is true; this parser reads four bytes of the boolean, so that it may take"
            " the else branch" % condition.name,
            node,
            fixes=(Fix("Keep the branch that the condition selects", rewrite="fold_if"),),
            cause="condition",
            reading="if_else_branch",
            basis="measured",
        )
