"""Tensors of many axes or many elements: what JD215 and JD216 share, found in one pass over a model's types."""

#: Most axes of a tensor (Dims::MAX_DIMS), and elements from which a tensor is looked at.
RANK, LARGE = 8, 1 << 30


def extremes(model):
    """(graph, name, shape) of every tensor with more than 8 axes or at least 2^30 elements."""
    return model.derived(_extremes)


def _extremes(model):
    found = []
    for graph in model.graphs():
        for name, kind in graph.types.items():
            if kind.WhichOneof("value") == "tensor_type" and _is_extreme(kind.tensor_type.shape.dim):
                found.append((graph, name, graph.value(name).shape))
    return found


def _is_extreme(dims):
    if len(dims) > RANK:
        return True
    count = 1
    for dim in dims:
        count *= dim.dim_value or 1  # an open size may be 1
    return count >= LARGE


def count(shape):
    """Elements of a shape; open sizes count as 1."""
    total = 1
    for dim in shape:
        total *= dim if isinstance(dim, int) else 1
    return total


def place(graph, name):
    """The node that makes the tensor, None for an input."""
    return graph.value(name).producer
