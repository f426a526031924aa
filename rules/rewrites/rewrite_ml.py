"""Operators of the domain ai.onnx.ml (scikit-learn converters) in ONNX's words: scalers, linear models, features.

Texts, maps and probability corrections are left: TensorRT has no such tensors.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite


def _fits(node):
    return node.domain == "ai.onnx.ml" and node.op_type in _WRITTEN


def rewrite(node, edit):
    if not _fits(node):
        raise CannotRewrite("%s of %s has no short form" % (node.op_type, node.domain or "ONNX"))
    outputs = _WRITTEN[node.op_type](node, edit)
    edit.replace(node, [outputs] if isinstance(outputs, str) else outputs)


def _numbers(node, edit, index=0):
    """An input as FLOAT, which is what these operators compute in."""
    dtype = edit.dtype(node.input(index))
    if dtype not in ("FLOAT", "INT32", "INT64"):
        raise CannotRewrite("an input of type %s" % dtype)
    return node.inputs[index] if dtype == "FLOAT" else edit.cast(node.inputs[index], "FLOAT")


def _floats(node, edit, name, default=()):
    """A list of floats; ``attr`` would ask for what ONNX itself has under the name, which is one float for "scale"."""
    given = node.attributes.get(name)
    return edit.tensor(list(given.floats if given else default), "FLOAT")


def _scaler(node, edit):
    shifted = edit.add("Sub", [_numbers(node, edit), _floats(node, edit, "offset", (0.0,))])
    return edit.add("Mul", [shifted, _floats(node, edit, "scale", (1.0,))])


def _scores(node, edit, count):
    """x @ coefficients + intercepts, one column for each of ``count`` results."""
    import numpy as np

    weights = np.asarray(node.attr("coefficients"), np.float32)
    if not count or weights.size % count:
        raise CannotRewrite("coefficients that do not fit the results")
    if edit.rank(node.input(0)) != 2:
        raise CannotRewrite("an input that is not a matrix")
    product = edit.add("MatMul", [_numbers(node, edit), edit.constant(weights.reshape(count, -1).T)])
    return edit.add("Add", [product, _floats(node, edit, "intercepts")]) if node.has_attr("intercepts") else product


def _transformed(node, edit, scores):
    kind = node.attr("post_transform", "NONE")
    if kind == "NONE":
        return scores
    if kind == "LOGISTIC":
        return edit.add("Sigmoid", [scores])
    if kind == "SOFTMAX":
        return edit.add("Softmax", [scores], axis=1)
    raise CannotRewrite("post_transform %s" % kind)


def _linear_regressor(node, edit):
    if node.attr("post_transform", "NONE") != "NONE":
        raise CannotRewrite("post_transform %s" % node.attr("post_transform"))
    return _scores(node, edit, node.attr("targets", 1))


def _linear_classifier(node, edit):
    labels = node.attr("classlabels_ints", ())
    if len(labels) < 2 or len(node.attr("intercepts", ())) != len(labels):
        raise CannotRewrite("string labels, or one score for two labels")
    scores = _scores(node, edit, len(labels))
    best = edit.add("ArgMax", [scores], axis=1, keepdims=0)
    if tuple(labels) != tuple(range(len(labels))):
        best = edit.add("Gather", [edit.ints(labels), best], axis=0)
    return [best, _transformed(node, edit, scores)]


def _normalizer(node, edit):
    """Rows of zeros stay zeros."""
    import numpy as np

    x, kind = _numbers(node, edit), node.attr("norm", "MAX")
    if kind not in ("L1", "L2"):
        raise CannotRewrite("norm %s" % kind)
    axes = [edit.rank(node.input(0)) - 1]
    length = edit.reduce("Reduce%s" % kind, x, axes)
    smallest = edit.constant(np.finfo(np.float32).tiny)
    return edit.add("Div", [x, edit.add("Max", [length, smallest])])


def _features(node, edit):
    """Columns by number; one row comes out where the input is a vector."""
    if edit.dtype(node.input(0)) not in ("FLOAT", "INT32", "INT64"):
        raise CannotRewrite("texts")
    rank = edit.rank(node.input(0))
    array = edit.array(node.input(1))
    places = edit.ints(array) if array is not None else edit.reshape(node.inputs[1], [-1])
    found = edit.add("Gather", [node.inputs[0], places], axis=rank - 1)
    return edit.unsqueeze(found, [0]) if rank == 1 else found


def _binarizer(node, edit):
    above = edit.add("Greater", [_numbers(node, edit), edit.scalar(node.attr("threshold", 0.0), "FLOAT")])
    return edit.cast(above, "FLOAT")


def _imputer(node, edit):
    import math

    values, missing = node.attr("imputed_value_floats", ()), node.attr("replaced_value_float", 0.0)
    if not values or edit.dtype(node.input(0)) != "FLOAT":
        raise CannotRewrite("values that are not floats")
    x = node.inputs[0]
    where = edit.add("IsNaN", [x]) if math.isnan(missing) else edit.add("Equal", [x, edit.scalar(missing, "FLOAT")])
    return edit.add("Where", [where, _floats(node, edit, "imputed_value_floats"), x])


def _one_hot(node, edit):
    categories = node.attr("cats_int64s", ())
    if not categories or not node.attr("zeros", 1):
        raise CannotRewrite("string categories, or categories that must be known")
    x, rank = node.inputs[0], edit.rank(node.input(0))
    if edit.dtype(node.input(0)) not in ("INT64", "INT32", "FLOAT"):
        raise CannotRewrite("an input of type %s" % node.input(0).dtype)
    whole = x if node.input(0).dtype == "INT64" else edit.cast(x, "INT64")
    return edit.cast(edit.add("Equal", [edit.unsqueeze(whole, [rank]), edit.ints(categories)]), "FLOAT")


_WRITTEN = {
    "ArrayFeatureExtractor": _features,
    "Binarizer": _binarizer,
    "Imputer": _imputer,
    "LinearClassifier": _linear_classifier,
    "LinearRegressor": _linear_regressor,
    "Normalizer": _normalizer,
    "OneHotEncoder": _one_hot,
    "Scaler": _scaler,
}

REWRITE = Rewrite("rewrite_ml", "Decompose the ai.onnx.ml operator into ONNX operators", fits=_fits)
