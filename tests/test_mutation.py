"""Switching off any one rule makes one of its cases fail.

In process: the findings of a rule's first firing case with the rule, and without it. A rule is switched off where
it acts: its detectors are taken away, and the fact rows that name it are not matched.
"""

from __future__ import annotations

import json

import pytest

import jetdoctor.check as room
from jetdoctor.catalog import Catalog
from jetdoctor.check.engine import Engine
from jetdoctor.facts import knowledge
from jetdoctor.model import from_proto
from jetdoctor.types import Device, Fact
from tests.cases import every_case, parse

FIRING = {}
for _case in every_case():
    if _case.fires:
        FIRING.setdefault(_case.rule, _case)


class Without(Engine):
    """An engine in which one rule is switched off."""

    def __init__(self, rule_id):
        rules = {key: found for key, found in room.catalog().rules.items() if key != rule_id}
        super().__init__(Catalog(rules, room.catalog().rewrites), knowledge())
        self.off = rule_id

    def _fact_hits(self, places, *rest):
        return super()._fact_hits(lambda: (p for p in places() if p.fact["rule"] != self.off), *rest)


def reported(case):
    """Rule ids that a check reports for a case."""
    device = None
    if "device" in case.blocks:
        device = Device({key: Fact(value) for key, value in json.loads(case.blocks["device"]).items()})
    if "onnx" not in case.blocks:
        return [finding.rule for finding in room.check_device(device)]
    model = from_proto(parse(case.blocks["onnx"]))
    (result,) = room.check(model, case.targets, device)
    return [finding.rule for finding in result.findings]


def test_every_rule_has_a_firing_case():
    """Those of the category "engine" speak for a crash or for ``verify``: no model makes them fire."""
    rules = room.catalog().rules
    assert set(FIRING) == {rule_id for rule_id in rules if rules[rule_id].category != "engine"}


@pytest.mark.parametrize("rule_id", sorted(FIRING))
def test_a_rule_that_is_switched_off_is_missed(rule_id, monkeypatch):
    assert rule_id in reported(FIRING[rule_id])
    engine = Without(rule_id)
    monkeypatch.setattr(room, "_engine", lambda: engine)
    left = reported(FIRING[rule_id])
    assert rule_id not in left and "JD000" not in left
