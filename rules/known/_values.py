"""Patterns of faults that change values: the engine is built and computes something else.

Each takes the nodes of a model by operator and yields the nodes that the fault is seen at.
"""

from jetdoctor.rules.known._walk import made_by, maker, runs_on_data, size, source


def cumsum_of_one_input(nodes):
    """Two CumSum of one tensor that differ in axis, ``reverse`` or ``exclusive``."""
    first = {}
    for node in nodes("CumSum"):
        form = _cumsum_form(node)
        seen = first.setdefault((node.graph.path, node.input(0).name), (form, node))
        if None not in form and None not in seen[0] and seen[0] != form:
            yield seen[1]
            yield node


def _cumsum_form(node):
    numbers, rank = node.input(1).integers(), node.input(0).rank
    if numbers is None or len(numbers) != 1:
        return None, None, None
    axis = numbers[0]
    axis = axis + rank if axis < 0 and rank else axis
    return axis, node.attr("reverse", 0), node.attr("exclusive", 0)


def if_transpose_resize(nodes):
    """A Resize of open sizes behind a Transpose of the result of an If."""
    for node in nodes("Resize"):
        moved = maker(node.input(0), "Transpose")
        if moved is not None and maker(moved.input(0), "If") is not None and node.output(0).static_shape is None:
            yield node


def consecutive_vector_products(nodes):
    """Two matrix products in a row, with nothing but a bias between them, of which one is of a single row or column."""
    for node in nodes("MatMul", "Gemm"):
        before = source(node.input(0), "Add", "Identity")
        if before is not None and before.op_type in ("MatMul", "Gemm") and (_vector(node) or _vector(before)):
            if runs_on_data(before):
                yield node


def _vector(node):
    return 1 in (size(node.output(0), -2), size(node.output(0), -1))


def gathered_product(nodes):
    """Two Reshapes of products of gathered rows, multiplied and summed over the last axis."""
    for node in nodes("ReduceSum"):
        product = maker(node.input(0), "Mul")
        sides = [source(product.input(i), "Reshape", "Add") for i in (0, 1)] if product is not None else []
        if all(side is not None and side.op_type in ("MatMul", "Gemm") for side in sides) and any(
            made_by(side, "Gather") is not None for side in sides
        ):
            yield node


def or_of_casts(nodes):
    for node in nodes("Or"):
        if made_by(node, "Cast") is not None and runs_on_data(node):
            yield node


def segformer_block(nodes):
    """Stride-by-stride convolution, Reshape, Transpose, LayerNormalization of more than one image."""
    for node in nodes("LayerNormalization"):
        moved = maker(node.input(0), "Transpose")
        flat = maker(moved.input(0), "Reshape") if moved is not None else None
        reduced = maker(flat.input(0), "Conv") if flat is not None else None
        stride = reduced.attr("strides", ()) if reduced is not None else ()
        if stride and stride[0] > 1 and stride == reduced.attr("kernel_shape") and size(reduced.input(0), 0) != 1:
            if size(reduced.input(0), 1) not in (None, 1, 3):  # not the patches of the image itself
                yield node


def convolution(nodes):
    """The first convolution of the model."""
    yield from nodes("Conv")[:1]


def resize(nodes):
    for node in nodes("Resize", "Upsample"):
        if runs_on_data(node):
            yield node


def bilinear_grid_sample(nodes):
    for node in nodes("GridSample"):
        if node.attr("mode", "bilinear") in ("bilinear", "linear") and node.input(0).rank in (None, 4):
            if runs_on_data(node):
                yield node


def layers_in_a_row(nodes):
    """Three times MatMul with constant weights, Add of a bias, Relu; yields the last MatMul."""
    depth = {}
    for node in nodes("Relu"):
        added = maker(node.input(0), "Add")
        product = made_by(added, "MatMul") if added is not None else None
        if product is not None and product.input(1).is_constant_expression():
            before = (node.graph.path, product.input(0).name)
            depth[node.graph.path, node.output(0).name] = depth.get(before, 0) + 1
            if depth.get(before, 0) == 2:
                yield product


def integer_mul_of_transposes(nodes):
    for node in nodes("Transpose"):
        product = maker(node.input(0), "Mul")
        if product is not None and product.output(0).dtype in ("INT32", "INT64"):
            if all(maker(product.input(index), "Transpose") is not None for index in (0, 1)):
                yield product


def rounded_output(nodes):
    """Ceil, Floor or Round of a computed tensor that is also an output of the model."""
    for node in nodes("Ceil", "Floor", "Round"):
        before = node.input(0)
        if before.producer is not None and before.name in node.graph.output_names and runs_on_data(node):
            yield node


def loop_until_its_data(nodes):
    """A Loop that the data end: its body computes the condition, and no trip count bounds it."""
    for node in nodes("Loop"):
        turns = node.input(0).integers() if node.present(0) else None
        bounded = node.present(0) and (not turns or turns[0] < 1 << 31)
        body = node.subgraphs[0] if node.subgraphs else None
        if bounded or body is None or not body.output_names:
            continue
        end = source(body.value(body.output_names[0]), "Identity", "Cast")
        if end is not None and any(_carries_data(end.input(index)) for index in range(len(end.inputs))):
            yield node


def _carries_data(value):
    """Whether a value of a loop's body is more than its iteration number and constants."""
    read = value.behind(("Cast", "Identity", "Unsqueeze"))
    return not read.is_constant_expression() and read.name not in read.graph.input_names[:1]
