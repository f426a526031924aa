"""What a condition of a fact row is: one class per key, one instance per row.

A class says all that is known of its key: which values it takes, whether it holds at a node, how it is said, and (its
docstring) how it is documented. ``jetdoctor/facts/conditions/`` holds the classes, a file for each subject; what lies
there is found.
"""

from __future__ import annotations

from typing import Any, ClassVar, Iterable, Mapping, Optional, Sequence, Tuple

from jetdoctor.facts.labels import input_label
from jetdoctor.facts.schema import Schema, fits
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node

#: True, False, or None for "cannot be told from the file".
Answer = Optional[bool]

#: A verb as in "is" and as in "must be".
Verb = Tuple[str, str]
IS, ARE, HAS, HAVE = ("is", "be"), ("are", "be"), ("has", "have"), ("have", "have")

#: Subject, verb and the rest of a sentence: ("input 2", IS, "an initializer").
Words = Tuple[str, Verb, str]


class BadCondition(ValueError):
    """A condition that the grammar does not know; ``key`` is the key that is wrong."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(text)
        self.key = key


class Condition:
    """One condition of a row.

    ``takes`` are the keys that make it, each with the schema of its value; the last one is the condition's own, and
    its value is ``self.value``. ``may_take`` are keys that may stand beside them. A condition with a single key may
    stand in ``when``; any may stand in ``require`` or ``forbid``.
    """

    takes: ClassVar[Mapping[str, Schema]] = {}
    may_take: ClassVar[Mapping[str, Schema]] = {}
    #: the input that it always speaks of
    about: ClassVar[Optional[int]] = None

    def __init__(self, spec: Mapping[str, Any], op_type: str = "") -> None:
        for key, value in spec.items():
            schema = self.takes[key] if key in self.takes else self.may_take[key]
            if not fits(schema, value):
                raise BadCondition(key, "%r is not a valid value for it" % (value,))
        self.spec = spec
        self.op_type = op_type
        self.value = spec[self.key()]
        #: the input that it speaks of, if there is one
        self.input: Optional[int] = spec.get("input", self.about)

    def label(self, index: int) -> str:
        """How a user would call an input of the operator: "axes (input 1)"."""
        return input_label(self.op_type, index)

    @classmethod
    def key(cls) -> str:
        """The condition's own key."""
        return list(cls.takes)[-1]

    def holds(self, seen: Seen) -> Answer:
        """Whether it holds at the node."""
        raise NotImplementedError

    def words(self) -> Words:
        """Subject, verb and the rest of the sentence that says it: ("input 2", IS, "an initializer")."""
        raise NotImplementedError

    def said(self) -> str:
        """As a statement: "input 2 is an initializer"."""
        subject, verb, rest = self.words()
        return "%s %s %s" % (subject, verb[0], rest)

    def required(self) -> str:
        """As a demand: "input 2 must be an initializer"."""
        subject, verb, rest = self.words()
        return "%s must %s %s" % (subject, verb[1], rest)

    def forbidden(self) -> str:
        """As a ban: "input 2 must not be an initializer"."""
        subject, verb, rest = self.words()
        return "%s must not %s %s" % (subject, verb[1], rest)

    def broken(self, node: Node, when: Sequence["Condition"]) -> str:
        """What a node has that breaks the demand or ban, for its finding; "" when the row's note says it better."""
        return ""


def listed(items: Sequence[Any], word: str = "or") -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    names = [str(item) for item in items]
    return names[0] if len(names) == 1 else "%s %s %s" % (", ".join(names[:-1]), word, names[-1])


def all_of(answers: Iterable[Answer]) -> Answer:
    """True when all are, False when one is, None when it cannot be told."""
    unknown = False
    for answer in answers:
        if answer is False:
            return False
        unknown = unknown or answer is None
    return None if unknown else True
