"""The grammar of fact rows: what its classes say of themselves, and the pages that are made of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jetdoctor.rules import compile_facts

from jetdoctor.facts.condition import BadCondition
from jetdoctor.facts.grammar import classes, condition, conditions
from jetdoctor.facts.schema import BOOL, COUNT, FLAG, INDEX, array, by_input, by_name, fits, one_of

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_the_schema_takes_every_file_and_refuses_a_misspelt_key():
    jsonschema = pytest.importorskip("jsonschema")
    check = jsonschema.Draft202012Validator(json.loads((DOCS / "facts.schema.json").read_text("utf-8")))
    for content in compile_facts.bodies(compile_facts.read()).values():
        check.validate({"operator": "O", **content})
    clip = json.loads((compile_facts.FACTS / "Clip.json").read_text("utf-8"))
    clip["misread"][0]["when"] = {"opset_mim": 11}
    assert not check.is_valid(clip)


def test_every_condition_documents_itself():
    for found in classes():
        text = (found.__doc__ or "").strip()
        assert text.endswith(".") and found.key() in found.takes, found


def test_no_two_conditions_take_the_same_keys():
    taken = [frozenset(found.takes) for found in classes()]
    assert len(taken) == len(set(taken))


@pytest.mark.parametrize(
    "spec, key",
    [
        ({"opset_mim": 11}, "opset_mim"),
        ({"input": 1, "kind": "initialiser"}, "kind"),
        ({"input": -1, "kind": "initializer"}, "input"),
        ({"input": 1, "kind": "initializer", "tensor_only": True}, "input, kind, tensor_only"),
        ({"input": 1, "dtype": "FLOAT"}, "dtype"),
        ({"input": 1, "dtype": ["FLOATS"]}, "dtype"),
        ({"rank": [4]}, "rank"),
        ({}, "require"),
        ({"zero_in_shape": 1}, "zero_in_shape"),
        ({"opset_min": True}, "opset_min"),
    ],
)
def test_what_the_grammar_does_not_know_is_refused_by_key(spec, key):
    with pytest.raises(BadCondition) as caught:
        condition(spec)
    assert caught.value.key == key


def test_a_when_takes_conditions_of_one_key_only():
    assert [one.value for one in conditions({"opset_min": 7, "input_absent": 2})] == [7, 2]
    with pytest.raises(BadCondition):
        conditions({"input": 1, "kind": "initializer"})


@pytest.mark.parametrize(
    "schema, good, bad",
    [
        (INDEX, [0, 3], [-1, True, 1.0, "1"]),
        (COUNT, [0], [None]),
        (FLAG, [True], [1, False]),
        (BOOL, [True, False], [0]),
        (array(INDEX), [[1]], [[], [-1], 1]),
        (one_of("a", "b"), ["a"], ["c"]),
        (by_name(COUNT), [{"axis": 1}], [{}, {"axis": -1}, []]),
        (by_input(array(COUNT)), [{"0": [4]}], [{"x": [4]}, {"0": 4}, {}]),
    ],
)  # fmt: skip
def test_schemas(schema, good, bad):
    assert all(fits(schema, value) for value in good) and not any(fits(schema, value) for value in bad)


def test_a_condition_is_said_in_three_forms():
    kind = condition({"input": 1, "kind": "initializer"}, "Clip")
    assert kind.said() == "min (input 1) is an initializer"
    assert kind.required() == "min (input 1) must be an initializer"
    assert kind.forbidden() == "min (input 1) must not be an initializer"
    rank = condition({"input": 0, "rank": [3, 4]})
    assert rank.required() == "input 0 must have rank 3 or 4" and rank.said() == "input 0 has rank 3 or 4"
