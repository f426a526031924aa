"""The fact files hold together, and the checker of the facts sees what is wrong."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from jetdoctor.rules import compile_facts
from jetdoctor.rules.facts_checks import problems
from jetdoctor.rules.facts_layout import NO_OPERATOR, SECTIONS, WIDTH, layout, parse

from jetdoctor.check import catalog
from jetdoctor.facts import Knowledge, knowledge
from jetdoctor.facts.grammar import classes
from jetdoctor.types import parse_version

FACTS = compile_facts.read()


def every(section):
    known = knowledge()
    names = sorted(known.operators) + ["(model)", "(any)", "(graph input)", "(initializer)", "(elementwise)"]
    return [fact for name in names for fact in known.rows(name, section)]


def test_facts_hold_together():
    assert list(problems(FACTS)) == []


def test_files_are_laid_out_and_compiled():
    """After a change in rules/facts: python3 rules/compile_facts.py --format."""
    assert list(compile_facts.stale(FACTS)) == []


def test_the_compiled_file_says_what_the_files_say():
    known = Knowledge()
    for name, body in compile_facts.bodies(FACTS).items():
        for section in SECTIONS:
            rows = [dict(fact.row) for fact in known.rows(name, section)]
            for row in rows:
                assert row.pop("op") == name
                if "id" in row:
                    row["id"] = row["id"].split("/", 1)[1]
            assert rows == body.get(section, [])
    assert [dict(fact.row) for fact in known.releases] == FACTS["_releases.json"]


def test_elementwise_rows_are_shared():
    assert knowledge().shared("Add") == ["(elementwise)"] and not knowledge().shared("Concat")


def test_every_rule_is_reached():
    """A rule without a detector has rows.

    JD301 and JD304 get theirs from the importer tables, category "engine" speaks for a crash or ``verify``, and
    "dla" for the division of a model.
    """
    named = {fact.get("rule") for section in SECTIONS for fact in every(section)}
    idle = [
        rule_id
        for rule_id, found in catalog().rules.items()
        if not any(found.detector(scope) for scope in ("node", "model", "target", "device")) and rule_id not in named
    ]
    assert [r for r in idle if catalog().rules[r].category not in ("engine", "dla")] == ["JD301", "JD304"]


def test_every_condition_is_used():
    used = set()
    for section in SECTIONS:
        for fact in every(section):
            used.update(map(type, fact.when))
            used.add(type(fact.demand))
    assert set(classes()) <= used, "a condition that no row takes goes"


def test_misread_rows_are_reported_as_misread():
    """A fact of status wrong-output belongs to a rule, and its rule is not one of pure refusals."""
    refusals = {"JD302", "JD303", "JD306", "JD401", "JD402"}
    for fact in every("misread"):
        if fact["status"] == "wrong-output":
            assert fact["rule"] not in refusals, fact["id"]


def test_a_measured_release_is_known_as_such():
    known = knowledge()
    assert known.basis(parse_version("8.4.3")) == "measured" and known.basis(parse_version("8.4.2")) == "read"
    assert known.basis(()) == known.basis((6, 0)) == "unknown"


def planted(change):
    """Problems of a few of the files with the content of one changed."""
    facts = copy.deepcopy({name: FACTS[name] for name in ("Clip.json", "Relu.json", *NO_OPERATOR)})
    change(facts)
    return list(problems(facts))


def form(**changes):
    made = {
        "id": "form", "since": "8.0", "before": "8.5", "status": "ok", "basis": "read", "when": {}, "change": "c",
        "source": "s",
    }  # fmt: skip
    return dict(made, **changes)


def _clip(section, index, **changes):
    return lambda facts: facts["Clip.json"][section][index].update(changes)


def _next_release(facts):
    """A release that no target can be called like."""
    rows = facts["_releases.json"]
    rows.append(dict(rows[-1], since="99.1"))
    rows[-2]["before"] = "99.1"


def _relu(**body):
    return lambda facts: facts["Relu.json"].update(body)


@pytest.mark.parametrize(
    "change, told",
    [
        (_clip("misread", 0, when={"opset_mim": 11}), "Clip: misread[0], since 7.1: key opset_mim"),
        (_clip("refused", 0, require={"inptu": 1}), "Clip: refused[0], since 7.1: key inptu"),
        (_clip("refused", 0, require={"input": 1, "kind": "initialiser"}), "Clip: refused[0], since 7.1: key kind"),
        (_clip("refused", 0, require={"input": 1, "kind": "initializer", "x": 1}), "Clip: refused[0], since 7.1: key"),
        (_clip("refused", 0, require={"kind": "initializer"}), "Clip: refused[0], since 7.1: key kind: is no"),
        (_clip("refused", 0, when={"input": 1, "kind": "initializer"}), "Clip: refused[0], since 7.1: key kind"),
        (_clip("misread", 0, moon="full"), "Clip: misread[0], since 7.1: key moon: not known"),
        (_clip("importer", 1, since="8.2", before="8.0"), "Clip: importer[1], since 8.2: key before: the row ends"),
        (_clip("importer", 1, since="8.1"), "Clip: importer[1], since 8.1: key since: leaves a gap"),
        (_clip("importer", 1, since="7.2"), "Clip: importer[1], since 7.2: key since: overlaps"),
        (_clip("importer", 1, before="soon"), "Clip: importer[1], since 8.0: key before: 'soon' is no version"),
        (_clip("refused", 0, source=""), "Clip: refused[0], since 7.1: key source"),
        (_clip("refused", 0, rule="JD999"), "Clip: refused[0], since 7.1: key rule: there is no rule JD999"),
        (_clip("refused", 0, fix=["promote"]), "Clip: refused[0], since 7.1: key fix: there is no rewrite promote"),
        (_clip("refused", 0, forbid={"input": 1}), "Clip: refused[0], since 7.1: key require: a row must either"),
        (
            lambda f: f["Clip.json"]["refused"].append(f["Clip.json"]["refused"][0]),
            "Clip: refused[8], since 7.1: key since: says the same as",
        ),
        (_next_release, "_releases: release[%d], since 99.1: key since: rules/data" % len(FACTS["_releases.json"])),
        (lambda f: f["_releases.json"][2].update(since="8.1"), "_releases: release[2], since 8.1: key since: leaves a"),
        (lambda f: f["Clip.json"]["refused"][0].pop("basis"), "Clip: refused[0], since 7.1: key basis: is missing"),
        (_clip("refused", 0, basis="raed"), "Clip: refused[0], since 7.1: key basis: 'raed' does not begin"),
        (lambda f: f["Clip.json"].pop("importer"), "Clip: key importer: is missing"),
        (lambda f: f["Clip.json"].update(operator="Clap"), "Clip: key operator: the file must be called"),
        (_relu(misred=[]), "Relu: key misred: no section"),
        (_relu(misread=[form(status="rejected")]), "Relu: misread[0], since 8.0: key rule: is missing"),
        (_relu(misread=[form(status="odd")]), "Relu: misread[0], since 8.0: key status: odd"),
        (
            _relu(misread=[form(), form(since="8.4", before=None, status="wrong-output", rule="JD204")]),
            "Relu: misread[1], since 8.4: key status: the same form has another status",
        ),
        (
            lambda f: f["Clip.json"]["refused"].append(
                dict({k: v for k, v in f["Clip.json"]["refused"][0].items() if k != "require"},
                     forbid=f["Clip.json"]["refused"][0]["require"])),
            "Clip: refused[0], since 7.1: key require: rules/facts/Clip.json: refused[8]",
        ),
    ],
)  # fmt: skip
def test_a_planted_mistake_is_refused_by_file_row_and_key(change, told):
    found = planted(change)
    file, _, rest = told.partition(": ")
    assert found[0].startswith("rules/facts/%s.json: %s" % (file, rest)) and len(found) <= 3


def test_forms_that_follow_each_other_are_no_contradiction():
    later = form(since="8.5", before=None, status="wrong-output", rule="JD204")
    assert planted(_relu(misread=[form(), later])) == []


def test_a_key_that_stands_twice_is_refused(tmp_path):
    (tmp_path / "Relu.json").write_text('{"operator": "Relu", "importer": [{"since": "7.1", "since": "8.0"}]}')
    with pytest.raises(ValueError, match="Relu.json: key 'since' stands twice"):
        compile_facts.read(tmp_path)


def test_layout_keeps_the_content_and_is_stable():
    for name, content in FACTS.items():
        text = layout(content)
        assert parse(text) == content and layout(parse(text)) == text, name


def test_a_row_is_a_few_lines():
    text = Path(compile_facts.FACTS, "Clip.json").read_text(encoding="utf-8")
    rows = sum(len(FACTS["Clip.json"][section]) for section in SECTIONS if section in FACTS["Clip.json"])
    assert 2 * rows < len(text.splitlines()) < 8 * rows
    short = [line for line in text.splitlines() if len(line) < WIDTH]
    assert len(short) > 0.8 * len(text.splitlines())


def test_check_changes_nothing_and_tells_what_is_stale(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "facts"
    folder.mkdir()
    for name in FACTS:
        (folder / name).write_text((compile_facts.FACTS / name).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(compile_facts, "FACTS", folder)
    monkeypatch.setattr(compile_facts, "COMPILED", tmp_path / "facts.jsonl")
    monkeypatch.setattr(compile_facts, "ISSUES", tmp_path / "known_issues.json")
    monkeypatch.setattr(compile_facts, "RULES", tmp_path / "rules.json")
    monkeypatch.setattr(compile_facts, "DOCS", tmp_path)
    monkeypatch.setattr(compile_facts, "SENTENCES", tmp_path / "sentences.txt")
    monkeypatch.setattr(compile_facts.read, "__defaults__", (folder,))
    assert compile_facts.main(["--check"]) == 1 and "facts.jsonl: not up to date" in capsys.readouterr().out
    (folder / "Clip.json").write_text(json.dumps(FACTS["Clip.json"]), encoding="utf-8")
    assert compile_facts.main(["--check"]) == 1 and "Clip.json: not formatted" in capsys.readouterr().out
    assert compile_facts.main(["--format"]) == 0 and compile_facts.main(["--check"]) == 0
