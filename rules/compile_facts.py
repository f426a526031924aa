"""Compile ``rules/facts/`` into what is loaded at run time: ``rules/data/facts.jsonl`` and ``known_issues.json``.

Beside it, ``rules/sentences.txt`` has every row in the words of jetdoctor, for reviewers and for the tests, and
``docs/conditions.md`` lists every condition that a row may make. The index of the rule files (``index_rules.py``) is
made anew as well.

    python3 rules/compile_facts.py             check the facts and compile them
    python3 rules/compile_facts.py --format    lay out the files of rules/facts/ first
    python3 rules/compile_facts.py --check     change nothing; exit 1 when something is wrong or not up to date

Every problem is one line that names the file, the row and the key. The compiled file has one line for the releases and
one for each operator, so that a check reads only the operators of the model.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping

if __name__ == "__main__":  # in a clone, where jetdoctor need not be installed
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from jetdoctor.rules.facts_checks import problems
from jetdoctor.rules.facts_layout import NO_OPERATOR, SECTIONS, layout, parse
from jetdoctor.rules.facts_pages import page, schema_text
from jetdoctor.rules.index_rules import index_text

from jetdoctor.facts.grammar import address
from jetdoctor.facts.rows import WALLS, Fact
from jetdoctor.facts.sentences import row_text

ROOT = Path(__file__).resolve().parent
SENTENCES, DOCS = ROOT / "sentences.txt", ROOT.parent / "docs"
FACTS, COMPILED, ISSUES = ROOT / "facts", ROOT / "data" / "facts.jsonl", ROOT / "data" / "known_issues.json"
RULES = ROOT / "data" / "rules.json"

Facts = Dict[str, Any]


def read(folder: Path = FACTS) -> Facts:
    """Content of every fact file by file name; ValueError names the file that is not JSON."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            found[path.name] = parse(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError("rules/facts/%s: %s" % (path.name, error)) from error
    return found


def bodies(facts: Facts) -> Dict[str, Mapping[str, Any]]:
    """Operator or pseudo operator -> its sections."""
    found: Dict[str, Mapping[str, Any]] = dict(facts.get("_model.json", {}))
    for name, content in facts.items():
        if name not in NO_OPERATOR:
            found[content["operator"]] = content
    return found


def compiled(facts: Facts) -> str:
    """The text of the compiled file."""
    known = bodies(facts)
    shared: Dict[str, List[str]] = {}
    for name, body in known.items():
        for op_type in body.get("stands_for", ()):
            shared.setdefault(op_type, []).append(name)
    used = [fact.read() for sections in rows(facts).values() for found in sections.values() for fact in found]
    index = dict(address(one) for when, demand in used for one in (*when, *([demand] if demand else [])))
    lines = [_line({"releases": facts["_releases.json"], "conditions": dict(sorted(index.items()))})]
    for name in sorted(known):
        sections = {key: [_row(name, row) for row in known[name][key]] for key in SECTIONS if known[name].get(key)}
        shares = {"shares": shared[name]} if name in shared else {}
        lines.append(_line(dict({"operator": name}, **shares, **sections)))
    return "\n".join(lines) + "\n"


def issues(facts: Facts) -> str:
    """The text of the compiled known faults, one row per line."""
    return "[\n%s\n]\n" % ",\n".join(map(_line, facts["_known_issues.json"]))


def sentences(facts: Facts) -> str:
    """Every row as a sentence, by operator."""
    lines = []
    for name, sections in sorted(rows(facts).items()):
        lines.append("\n" + name)
        for section, found in sections.items():
            for fact in found:
                span = "%s to %s" % (fact["since"], fact["before"] or "now")
                lines.append("  %-9s %s: %s" % (section, span, row_text(fact)))
    return "\n".join(lines).lstrip() + "\n"


def rows(facts: Facts) -> Dict[str, Dict[str, List[Fact]]]:
    """The rows of every section of every operator, as they are at run time."""
    found: Dict[str, Dict[str, List[Fact]]] = {}
    for name, body in bodies(facts).items():
        for section in SECTIONS:
            made = [Fact(dict(row, op=name), WALLS[section], own=section == "dla") for row in body.get(section, ())]
            found.setdefault(name, {})[section] = made
    return found


def _row(op_type: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(row, id="%s/%s" % (op_type.strip("()"), row["id"])) if "id" in row else row


def _line(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def made(facts: Facts) -> Dict[Path, str]:
    """The files that are made from the facts and the rule files, and their texts."""
    every = [fact for _, sections in sorted(rows(facts).items()) for found in sections.values() for fact in found]
    pages = {DOCS / "conditions.md": page(every), DOCS / "facts.schema.json": schema_text()}
    tables = {COMPILED: compiled(facts), ISSUES: issues(facts), SENTENCES: sentences(facts), RULES: index_text(ROOT)}
    return {**tables, **pages}


def stale(facts: Facts) -> Iterator[str]:
    """Files that are not laid out as ``--format`` would, and a compiled file that is not up to date."""
    for name, content in facts.items():
        if (FACTS / name).read_text(encoding="utf-8") != layout(content):
            yield "rules/facts/%s: not formatted: run rules/compile_facts.py --format" % name
    for path, text in made(facts).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield "%s: not up to date: run rules/compile_facts.py" % path.name


def main(arguments: List[str]) -> int:
    """Exit code 0 when everything is in order, 1 with a line for each problem."""
    if set(arguments) - {"--check", "--format"}:
        sys.exit(__doc__)
    try:
        facts = read()
        found = list(problems(facts))
    except ValueError as error:
        found = [str(error)]
    if not found and "--check" in arguments:
        found = list(stale(facts))
    elif not found:
        if "--format" in arguments:
            for name, content in facts.items():
                (FACTS / name).write_text(layout(content), encoding="utf-8")
            facts = read()  # keys are in another order now
        for path, text in made(facts).items():
            path.write_text(text, encoding="utf-8")
    print("\n".join(found) or "%d files of facts, no problem" % len(facts))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
