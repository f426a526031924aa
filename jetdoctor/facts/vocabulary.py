"""Words that several conditions share."""

from jetdoctor.facts.schema import one_of
from jetdoctor.graph import DTYPE_NAMES

#: An element type by its ONNX name.
DTYPE = one_of(*DTYPE_NAMES.values())
