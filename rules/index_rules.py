"""The index of the rule files, ``rules/data/rules.json``, so that a check imports only the rules that it needs.

An entry holds for one text of a file (name and CRC-32); a file that has changed since, or whose metadata is computed
and not a literal, is imported as if there were no index. So an old index is only slower, never wrong.
"""

from __future__ import annotations

import ast
import json
import zlib
from pathlib import Path
from typing import Any, Dict, Optional

SCOPES = ("node", "model", "target", "device")


def entry(text: str) -> Optional[Dict[str, Any]]:
    """Metadata and scopes of a rule file by its text; None when they are not literals."""
    tree = ast.parse(text)
    calls = [
        line.value
        for line in tree.body
        if isinstance(line, ast.Assign) and ast.dump(line.targets[0]) == ast.dump(ast.Name("RULE", ast.Store()))
    ]
    names = [line.name for line in tree.body if isinstance(line, ast.FunctionDef)]
    bound = {
        alias.asname or alias.name for line in tree.body if isinstance(line, ast.ImportFrom) for alias in line.names
    }
    bound.update(target.id for line in tree.body if isinstance(line, ast.Assign)
                 for target in line.targets if isinstance(target, ast.Name))  # fmt: skip
    if any(name.startswith("check_") for name in bound) or len(calls) != 1 or not isinstance(calls[0], ast.Call):
        return None
    try:
        rule = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in calls[0].keywords}
    except ValueError:
        return None
    if calls[0].args:
        return None
    return {"rule": rule, "scopes": [scope for scope in SCOPES if "check_" + scope in names]}


def index_text(folder: Path) -> str:
    """The text of the index of the rule files in the folders of ``folder``, one rule a line."""
    found = {}
    for path in folder.glob("*/JD*.py"):
        content = path.read_bytes()
        made = entry(content.decode("utf-8"))
        if made is not None:
            found["%s/%08x" % (path.stem, zlib.crc32(content))] = made
    lines = ["%s:%s" % (json.dumps(key), json.dumps(found[key], ensure_ascii=False)) for key in sorted(found)]
    return "{\n%s\n}\n" % ",\n".join(lines)
