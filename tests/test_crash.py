"""What a rule, a row or a rewrite does wrong is JD000 for that rule; everything else stays."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

import jetdoctor.check as room
from jetdoctor.check.engine import Engine
from jetdoctor.facts import Knowledge, knowledge
from jetdoctor.facts.condition import Condition
from jetdoctor.model import from_proto
from jetdoctor.rule import Fix, Match, Rewrite
from jetdoctor.target import resolve
from tests.cases import parse

#: TopK's smallest values are misread, and its K is computed: two rules, the first by a row, both with fixes.
MODEL = """<ir_version: 8, opset_import: ["" : 17]>
g (float[1, 100] x, int64[1] k) => (float[1, 100] v, int64[1, 100] i, float[1, 100] r) {
  v, i = TopK <largest = 0> (x, k)
  r = Trilu (x)
}"""


def checked(monkeypatch, **rewrites):
    """Findings by rule of MODEL, with rewrites replaced by what is given (None: it does not exist)."""
    real = room.catalog()
    changed = dict({name: real.rewrites[name] for name in real.rewrites}, **rewrites)
    catalog = room.Catalog(real.rules, {name: code for name, code in changed.items() if code}, real.broken)
    return found_by(monkeypatch, Engine(catalog, knowledge()))


def found_by(monkeypatch, engine):
    monkeypatch.setattr(room, "_engine", lambda: engine)
    (result,) = room.check(from_proto(parse(MODEL)), resolve("tensorrt-8.4.1"))
    found = {}
    for finding in result.findings:
        found.setdefault(finding.rule, []).append(finding)
    return result, found


def raising(node):
    raise ValueError("moon phase")


def module(name, **keys):
    return SimpleNamespace(REWRITE=Rewrite(name=name, title="t", **keys))


def test_nothing_crashes_as_it_is(monkeypatch):
    result, found = checked(monkeypatch)
    assert "JD000" not in found and found["JD310"][0].fix.rewrite == "topk_negate" and result.verdict != "unknown"


@pytest.mark.parametrize(
    "broken, told",
    [
        (None, "rule JD310 crashed: there is no rewrite rules/rewrites/topk_negate.py"),
        (module("topk_negated"), "rule JD310 crashed: rules/rewrites/topk_negate.py declares the name topk_negated"),
        (module("topk_negate", fits=raising), "rule JD310 crashed: ValueError: moon phase"),
        (SimpleNamespace(), "rule JD310 crashed: AttributeError"),
    ],
    ids=["missing", "misnamed", "raising", "empty"],
)  # fmt: skip
def test_a_broken_rewrite_is_told_and_its_finding_stays(monkeypatch, broken, told):
    result, found = checked(monkeypatch, topk_negate=broken)
    (crash,) = found["JD000"]
    assert crash.message.startswith(told)
    assert found["JD310"][0].severity == "error" and not any(f.rewrite for f in found["JD310"][0].fixes)
    assert set(found) - {"JD000"} == set(checked(monkeypatch)[1]) and result.verdict == "unknown"


def test_a_detector_that_names_no_rewrite_keeps_its_finding(monkeypatch):
    rule = room.catalog().rules["JD302"]
    rules = dict(room.catalog().rules)

    def check_node(node):
        yield Match("odd", node=node, fixes=(Fix("Mend it", rewrite="no_such"), Fix("By hand", "manual")))

    shown = SimpleNamespace(check_node=check_node, describe=None)
    rules["JD302"] = room.CatalogRule(replace(rule.rule, ops=("Trilu",)), "", "operators", ("node",), lambda: shown)
    catalog = room.Catalog(rules, room.catalog().rewrites)
    _, found = found_by(monkeypatch, Engine(catalog, knowledge()))
    odd = [f for f in found["JD302"] if f.message == "odd"]
    assert [fix.title for fix in odd[0].fixes] == ["By hand"]
    assert "there is no rewrite rules/rewrites/no_such.py" in found["JD000"][0].message


def test_words_that_fail_leave_the_other_findings(monkeypatch):
    monkeypatch.setattr(room.catalog().rules["JD310"].module, "describe", raising_words)
    _, found = checked(monkeypatch)
    assert "JD310" not in found and "moon phase" in found["JD000"][0].message and len(found) > 1


def raising_words(node, row):
    raise ValueError("moon phase")


def test_a_condition_that_fails_is_told(monkeypatch):
    class Raising(Condition):
        takes = {"x": {"const": True}}

        def holds(self, seen):
            raise ValueError("moon phase")

    known = Knowledge()
    (fact,) = [f for f in known.rows("TopK", "misread") if f["status"] == "wrong-output"]
    fact._read = ((Raising({"x": True}),), None)
    _, found = found_by(monkeypatch, Engine(room.catalog(), known))
    assert "moon phase" in found["JD000"][0].message and len(found) > 1


def test_a_row_that_the_grammar_does_not_know_is_told_and_left_out(monkeypatch):
    known = Knowledge()
    line = known._lines["TopK"]
    assert '"opset_min":11' in line
    known._lines["TopK"] = line.replace('"opset_min":11', '"opset_mim":11')
    _, found = found_by(monkeypatch, Engine(room.catalog(), known))
    for finding in found["JD000"]:
        assert finding.message.startswith("the fact TopK")
        assert "cannot be read: key opset_mim: no condition of that name" in finding.message
    assert "JD310" not in found and len(found) > 1


def test_a_node_that_makes_nothing_is_offered_no_rewrite():
    model = parse("""<ir_version: 8, opset_import: ["" : 13]>
    g (float[1, 8] x, float s) => (float[1, 8] y) <int8 z = {0}> {
      q = QuantizeLinear (x, s, z)
      y = DequantizeLinear (q, s, z)
    }""")
    del model.graph.node[0].output[:]
    (result,) = room.check(from_proto(model), resolve("tensorrt-8.4.1"))
    fixes = {(f.rule, f.location.op_type): f.fix.rewrite if f.fix else None for f in result.findings}
    assert not [rule for rule, _ in fixes if rule == "JD000"]
    assert fixes["JD407", "QuantizeLinear"] is None and fixes["JD407", "DequantizeLinear"] == "quantized_in_float"
