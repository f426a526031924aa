"""Read the importer tables out of an onnx-tensorrt repository and compare them with ``rules/facts/``.

    python3 rules/read_importers.py REPOSITORY...            compare every commit named in _releases.json
    python3 rules/read_importers.py --list REV REPOSITORY    list the importers of one revision

A REPOSITORY is a clone (bare or not) of onnx-tensorrt or of a fork that holds the commit. An importer is a
``DEFINE_BUILTIN_OP_IMPORTER(Name)`` in the importers' source. Exit code 1 when a table and
the facts disagree; commits that no clone holds are named and skipped.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, Optional, Set

if __name__ == "__main__":  # in a clone, where jetdoctor need not be installed
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from jetdoctor.facts import Knowledge
from jetdoctor.types import parse_version

#: Where the importers lived, newest first.
SOURCES = ("onnxOpImporters.cpp", "builtin_op_importers.cpp")

#: Registered like importers, but for anything that has none.
NOT_OPERATORS = {"FallbackPluginImporter", "LocalFunctionImporter"}

_DEFINITION = re.compile(r"^\s*DEFINE_BUILTIN_OP_IMPORTER\((\w+)\)", re.MULTILINE)


def importers(repository: str, revision: str) -> Optional[Dict[str, int]]:
    """Operator -> line of its importer at a revision; None when the clone has no such revision."""
    for name in SOURCES:
        shown = subprocess.run(
            ["git", "-C", repository, "show", "%s:%s" % (revision, name)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        if shown.returncode == 0:
            text = shown.stdout.decode("utf-8", "replace")
            lines = {m.group(1): text.count("\n", 0, m.start(1)) + 1 for m in _DEFINITION.finditer(text)}
            return {op: line for op, line in lines.items() if op not in NOT_OPERATORS}
    return None


def facts(known: Knowledge, since: str) -> Set[str]:
    """Operators that ``rules/facts/`` gives an importer at a release."""
    return {op_type for op_type in known.operators if known.importer(op_type, parse_version(since))}


def compare(repositories: List[str]) -> int:
    """Number of releases whose table and facts disagree."""
    wrong, known = 0, Knowledge()
    for release in known.releases:
        tables = (importers(repository, release["source"].split("@")[1]) for repository in repositories)
        found = next((table for table in tables if table is not None), None)
        if found is None:
            print("%-9s in no clone: %s" % (release["release"], release["source"]))
            continue
        stated = facts(known, release["since"])
        missing, extra = sorted(set(found) - stated), sorted(stated - set(found))
        wrong += bool(missing or extra)
        print("%-9s %3d importers; not in the facts: %s; only in the facts: %s" % (
            release["release"], len(found), ", ".join(missing) or "none", ", ".join(extra) or "none"))
    return wrong


def main(arguments: List[str]) -> int:
    if arguments[:1] != ["--list"]:
        return 1 if compare(arguments) else 0
    table = importers(arguments[2], arguments[1])
    if table is None:
        sys.exit("no importers at revision %s" % arguments[1])
    print("\n".join("%s:%d" % item for item in sorted(table.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
