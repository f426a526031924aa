"""Every rewrite and adapter is exercised by a test that compares outputs, and none is there for nobody."""

from __future__ import annotations

import ast
from pathlib import Path

from jetdoctor.catalog import catalog
from jetdoctor.facts import knowledge
from jetdoctor.facts.rows import WALLS
from jetdoctor.fix import opset
from jetdoctor.fix.opset import registry
from tests import exercised

ROOT = Path(__file__).resolve().parents[1]

AGAIN = "no test compares its outputs: write one and record it (tests/exercised.py says how)"


def test_every_rewrite_is_exercised():
    recorded = exercised.recorded()
    missing = sorted(name for name in catalog().rewrites if "rewrite " + name not in recorded)
    assert missing == [], AGAIN


def test_every_adapter_is_exercised():
    assert opset
    recorded = exercised.recorded()
    missing = sorted("%s %d" % key for key in registry._ADAPTERS if "adapter %s %d" % key not in recorded)
    assert missing == [], AGAIN


def test_what_was_recorded_is_there():
    """A rewrite that goes leaves the record, and so does a test file."""
    for line, file in exercised.recorded().items():
        assert (ROOT / "tests" / file).exists(), file
        if line.startswith("rewrite "):
            assert line.split()[1] in catalog().rewrites, line


def asked_for():
    """Names of rewrites in rows and, as text, in the code of rules and of jetdoctor."""
    known = knowledge()
    rows = [fact for name in known.names for section in WALLS for fact in known.rows(name, section)]
    found = {request for fact in rows for request in fact.get("fix", ())}
    found.update(name for row in catalog_tables() for name in row)
    for folder in ("rules", "jetdoctor"):
        for path in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
            found.update(texts - {path.stem})
    return found


def catalog_tables():
    from jetdoctor.data import table

    return [row.get("fix", ()) for row in table("contrib_operators")]


def test_every_rewrite_is_asked_for():
    assert sorted(set(catalog().rewrites) - asked_for()) == []
