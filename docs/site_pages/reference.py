"""The reference of the Python API, from its signatures and docstrings."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import Any, List

from site_pages.markup import escaped, table


def write(pages: Path) -> None:
    from jetdoctor import api, types

    parts = ["# Reference of the Python API", prose(api.__doc__ or ""), "## Functions"]
    for name in api.__all__:
        parts += _function(name, getattr(api, name))
    parts.append("## What they give and raise")
    for name in types.__all__:
        kind = getattr(types, name)
        if inspect.isclass(kind) and kind.__doc__:
            parts += _class(name, kind)
    (pages / "reference.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _function(name: str, function: Any) -> List[str]:
    parameters = inspect.signature(function)
    lines = ["    %s," % one for one in parameters.parameters.values()]
    shown = "\n".join(["%s(" % name, *lines, ") -> %s" % parameters.return_annotation]).replace("'", "")
    return ["### %s" % name, "```python\n%s\n```" % shown, prose(function.__doc__ or "")]


def _class(name: str, kind: Any) -> List[str]:
    parts = ["### %s" % name, prose(kind.__doc__)]
    if dataclasses.is_dataclass(kind):
        rows = [("`%s`" % one.name, "`%s`" % str(one.type).replace("|", "or")) for one in dataclasses.fields(kind)]
        parts.append(table(("field", "type"), rows))
    return parts


def prose(text: str) -> str:
    """A docstring as Markdown: ``code`` becomes `code`, examples are blocks, everything else is no markup."""
    blocks = []
    for block in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        if block.startswith((">>>", "    ")):
            blocks.append("```pycon\n%s\n```" % inspect.cleandoc(block))
            continue
        parts = re.split(r"``(.+?)``", block)
        blocks.append("".join("`%s`" % part if n % 2 else escaped(part) for n, part in enumerate(parts)))
    return "\n\n".join(blocks)
