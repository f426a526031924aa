"""JSON schemas of the values that conditions take, and the few words of JSON schema that they are written in."""

from __future__ import annotations

from typing import Any, Dict

Schema = Dict[str, Any]

INDEX: Schema = {"type": "integer", "minimum": 0}
COUNT: Schema = {"type": "integer", "minimum": 0}
INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
TEXT: Schema = {"type": "string"}
#: A condition without a value is written ``true``.
FLAG: Schema = {"const": True}
BOOL: Schema = {"type": "boolean"}
SCALAR: Schema = {"type": ["number", "string", "boolean"]}

_TYPES = {
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
}


def array(items: Schema) -> Schema:
    """One or more values."""
    return {"type": "array", "items": items, "minItems": 1}


def one_of(*values: Any) -> Schema:
    """One of the given words."""
    return {"enum": list(values)}


def by_name(values: Schema) -> Schema:
    """An object with a value for each attribute name, at least one."""
    return {"type": "object", "additionalProperties": values, "minProperties": 1}


def by_input(values: Schema) -> Schema:
    """An object with a value for each input index, written as a string, at least one."""
    by_index = {"patternProperties": {"^[0-9]+$": values}, "additionalProperties": False}
    return dict({"type": "object", "minProperties": 1}, **by_index)


def fits(schema: Schema, value: Any) -> bool:
    """Whether a value is what the schema allows."""
    if "const" in schema:
        return value is schema["const"]
    if "enum" in schema:
        return value in schema["enum"]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(_TYPES[kind](value) for kind in kinds):
        return False
    if isinstance(value, list):
        return len(value) >= schema.get("minItems", 0) and all(fits(schema["items"], item) for item in value)
    if isinstance(value, dict):
        return len(value) >= schema.get("minProperties", 0) and all(_member(schema, k, v) for k, v in value.items())
    return not isinstance(value, (int, float)) or value >= schema.get("minimum", value)


def _member(schema: Schema, name: str, value: Any) -> bool:
    if "patternProperties" in schema:
        (values,) = schema["patternProperties"].values()
        return name.isdigit() and fits(values, value)
    return fits(schema["additionalProperties"], value)
