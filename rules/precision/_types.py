"""What a model is quantized to, and which element types it computes in."""

_OPERATORS = ("QuantizeLinear", "DequantizeLinear")


def quantizing(model):
    """(node, precision) of every QuantizeLinear and DequantizeLinear whose quantized type is known."""
    for node in model.nodes():
        if node.op_type in _OPERATORS and not node.domain:
            precision = quantized_to(node)
            if precision is not None:
                yield node, precision


def quantized_to(node):
    """ "int8", "int4", "fp8" or "fp4" by the zero point, the quantized side or the attribute; None when unknown."""
    values = [node.input(2)] if node.present(2) else []
    values.append(node.output(0) if node.op_type == "QuantizeLinear" else node.input(0))
    for value in values:
        dtype = value.dtype or ""
        if dtype in ("INT8", "UINT8"):
            return "int8"
        if dtype in ("INT4", "UINT4"):
            return "int4"
        if dtype.startswith("FLOAT8"):
            return "fp8"
        if dtype.startswith("FLOAT4"):
            return "fp4"
    return None


def first_of_type(model, dtype):
    """The first node of the main graph whose result has the element type and is computed at run time; else None."""
    for node in model.main.nodes:
        if node.output(0).dtype == dtype and not node.output(0).is_constant_expression():
            return node
    return None
