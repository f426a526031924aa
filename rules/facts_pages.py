"""Pages made of the classes of conditions: docs/conditions.md and docs/facts.schema.json (by compile_facts.py)."""

from __future__ import annotations

import json
import sys
from typing import Any, Dict, Iterable, List

from jetdoctor.rules.facts_checks import KEYS
from jetdoctor.rules.facts_layout import SECTIONS

from jetdoctor.dla.conditions import classes as dla_classes
from jetdoctor.dla.conditions import conditions as dla_conditions
from jetdoctor.facts import Fact
from jetdoctor.facts.grammar import classes
from jetdoctor.facts.schema import SCALAR
from jetdoctor.facts.vocabulary import DTYPE

HEAD = """# Conditions of fact rows

Made by `python3 rules/compile_facts.py` from the classes in `jetdoctor/facts/conditions/`. A row's `when` holds any
number of conditions of one key, `require` and `forbid` hold exactly one condition. Inputs are counted from 0.
"""


def page(facts: Iterable[Fact]) -> str:
    """docs/conditions.md, with examples from the facts."""
    lines, examples = [HEAD], _examples(facts)
    module = ""
    for found in classes():
        if found.__module__ != module:
            module = found.__module__
            lines += ["## " + (sys.modules[module].__doc__ or "").strip().splitlines()[0].rstrip(".") + "\n"]
        lines += _entry(found, examples.get(found))
    lines.append("## Rows of section `dla`\n")
    for found in dla_classes():
        lines += _dla_entry(found, examples[found])
    return "\n".join(lines).rstrip() + "\n"


def _examples(facts: Iterable[Fact]) -> Dict[Any, Any]:
    """For every class the first condition of the facts that it is."""
    found: Dict[Any, Any] = {}
    for fact in facts:
        for one in dla_conditions(fact["when"]) if fact.own else ():
            found.setdefault(type(one), one)
        for one in (*fact.when, *([fact.demand] if fact.demand else [])):
            found.setdefault(type(one), one)
    return found


def _entry(found: Any, example: Any) -> List[str]:
    """What a class says of itself; ``example`` is None where no row takes it."""
    keys = ", ".join("`%s`" % key for key in found.takes)
    more = ", ".join("`%s`" % key for key in found.may_take)
    text = " ".join((found.__doc__ or "").split())
    values = "; ".join("`%s`: %s" % (key, _value(schema)) for key, schema in {**found.takes, **found.may_take}.items())
    if example is None:
        return ["### %s\n" % keys, text + "\n", "* " + values + "\n"]
    said = "`%s`: %s; required: %s; forbidden: %s." % (
        json.dumps(example.spec),
        example.said(),
        example.required(),
        example.forbidden(),
    )
    return ["### %s%s\n" % (keys, " (%s)" % more if more else ""), text + "\n", "* " + values, "* " + said + "\n"]


def _dla_entry(found: Any, example: Any) -> List[str]:
    """What a class of a row about the DLA says of itself; some row takes each."""
    (head, text, values) = _entry(found, None)
    return [head, text, values.rstrip(), "* `%s`: %s.\n" % (json.dumps(example.spec), example.said())]


def _value(schema: Dict[str, Any]) -> str:
    """A schema in words."""
    if "const" in schema:
        return "`true`"
    if schema is SCALAR:
        return "a number, a string or `true`/`false`"
    if "enum" in schema:
        many = len(schema["enum"]) > 8
        return "an ONNX element type" if many else "one of " + ", ".join("`%s`" % word for word in schema["enum"])
    if schema["type"] == "array":
        return "a list of which each is " + _value(schema["items"])
    if schema["type"] == "object":
        inside = schema.get("patternProperties", {}).get("^[0-9]+$") or schema["additionalProperties"]
        name = "input" if "patternProperties" in schema else "attribute"
        return "for each %s %s" % (name, _value(inside))
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    words = {"integer": "a whole number", "array": "a list of inputs", "boolean": "`true` or `false`"}
    words["string"] = "a name"
    return " or ".join(words.get(kind, "a " + kind) for kind in kinds)


def _refs(schema: Any) -> Any:
    """A schema in which the long list of element types is a reference."""
    if schema is DTYPE:
        return {"$ref": "#/$defs/dtype"}
    if isinstance(schema, dict):
        return {key: _refs(schema[key]) for key in schema}
    return [_refs(item) for item in schema] if isinstance(schema, list) else schema


def schema() -> Dict[str, Any]:
    """docs/facts.schema.json as it should be: what an operator's file may hold."""

    from jetdoctor.facts.grammar import classes

    single = {found.key(): found.takes[found.key()] for found in classes() if len(found.takes) == 1}
    when = {"type": "object", "properties": single, "additionalProperties": False}
    demands = [
        {
            "type": "object",
            "properties": {**found.takes, **found.may_take},
            "required": list(found.takes),
            "additionalProperties": False,
        }
        for found in classes()
    ]
    row: Dict[str, Any] = {}
    for section in SECTIONS:
        kind = section if section in KEYS else "form"
        needed, allowed = (keys.split() for keys in KEYS[kind])
        properties: Dict[str, Any] = {key: {} for key in needed + allowed}
        for key, ref in (("when", "when"), ("require", "demand"), ("forbid", "demand")):
            if key in properties and section != "dla":
                properties[key] = {"$ref": "#/$defs/" + ref}
        row[section] = {
            "type": "array",
            "items": {"properties": properties, "required": needed, "additionalProperties": False},
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "rules/facts/<Operator>.json of jetdoctor",
        "type": "object",
        "properties": {"operator": {"type": "string"}, "stands_for": {"type": "array"}, **row},
        "required": ["operator"],
        "additionalProperties": False,
        "$defs": {"when": _refs(when), "demand": {"anyOf": _refs(demands)}, "dtype": DTYPE},
    }


def schema_text() -> str:
    """The text of docs/facts.schema.json."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
