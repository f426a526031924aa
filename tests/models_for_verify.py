"""Small models that the tests of ``verify`` share."""

from __future__ import annotations

import numpy
import onnx
from onnx import helper, numpy_helper, parser

CNN = """
<ir_version: 8, opset_import: ["" : 13]>
g (float[1,3,16,16] images) => (float[1,10] scores)
{
  c1 = Conv <pads = [1,1,1,1]> (images, w1, b1)
  r1 = Relu (c1)
  c2 = Conv <strides = [2,2], pads = [1,1,1,1]> (r1, w2, b2)
  r2 = Relu (c2)
  pooled = GlobalAveragePool (r2)
  flat = Flatten (pooled)
  scores = MatMul (flat, w3)
}
"""


def cnn():
    """Two convolutions and a classifier."""
    model = parser.parse_model(CNN)
    random = numpy.random.RandomState(0)
    shapes = {"w1": (8, 3, 3, 3), "b1": (8,), "w2": (16, 8, 3, 3), "b2": (16,), "w3": (16, 10)}
    for name, shape in shapes.items():
        array = (random.standard_normal(shape) * 0.3).astype("float32")
        model.graph.initializer.append(numpy_helper.from_array(array, name))
    for number, node in enumerate(model.graph.node):
        node.name = "%s_%d" % (node.op_type, number)
    return model


def view(model):
    """``graph.Model`` of a proto."""
    from jetdoctor.model import from_proto

    return from_proto(model)


def saved(model, folder, name="model.onnx"):
    """Path of the model, written into ``folder``."""
    path = str(folder / name)
    onnx.save(model, path)
    return path


def one_node(op_type, inputs, output_shape=None, opset=13, domain="", constants=(), **attributes):
    """A model of one node; ``inputs`` maps names to (ONNX type, shape)."""
    node = helper.make_node(
        op_type, list(inputs) + [c.name for c in constants], ["y"], "only", domain=domain, **attributes
    )
    values = [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in inputs.items()]
    output = helper.make_tensor_value_info("y", 1, output_shape)
    graph = helper.make_graph([node], "g", values, [output], initializer=list(constants))
    imports = [helper.make_opsetid("", opset)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    return helper.make_model(graph, opset_imports=imports, ir_version=8)
