"""Writes valid ONNX models of one or two nodes with random attributes, ranks, element types and constants.

    python3 benchmarks/forms/generate.py FOLDER [--count 3000] [--seed 0] [--operators Conv,Pad] [--opsets 7-26]

Every operator that some release imports is drawn at every opset from 7 on. An input is a graph input, an initializer,
or the result of a node: an Identity, or a Cast that changes nothing, in front of either. What the checker, shape
inference or ONNX Runtime does not take is not written, so that a model's name stands for a form that an exporter may
write: ``Operator_opset_seed.onnx``.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any, Dict, Iterator, List, Optional

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from recipes import RECIPES, Draw

#: element types that TensorRT knows, as schemas spell them; the first ones are drawn more often
TYPES = "float float float float16 bfloat16 int32 int64 int8 uint8 bool double".split()

#: operators whose bodies are graphs, whose values are no tensors, or whose results are random
ASIDE = frozenset("If Loop Scan SequenceMap RandomNormal RandomNormalLike RandomUniform RandomUniformLike Multinomial "
                  "Bernoulli ImageDecoder Optional OptionalGetElement OptionalHasElement".split())  # fmt: skip

#: draws of one operator and opset before it is given up
TRIES = 12


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder")
    options.add_argument("--count", type=int, default=3000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--operators", default="")
    options.add_argument("--opsets", default="7-26")
    asked = options.parse_args()
    os.makedirs(asked.folder, exist_ok=True)
    first, last = (int(part) for part in asked.opsets.split("-"))
    chosen = [name for name in asked.operators.split(",") if name] or operators()
    made, never = write(asked.folder, asked.count, asked.seed, chosen, range(first, last + 1))
    print("%d models; no valid one of: %s" % (made, ", ".join(never) or "(none)"))
    return 0


def operators() -> List[str]:
    """The operators of ONNX that some release imports."""
    from jetdoctor.facts import knowledge

    names = {schema.name for schema in onnx.defs.get_all_schemas() if schema.domain == ""}
    return sorted(names & knowledge().operators - ASIDE)


def write(folder: str, count: int, seed: int, names: List[str], opsets: range) -> Any:
    """Write ``count`` models, or as many as could be made; (how many, operators of which none was valid)."""
    draw, made, valid = Draw(seed), 0, set()
    known = {name: [opset for opset in opsets if _exists(name, opset)] for name in names}
    names = [name for name in names if known[name]]
    for turn in range(count):
        if made >= count:
            break
        for name in names:
            opset = draw.choice(known[name])
            one = seed * 1000003 + turn
            model = next(filter(None, (form(name, opset, "%d.%d" % (one, nth)) for nth in range(TRIES))), None)
            if model is not None and made < count:
                onnx.save(model, os.path.join(folder, "%s_%d_%d.onnx" % (name, opset, one)))
                made += 1
                valid.add(name)
    return made, [name for name in names if name not in valid]


def _exists(name: str, opset: int) -> bool:
    try:
        return not onnx.defs.get_schema(name, opset, "").deprecated
    except onnx.defs.SchemaError:
        return False


def form(name: str, opset: int, seed: str) -> Optional[onnx.ModelProto]:
    """A model of one seed, None where the seed gives none that is valid."""
    draw = Draw("%s %d %s" % (name, opset, seed))
    draw.opset = opset
    try:
        schema = onnx.defs.get_schema(name, opset, "")
        inputs, attributes = RECIPES.get(name, plain(schema))(draw)
        known = {key: value for key, value in attributes.items() if key in schema.attributes}
        model = built(draw, schema, inputs, known)
        results = computed(model)
        if results is None:
            return None
        for value, result in zip(model.graph.output, results):
            if value.type.HasField("tensor_type") and not value.type.tensor_type.HasField("shape"):  # not inferred
                dims = [onnx.TensorShapeProto.Dimension(dim_value=size) for size in result.shape]
                value.type.tensor_type.shape.dim.extend(dims)
        onnx.checker.check_model(model, full_check=True)
        return model
    except (onnx.defs.SchemaError, onnx.checker.ValidationError, onnx.shape_inference.InferenceError, ValueError,
            TypeError, IndexError, KeyError):  # fmt: skip
        return None


def plain(schema: Any) -> Any:
    """A recipe of the schema alone: shapes that broadcast, attributes by their type and name."""

    def recipe(draw: Draw) -> Any:
        shape = draw.shape(0, 4)
        count = draw.randint(schema.min_input, min(schema.max_input, max(schema.min_input, 4)))
        inputs: List[Any] = [shape]
        for _ in range(count - 1):
            inputs.append(draw.choice([shape, shape, tuple(draw.choice([1, size]) for size in shape), shape[1:], ()]))
        return inputs[:count], dict(_attributes(draw, schema, len(shape)))

    return recipe


def _attributes(draw: Draw, schema: Any, rank: int) -> Iterator[Any]:
    for name, attribute in schema.attributes.items():
        if not attribute.required and draw.random() < 0.5:
            continue
        kind = attribute.type.name
        if name in ("to", "dtype", "output_dtype"):
            yield name, draw.choice([TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.INT32, TensorProto.INT64])
        elif kind == "INT":
            yield name, draw.axis(rank) if name == "axis" else draw.randint(0, 2)
        elif kind == "FLOAT":
            yield name, draw.choice([0.0, 0.25, 1.0, 2.0])
        elif kind == "INTS":
            yield name, [draw.randint(0, 2) for _ in range(rank)]
        elif kind == "STRING" and attribute.default_value.s:
            yield name, attribute.default_value.s.decode()


def built(draw: Draw, schema: Any, inputs: List[Any], attributes: Dict[str, Any]) -> onnx.ModelProto:
    """One node of the schema; in a third of the models an Identity or a Cast is in front of an input."""
    nodes: List[Any] = []
    given, constants, names = [], [], []
    types: Dict[str, str] = {}
    for index, wanted in enumerate(inputs):
        formal = schema.inputs[min(index, len(schema.inputs) - 1)]
        if wanted is None:
            names.append("")
            continue
        value, array = "x%d" % index, isinstance(wanted, np.ndarray)
        allowed = [kind for kind in TYPES if "tensor(%s)" % kind in formal.types]
        if array and wanted.dtype == "int64" and "int32" in allowed and draw.random() < 0.25:
            wanted = wanted.astype("int32")
        kind = str(wanted.dtype) if array else draw.choice(allowed)
        kind = types.setdefault(formal.type_str, kind)  # inputs of one type variable share a type
        element = TensorProto.DataType.Value({"float32": "FLOAT", "float64": "DOUBLE"}.get(kind, kind.upper()))
        shape = wanted.shape if array else tuple(wanted)
        if draw.random() < (0.85 if array else 0.3 if index else 0.05):
            drawn = wanted if array else np.random.RandomState(draw.randint(0, 1 << 30)).uniform(-2, 2, shape)
            constants.append(tensor(value, element, drawn))
        else:
            given.append(helper.make_tensor_value_info(value, element, shape))
        names.append(value)
        if draw.random() < 0.12:
            front = draw.choice([("Identity", {}), ("Cast", {"to": element})])
            nodes.append(helper.make_node(front[0], [value], ["f%d" % index], name="front%d" % index, **front[1]))
            names[-1] = "f%d" % index
    count = attributes.get("num_outputs") or len(attributes.get("split", ())) or max(1, schema.min_output)
    if schema.name == "Split" and not {"split", "num_outputs"} & set(attributes):
        count = 2
    outputs = ["y%d" % index for index in range(count)]
    nodes.append(helper.make_node(schema.name, names, outputs, name="node", **attributes))
    graph = helper.make_graph(nodes, "form", given, [onnx.ValueInfoProto(name=name) for name in outputs], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", draw.opset)], ir_version=8)
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    return model if not all(o.type.WhichOneof("value") for o in inferred.graph.output) else inferred


def tensor(name: str, element: int, values: Any) -> Any:
    kind = helper.tensor_dtype_to_np_dtype(element)
    rounded = values.round() if kind.kind in "iu" else values > 0 if kind.kind == "b" else values
    return numpy_helper.from_array(np.asarray(np.abs(rounded) if kind.kind == "u" else rounded).astype(kind), name)


def computed(model: onnx.ModelProto) -> Optional[List[Any]]:
    """What ONNX Runtime, or ONNX's own evaluator where that has no kernel, computes; None where they refuse."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    feeds = {}
    for value in model.graph.input:
        element = value.type.tensor_type.elem_type
        shape = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        feeds[value.name] = numpy_helper.to_array(tensor("x", element, np.random.RandomState(0).uniform(-2, 2, shape)))
    try:
        session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return list(session.run(None, feeds))
    except Exception as refusal:
        if "NOT_IMPLEMENTED" not in str(refusal):
            return None
    from onnx.reference import ReferenceEvaluator

    try:
        return list(ReferenceEvaluator(model).run(None, feeds))
    except Exception:
        return None


if __name__ == "__main__":
    sys.exit(main())
