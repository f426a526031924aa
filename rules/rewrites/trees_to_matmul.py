"""Decision trees (TreeEnsembleRegressor and -Classifier of ai.onnx.ml) as two matrix products.

Every inner node is compared at once; a leaf is reached when all comparisons on its path came out as they must, which
a product with a matrix of 1 and -1 counts; a second product adds up what the reached leaves hold. The numbers of
comparisons are small whole numbers, so the leaves are found exactly.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

#: inner nodes of all trees together: the matrices grow with their square
_MOST_NODES = 2048


def _fits(node):
    return node.domain == "ai.onnx.ml" and node.op_type in ("TreeEnsembleClassifier", "TreeEnsembleRegressor")


REWRITE = Rewrite("trees_to_matmul", "Decompose the decision trees into matrix products", fits=_fits)


def rewrite(node, edit):
    if not _fits(node):
        raise CannotRewrite("%s holds no trees" % node.op_type)
    kind = "class" if node.op_type.endswith("Classifier") else "target"
    labels = node.attr("classlabels_int64s", ())
    if kind == "class" and len(labels) < 3:
        raise CannotRewrite("string labels, or two classes by one score")
    if edit.dtype(node.input(0)) != "FLOAT" or edit.rank(node.input(0)) != 2:
        raise CannotRewrite("an input that is not a float matrix")
    if node.attr("aggregate_function", "SUM") not in ("SUM", "AVERAGE"):
        raise CannotRewrite("trees whose results are not summed")
    scores = _scores(node, edit, kind, len(labels) or node.attr("n_targets", 1))
    if kind == "target":
        edit.replace(node, [_transformed(node, edit, scores)])
        return
    best = edit.add("ArgMax", [scores], axis=1, keepdims=0)
    if tuple(labels) != tuple(range(len(labels))):
        best = edit.add("Gather", [edit.ints(labels), best], axis=0)
    edit.replace(node, [best, _transformed(node, edit, scores)])


def _scores(node, edit, kind, results):
    """What the reached leaves add up to, one column for each result."""
    import numpy as np

    inner, leaves, trees = _trees(node)
    if not inner or len(inner) > _MOST_NODES:
        raise CannotRewrite("%d inner nodes" % len(inner))
    place = {key: number for number, key in enumerate(leaves)}
    held = np.zeros((len(leaves), results), np.float32)
    names = ["%s_%s" % (kind, field) for field in ("treeids", "nodeids", "ids", "weights")]
    for tree, leaf, result, weight in zip(*(node.attr(name, ()) for name in names)):
        held[place[tree, leaf], result] += weight
    if node.attr("aggregate_function", "SUM") == "AVERAGE":
        held /= np.float32(len(trees))
    scores = edit.add("MatMul", [_reached(node, edit, inner, leaves), edit.constant(held)])
    base = node.attr("base_values", ())
    return edit.add("Add", [scores, edit.tensor(list(base), "FLOAT")]) if base else scores


def _reached(node, edit, inner, leaves):
    """1 for every leaf that a row comes to, else 0."""
    import numpy as np

    column = {key: number for number, key in enumerate(inner)}
    path = np.zeros((len(inner), len(leaves)), np.float32)
    for number, steps in enumerate(leaves.values()):
        for key, side in steps:
            path[column[key], number] = side
    count = edit.add("MatMul", [_met(node, edit, inner), edit.constant(path)])
    wanted = (path > 0).sum(axis=0).astype(np.float32) - np.float32(0.5)
    return edit.cast(edit.add("Greater", [count, edit.constant(wanted)]), "FLOAT")


def _met(node, edit, inner):
    """1 for every comparison that holds; what is not a number goes where ``missing_value_tracks_true`` says.

    x <= limit is x < the next number after it, and not x > limit: the one is false for what is not a number, the
    other true.
    """
    import numpy as np

    features, limits, modes, missing = zip(*inner.values())
    limits, until = np.asarray(limits, np.float32), np.asarray([mode == "BRANCH_LEQ" for mode in modes])
    if not np.isfinite(limits).all():
        raise CannotRewrite("limits that are not finite")
    above = np.where(until, np.nextafter(limits, np.float32(np.inf)), limits)
    below = np.where(until, limits, np.nextafter(limits, np.float32(-np.inf)))
    values = edit.add("Gather", [node.inputs[0], edit.ints(features)], axis=1)
    strict = edit.cast(edit.add("Less", [values, edit.constant(above)]), "FLOAT")
    if not any(missing):
        return strict
    loose = edit.cast(edit.add("Not", [edit.add("Greater", [values, edit.constant(below)])]), "FLOAT")
    if all(missing):
        return loose
    share = np.asarray(missing, np.float32)
    sides = [edit.add("Mul", [loose, edit.constant(share)]), edit.add("Mul", [strict, edit.constant(1 - share)])]
    return edit.add("Add", sides)


def _trees(node):
    """(inner nodes with what they compare, leaves with their path, roots), by (tree, node)."""
    names = ("treeids", "nodeids", "modes", "featureids", "values", "truenodeids", "falsenodeids")
    rows = list(zip(*(node.attr("nodes_" + name, ()) for name in names)))
    if not rows or {row[2] for row in rows} - {"BRANCH_LEQ", "BRANCH_LT", "LEAF"}:
        raise CannotRewrite("comparisons other than < and <=")
    missing = node.attr("nodes_missing_value_tracks_true", ()) or (0,) * len(rows)
    table = {(row[0], row[1]): row + (tracked,) for row, tracked in zip(rows, missing)}
    below = {(row[0], child) for row in rows if row[2] != "LEAF" for child in row[5:7]}
    roots = [key for key in table if key not in below]
    inner = {key: (row[3], row[4], row[2], row[7]) for key, row in table.items() if row[2] != "LEAF"}
    leaves = {}
    waiting = [(root, ()) for root in roots]
    while waiting:
        key, steps = waiting.pop()
        row = table[key]
        if row[2] == "LEAF":
            leaves[key] = steps
            continue
        waiting.append(((key[0], row[5]), steps + ((key, 1),)))
        waiting.append(((key[0], row[6]), steps + ((key, -1),)))
    return inner, leaves, roots


def _transformed(node, edit, scores):
    kind = node.attr("post_transform", "NONE")
    if kind == "NONE":
        return scores
    if kind == "SOFTMAX":
        return edit.add("Softmax", [scores], axis=1)
    if kind == "LOGISTIC":
        return edit.add("Sigmoid", [scores])
    raise CannotRewrite("post_transform %s" % kind)
