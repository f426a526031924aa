"""One self-contained page for people: what was found, as data, and the scripts that draw it.

Nothing is loaded from anywhere: styles, scripts and the layout library (``vendor/``) are written into the file, and its
content security policy forbids the rest. Whatever comes from a model, a log or a board is data in the page; the scripts
put it there as text, never as markup.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import shlex
import sys
from html import escape
from typing import Any, Mapping

from jetdoctor import __version__
from jetdoctor.report.style import clean

_HERE = os.path.dirname(os.path.abspath(__file__))
_SCRIPTS = (
    "dom.js", "tensors.js", "network.js", "neighbors.js", "charts.js", "answer.js", "findings.js", "model.js",
    "changes.js", "overview.js", "steps.js", "runs.js", "boards.js", "main.js",
)  # fmt: skip

#: Characters of a command in the last line.
_LONGEST = 300

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"

_NO_SCRIPT = "The details of this page are drawn by the scripts in it, and scripts are switched off here."


def assemble(title: str, answer: str, data: Mapping[str, Any], dated: bool = True) -> str:
    """The whole page. ``answer`` is said before any script runs; ``data`` has a ``kind`` that ``main.js`` knows.

    One that is not ``dated`` keeps when and by which command it was made to itself.
    """
    about = {"version": __version__, "date": _now() if dated else "", "command": _command() if dated else ""}
    body = (
        '<header class="top"><p class="brand">jetdoctor</p>'
        '<h1><bdi>%s</bdi></h1><p class="answer"><bdi>%s</bdi></p></header>'
        '<noscript><p>%s</p></noscript><main id="page"></main>' % (_breakable(title), _safe(answer), _NO_SCRIPT)
    )
    scripts = [_asset(os.path.join("vendor", "dagre.min.js")), '(() => {\n"use strict";']
    scripts += [_asset(name) for name in _SCRIPTS] + ["})();"]
    return "\n".join(
        (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta http-equiv="Content-Security-Policy" content="%s">' % _POLICY,
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>%s - jetdoctor</title>\n<style>" % _safe(title),
            _asset("page.css"),
            "</style>\n</head>\n<body>",
            body,
            '<script id="data" type="application/json">%s</script>' % _json(dict(data, about=about)),
            "<script>",
            "\n".join(scripts),
            "</script>\n</body>\n</html>\n",
        )
    )


def _asset(name: str) -> str:
    with open(os.path.join(_HERE, name), encoding="utf-8") as stream:
        return stream.read()


def _json(value: Any) -> str:
    """JSON that cannot end the element it stands in."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, default=str)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _safe(text: str) -> str:
    return escape(clean(text))


def _breakable(text: str) -> str:
    """A path that may break after its separators; no reference of ``escape`` holds one."""
    return re.sub(r"([/_.-])", r"\1<wbr>", _safe(text))


def _now() -> str:
    """Date and time in UTC; ``SOURCE_DATE_EPOCH`` makes a page that can be made again byte by byte."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    zone = datetime.timezone.utc
    moment = datetime.datetime.fromtimestamp(int(fixed), zone) if fixed.isdigit() else datetime.datetime.now(zone)
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _command() -> str:
    """The command that made the page; "" when it was a program that used jetdoctor."""
    name = os.path.basename(sys.argv[0])
    if name not in ("jetdoctor", "__main__.py"):
        return ""
    line = "jetdoctor " + " ".join(shlex.quote(clean(word)) for word in sys.argv[1:])
    return line if len(line) <= _LONGEST else line[:_LONGEST] + " ..."
