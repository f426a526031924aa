"""A constant whose size was fixed at export meets an open size

## What it detects
An axis that the model declares open, next to the same axis of a constant that has one size greater than 1: an
elementwise operator or a MatMul that would broadcast them, a Concat along another axis, an Expand to a constant shape.
Typical: anchors or a grid of one image size in a model with open height and width, `torch.full((N, …))` or
`expand(N, …)` where `N` was a Python number, a class token that is not expanded to the batch.

## Why it fails
The two go together for one size only. ONNX declares the axis open nevertheless, so that a profile with another size
looks right; the builder refuses it: `broadcast dimensions must be conformable`.

## Fix
Export so that the constant follows the input (`x.new_full((x.shape[0], 1), …)`, `expand(x.shape[0], -1, -1)`), or
fix the input to the one size that fits: `jetdoctor fix --freeze NAME=SHAPE`.
"""

from jetdoctor.rule import Match, Rule, brackets

RULE = Rule(
    id="JD217",
    name="frozen-size-beside-open",
    severity="warning",
    outcome="build-risk",
    sources=(
        "https://github.com/triple-mu/YOLOv8-TensorRT/issues/152 (8.6: Add of frozen anchors)",
        "https://github.com/ibaiGorordo/CREStereo-Pytorch/issues/24 (Mul, open batch)",
        "https://github.com/roboflow/rf-detr/issues/949 (batch frozen in Tile and Reshape)",
    ),
    ops=(
        "Add", "And", "Concat", "Div", "Equal", "Expand", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "MatMul",
        "Max", "Min", "Mod", "Mul", "Or", "Pow", "Sub", "Where", "Xor",
    ),
)  # fmt: skip


def check_node(node):
    """The first axis at which a constant allows one size of an open one."""
    declared = node.graph.model.derived(_declared)
    if node.domain or not declared:
        return
    shapes = list(_shapes(node))
    opened = [shape for shape, constant in shapes if not constant and declared.intersection(shape)]
    for shape in opened:
        for fixed in (fixed for fixed, constant in shapes if constant):
            found = _clash(node, shape, fixed, declared)
            if found is not None:
                text = "%s puts the constant size %d of %s next to the open size %s of %s"
                yield Match(
                    text % (node.op_type, found[1], brackets(fixed), found[0], brackets(shape)),
                    node,
                    cause=("frozen", node.index),
                    basis="reported",
                )
                return


def _shapes(node):
    """(shape, whether it belongs to a constant) of each input; what an Expand expands to is a constant as well."""
    for index in range(len(node.inputs)):
        value = node.input(index)
        if node.op_type == "Expand" and index == 1:
            if value.integers() is not None:
                yield tuple(value.integers()), True
        elif node.present(index) and value.shape is not None:
            yield value.shape, value.is_constant_expression()


def _clash(node, shape, fixed, declared):
    """(open size, constant size) that stand at one axis, None where the sizes go together."""
    skipped = node.attr("axis", 0) if node.op_type == "Concat" else None
    rank = max(len(shape), len(fixed))
    for back in range(1, rank + 1):
        if back > min(len(shape), len(fixed)) or (node.op_type == "MatMul" and back < 3):
            continue
        if skipped is not None and (rank - back == skipped or -back == skipped):
            continue
        size, constant = shape[-back], fixed[-back]
        if size in declared and isinstance(constant, int) and (constant > 1 or skipped is not None):
            return size, constant
    return None


def _declared(model):
    """Symbolic sizes of the graph's inputs: what inference could not work out is no claim of the model."""
    main = model.main
    return {dim for name in main.input_names for dim in main.value(name).shape or () if isinstance(dim, str) and dim}
