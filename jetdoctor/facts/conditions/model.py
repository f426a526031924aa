"""Conditions on a whole model, or on any node or tensor of it: rows of the pseudo operators in brackets.

They are not asked of a single node. ``jetdoctor.check.model_facts`` looks at the model and reads their values.
"""

from jetdoctor.facts.condition import ARE, HAS, IS, Answer, Condition, Words, listed
from jetdoctor.facts.schema import BOOL, COUNT, FLAG, array, one_of
from jetdoctor.facts.seen import Seen
from jetdoctor.facts.vocabulary import DTYPE


class OfModel(Condition):
    """What a look at one node cannot tell."""

    def holds(self, seen: Seen) -> Answer:
        return None


class ModelForm(OfModel):
    """A trait of the model as a whole."""

    takes = {
        "model": one_of(
            "functions", "default domain spelled out", "opset beyond documented", "opset below 7", "ir_version"
        )
    }

    def words(self) -> Words:
        return "the model", HAS, self.value


class SparseInitializers(OfModel):
    """The model has sparse initializers."""

    takes = {"graph": one_of("sparse_initializer")}

    def words(self) -> Words:
        return "the model", HAS, "sparse initializers"


class ForeignDomain(OfModel):
    """The node is of another domain than these."""

    takes = {"domain_not": array({"type": "string"})}

    def words(self) -> Words:
        return "the domain", IS, "none of %s" % listed([name or '""' for name in self.value])


class NamedLikeBuiltin(OfModel):
    """The parser has (``false``: has not) an importer of that name, whatever the domain."""

    takes = {"op_type_in_builtin": BOOL}

    def words(self) -> Words:
        return "the name", IS, "%sthat of an importer" % ("" if self.value else "not ")


class TensorDtype(OfModel):
    """A tensor has one of these element types."""

    takes = {"dtype": array(DTYPE)}

    def words(self) -> Words:
        return "its type", IS, listed(self.value)


class Where(OfModel):
    """Where the tensor stands: between two nodes."""

    takes = {"where": one_of("intermediate")}

    def words(self) -> Words:
        return "the tensor", IS, "passed from node to node"


class OutputDtype(OfModel):
    """A node has an output of this element type. ``unless``: that is no output of the graph."""

    takes = {"output_dtype": DTYPE}
    may_take = {"unless": one_of("graph output")}

    def words(self) -> Words:
        return "an output", IS, self.value + (" unless it is a graph output" if "unless" in self.spec else "")


class NestingMax(OfModel):
    """Graphs are nested at most this deep."""

    takes = {"nesting_max": COUNT}

    def words(self) -> Words:
        return "graphs", ARE, "nested at most %d deep" % self.value


class OpsetImportsMax(OfModel):
    """The model imports at most this many domains."""

    takes = {"opset_imports_max": COUNT}

    def words(self) -> Words:
        return "the model", HAS, "at most %d domains" % self.value


class MoreOutputs(OfModel):
    """The node lists more outputs than the importer makes; each operator's own rows (JD305) say so."""

    takes = {"more_outputs_than_importer": FLAG}

    def words(self) -> Words:
        return "the node", HAS, "more outputs than its importer produces"
