"""A Loop that counts for itself, as TensorFlow's while loops do, is told its number of turns.

The condition is worked out beforehand, turn by turn, where it follows from constants alone.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

#: turns after which the search for the last one is given up
_MOST = 4096


def _condition(node):
    """(nodes of the body that lead to its condition, carried values that they read), None where data counts."""
    if node.op_type != "Loop" or node.present(0) or len(node.subgraphs) != 1:
        return None
    body = node.subgraphs[0]
    carried = list(body.input_names[2:])
    found, read, waiting, seen = {}, set(), [body.output_names[0]], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        maker = body.producers.get(name)
        if maker is not None and not maker.subgraphs:
            found[maker.index] = maker
            waiting.extend(given for given in maker.inputs if given)
        elif name in carried:
            place = carried.index(name)
            if not node.input(place + 2).is_constant_expression():
                return None
            read.add(place)
            waiting.append(body.output_names[place + 1])
        elif name not in body.input_names and not body.value(name).is_constant_expression():
            return None
    return [found[index] for index in sorted(found)], sorted(read)


REWRITE = Rewrite("loop_known_turns", "Give the loop its trip count", fits=lambda node: bool(_condition(node)))


def rewrite(node, edit):
    import numpy as np

    found = _condition(node)
    if found is None:
        raise CannotRewrite("the number of iterations depends on the data, or is given")
    if node.present(1):
        first = edit.array(node.input(1))
        if first is None or not first.all():
            raise CannotRewrite("it is unknown whether the loop starts")
    edit.set_input(node, 0, edit.constant(np.array(_turns(node, edit, *found), np.int64)))


def _turns(node, edit, nodes, read):
    import numpy as np

    body = node.subgraphs[0]
    names = [body.input_names[place + 2] for place in read]
    values = [edit.array(node.input(place + 2)) for place in read]
    if any(value is None for value in values):
        raise CannotRewrite("the start of the count is unknown")
    run = _program(body, edit, nodes, names, [body.output_names[0]] + [body.output_names[p + 1] for p in read])

    def counted():
        found = values
        for turn in range(_MOST):
            feeds = dict(zip(names, found))
            feeds.update(zip(body.input_names[:2], (np.array(turn, np.int64), np.array(True))))
            goes_on, *found = run(feeds)
            if not goes_on.all():
                return turn + 1
        return 0

    turns = edit.in_time(counted, "counting the iterations")
    if not turns:
        raise CannotRewrite("more than %d iterations" % _MOST)
    return turns


def _program(body, edit, nodes, names, outputs):
    """The part of the body that counts, to be run by onnx's evaluator."""
    from onnx import ModelProto, numpy_helper
    from onnx.reference import ReferenceEvaluator

    model = ModelProto(ir_version=8)
    model.opset_import.add(domain="", version=edit.opset)
    graph, made = model.graph, {name for node in nodes for name in node.outputs}
    for node in nodes:
        graph.node.add().CopyFrom(node.proto)
        for name in node.inputs:
            if name and name not in made and name not in body.input_names:
                made.add(name)
                array = edit.array(body.value(name))
                if array is None:
                    raise CannotRewrite("%s is not known beforehand" % name)
                graph.initializer.append(numpy_helper.from_array(array, name))
    for field, wanted in ((graph.input, list(body.input_names[:2]) + names), (graph.output, outputs)):
        for name in wanted:
            field.add(name=name)
    evaluator = ReferenceEvaluator(model)
    return lambda feeds: evaluator.run(None, feeds)
