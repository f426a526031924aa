"""Local changes as blocks of a script: letters for tensors, text for nodes, one block for all that read the same."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Set, Tuple

from jetdoctor.fix.script import literals
from jetdoctor.fix.script.difference import CannotSay, Change

#: operators whose scales come from calibration: the next export has others
_CALIBRATED = {"QuantizeLinear", "DequantizeLinear", "QLinearConv", "QLinearMatMul"}

#: numbers that no size of a model is behind
_PLAIN = {-1, 0, 1}


@dataclass
class Place:
    """Where a block holds in the model at hand: the tensor behind each letter, and the outputs made anew."""

    letters: Dict[str, str]
    core: Tuple[str, ...]


@dataclass
class Block:
    """``find``, ``put`` and ``same`` as text; ``why`` is set by what knows the findings."""

    find: Tuple[str, ...]
    put: Tuple[str, ...]
    same: Tuple[Tuple[str, str], ...]
    numbers: bool  # whether new numbers come in, which may follow from the sizes of this model
    places: List[Place] = field(default_factory=list)
    changes: List[Change] = field(default_factory=list)


def blocks(changes: List[Change]) -> List[Block]:
    """Blocks for the changes; those that read alike share one, in the order of the graph."""
    found: Dict[Any, Block] = {}
    for change in changes:
        writer = _Writer(change)
        block = writer.block()
        known = found.setdefault((block.find, block.put, block.same), block)
        known.places.append(writer.place())
        known.changes.append(change)
    # What names more nodes is the more special: it comes first, so that a wider one does not take its nodes.
    return sorted(found.values(), key=lambda block: -len(block.find))


class _Writer:
    def __init__(self, change: Change) -> None:
        self.change, self.old, self.new = change, change.old, change.new
        self.letters: Dict[str, str] = {}
        self.names: Dict[str, str] = {}
        #: letters of the inputs that read a constant, one for each: another model may have several constants there
        self.slots: Dict[str, List[str]] = {}
        self.uses: Dict[str, int] = {}
        self.renamed = {new: old for old, new in change.same.items() if not self.old.has(new)}
        self.values: Set[str] = set()
        self.put_numbers: Set[int] = set()
        self.found_numbers: Set[int] = set()

    def block(self) -> Block:
        self.consumed = {
            name: self.old.array(name)
            for node in self.change.found for name in node.input if name in self.old.constants
        }  # fmt: skip
        ordered = sorted(self.change.put, key=lambda node: self.new.order[id(node)])
        read = [name for node in ordered for name in node.input] + list(self.change.same.values())
        #: constants of the new graph that no new node makes
        self.values = set(self.new.constants) - {name for node in ordered for name in node.output}
        self.formulas = {name: self._formula(name) for name in dict.fromkeys(read) if name in self.values}
        self.expressed = {name for formula in self.formulas.values() if formula for name in formula[1]}
        core = {name for node in self.change.core for name in node.output}
        made = {name for node in self.change.found for name in node.output if name}
        find = tuple(self._op(node, self._found_inputs(node, made), core, False) for node in self.change.found)
        put = tuple(self._op(node, [self._put_input(name) for name in node.input], core, True) for node in ordered)
        same = tuple(
            (self._letter(old), self._put_input(new)) for old, new in sorted(self.change.same.items())
            if new not in self.renamed or new in self.new.constants
        )  # fmt: skip
        return Block(find, put, same, bool(self.put_numbers - self.found_numbers - _PLAIN))

    def place(self) -> Place:
        core = tuple(sorted(name for node in self.change.core for name in node.output if name))
        return Place(dict(self.names), core)

    def _letter(self, name: str, kind: str = "n") -> str:
        name = self.renamed.get(name, name)
        if name not in self.letters:
            self.letters[name] = self._fresh(name, kind)
        return self.letters[name]

    def _fresh(self, name: str, kind: str) -> str:
        count = sum(letter.rstrip("0123456789") == kind for letter in self.names)
        letter = kind + (str(count + 1) if count else "")
        self.names[letter] = name
        return letter

    def _slot(self, name: str) -> str:
        """The letter of a constant that was found; read again, it is that of the next input that reads it."""
        letters, use = self.slots[name], self.uses.get(name, 0)
        self.uses[name] = use + 1
        return letters[min(use, len(letters) - 1)]

    def _op(self, node: Any, arguments: List[str], core: Set[str], put: bool) -> str:
        inputs = ", ".join(arguments)
        kinds = ["y" if name in core else "n" if put else "t" for name in node.output]
        outputs = ", ".join(repr(self._letter(name, kind) if name else "") for name, kind in zip(node.output, kinds))
        domain = ", domain=%r" % node.domain if node.domain else ""
        written: List[str] = []
        odd: List[str] = []
        for attribute in sorted(node.attribute, key=lambda attribute: attribute.name):
            if attribute.type == 5 and not put:
                continue
            text = literals.of_attribute(node, attribute)
            if attribute.type in (2, 7):
                numbers = [attribute.i] if attribute.type == 2 else list(attribute.ints)
                (self.put_numbers if put else self.found_numbers).update(numbers)
            plain = attribute.name.isidentifier() and not keyword.iskeyword(attribute.name)
            (written if plain else odd).append(
                "%s=%s" % (attribute.name, text) if plain else "%r: %s" % (attribute.name, text)
            )
        more = written + (["**{%s}" % ", ".join(odd)] if odd else [])
        return "op(%s)" % ", ".join(["%r, [%s], [%s]%s" % (node.op_type, inputs, outputs, domain)] + more)

    def _found_inputs(self, node: Any, made: Set[str]) -> List[str]:
        found = []
        for name in node.input:
            if name not in self.consumed:
                found.append(repr(self._letter(name, "t" if name in made else "x") if name else ""))
            elif name in self.expressed or not _tells(self.consumed[name], node):
                self.slots.setdefault(name, []).append(self._fresh(name, "x"))
                found.append(repr(self.slots[name][-1]))
            else:
                self.found_numbers.update(_integers(self.consumed[name]))
                found.append(literals.of_array(self.consumed[name]))
        return found

    def _put_input(self, name: str) -> str:
        if not name:
            return "''"
        if name not in self.values:
            return repr(self._letter(name))
        formula = self.formulas[name]
        if formula is None:
            array = self._value(name)
            self.put_numbers.update(_integers(array) if literals.short(array) else array.shape)
            return literals.of_array(array) if literals.short(array) else literals.generated(array)
        letters = [self._slot(one) for one in formula[1]]
        if formula[0] == "{0}":
            return repr(letters[0])
        return "lambda %s: %s" % (", ".join(letters), formula[0].format(*letters))

    def _formula(self, name: str) -> Optional[Tuple[str, Tuple[str, ...]]]:
        """A constant that a new node reads as one that was found, or as an expression of such."""
        import numpy as np

        if name in self.consumed and self.old.same_constant(name, self.new, name):
            return "{0}", (name,)
        array = self._value(name)
        if array.dtype.kind != "f" and literals.short(array):
            return None
        known = {one: value for one, value in self.consumed.items() if isinstance(value, np.ndarray)}
        return literals.computed(array, known)

    def _value(self, name: str) -> Any:
        import numpy as np

        array = self.new.array(name)
        if array is None:
            raise CannotSay("a new constant is in an external data file")
        return np.asarray(array)


def _integers(array: Any) -> List[int]:
    return [int(value) for value in array.flat] if array.dtype.kind in "iu" else []


def _tells(array: Optional[Any], node: Any) -> bool:
    """Whether a constant is part of what makes a node this one, and not a weight that training changes."""
    import numpy as np

    if not isinstance(array, np.ndarray) or not literals.short(array):
        return False
    if array.dtype.kind in "biu":
        return node.op_type not in _CALIBRATED
    return array.dtype.kind == "f" and array.size == 1 and node.op_type not in _CALIBRATED
