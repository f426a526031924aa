"""Read which attributes and inputs the importers name out of clones of onnx-tensorrt, for ``docs/coverage.md``.

    python3 rules/read_attributes.py REPOSITORY...

An importer reads an attribute when its body, or a function of the parser that it calls, fetches it by name; it reads an
input ("input 2") when its body names it by number, and all of them ("inputs") when it hands them on. That is a
look at the text, not at what becomes of the value: good enough to find what nobody reads. Each clone is asked for the
commits that ``rules/facts/_releases.json`` names; releases that no clone holds are named and left out. What was found
is written to ``docs/importer_attributes.json``; then ``python3 docs/make_coverage.py`` makes the page.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Set

if __name__ == "__main__":  # in a clone, where jetdoctor need not be installed
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from jetdoctor.facts import Knowledge

TABLE = Path(__file__).resolve().parents[1] / "docs" / "importer_attributes.json"

_IMPORTER = re.compile(r"^DEFINE_BUILTIN_OP_IMPORTER\((\w+)\)\s*\{", re.M)
_FUNCTION = re.compile(r"^(?:[\w:<>,*& ]+?[ *&])(\w+)\(([^;{}]*?)\)\s*(?:const)?\s*\{", re.M | re.S)
_FETCHED = re.compile(r'(?:get(?:<[^()]*?>)?|count|at|type)\(\s*"(\w+)"')
_CHOSEN = re.compile(r'Name = \w+ \? "(\w+)" : "(\w+)"')
_NUMBERED = re.compile(r"\binputs(?:\.at\(|\[)\s*(\d+)")
_HANDED_ON = re.compile(r"[(,]\s*inputs\s*[,)]|:\s*inputs\)|\binputs\.begin")
_CALLED = re.compile(r"\b(\w+)(?:<[\w:]+>)?\(")

#: calls within calls that are followed
_DEEPEST = 6


def attributes(repository: str, revision: str) -> Dict[str, List[str]]:
    """Operator -> attributes and inputs that its importer names; {} when the clone has no such revision."""
    bodies: Dict[str, str] = {}
    for text in _sources(repository, revision):
        for kind, pattern in (("importer ", _IMPORTER), ("", _FUNCTION)):
            for found in pattern.finditer(text):
                name = kind + found.group(1)
                bodies[name] = bodies.get(name, "") + text[found.end() : text.find("\n}", found.end())]
    names = [name for name in bodies if name.startswith("importer ")]
    return {name.split()[1]: sorted(_fetched(bodies, name, set(), 0) | _inputs(bodies[name])) for name in sorted(names)}


def _inputs(body: str) -> Set[str]:
    found = {"input %s" % number for number in _NUMBERED.findall(body)}
    return found | {"inputs"} if _HANDED_ON.search(body) else found


def _sources(repository: str, revision: str) -> Iterator[str]:
    for name in _git(repository, "ls-tree", "--name-only", revision).split():
        if name.endswith((".cpp", ".hpp")) and "Checker" not in name and "test" not in name.lower():
            yield _git(repository, "show", "%s:%s" % (revision, name))


def _git(repository: str, *arguments: str) -> str:
    command = ["git", "-C", repository, *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode("utf-8", "replace")


def _fetched(bodies: Dict[str, str], name: str, seen: Set[str], depth: int) -> Set[str]:
    if name in seen or name not in bodies or depth > _DEEPEST:
        return set()
    seen.add(name)
    found = set(_FETCHED.findall(bodies[name])).union(*_CHOSEN.findall(bodies[name]))
    for called in _CALLED.findall(bodies[name]):
        for below in (called, "importer " + called[len("import") :] if called.startswith("import") else ""):
            found |= _fetched(bodies, below, seen, depth + 1)
    return found


def main(repositories: List[str]) -> int:
    releases: List[str] = []
    found: Dict[str, Dict[str, List[List[str]]]] = {}
    for release in Knowledge().releases:
        revision = re.search(r"@([0-9a-f]{8,40})", release["source"])
        read = revision and next(filter(None, (attributes(one, revision.group(1)) for one in repositories)), None)
        if read is None:
            print("%-9s in no clone: %s" % (release["release"], release["source"]))
            continue
        _take(found, read, release["since"], releases[-1] if releases else "")
        releases.append(release["since"])
        print("%-9s %3d importers" % (release["release"], len(read)))
    rows = ",\n".join('"%s": %s' % (op_type, json.dumps(found[op_type])) for op_type in sorted(found))
    text = '{\n"releases": %s,\n"read": {\n%s\n}\n}\n' % (json.dumps(releases), rows)
    TABLE.write_text(text, encoding="utf-8")
    return 0


def _take(found: Dict[str, Dict[str, List[List[str]]]], read: Dict[str, List[str]], now: str, before: str) -> None:
    """Take a release into the table: for every attribute the first and last release of each run that reads it."""
    for op_type, names in read.items():
        for name in names:
            runs = found.setdefault(op_type, {}).setdefault(name, [])
            if runs and runs[-1][1] == before:
                runs[-1][1] = now
            else:
                runs.append([now, now])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
