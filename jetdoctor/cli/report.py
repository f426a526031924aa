"""Write a bundle for support: findings, device and the model's skeleton without its weights; or its page alone.

The skeleton keeps operators, attributes, names, shapes and the small constants that rules need; weights and
external data stay out. Names of nodes and tensors are in it: --anonymous replaces them.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from typing import Any, Dict, Optional, Tuple

from jetdoctor.api import where
from jetdoctor.child import workplace
from jetdoctor.cli import output, parser
from jetdoctor.cli.anonymous import renamed
from jetdoctor.types import Report, UsageError

EXAMPLES = """\
  jetdoctor report model.onnx -o bundle.zip
  jetdoctor report model.onnx -o bundle.zip --target jetpack-5.0.2 --anonymous
  jetdoctor report model.onnx -o page.html
"""

_README = """jetdoctor %s, report on one model

findings.json   what jetdoctor found, for each target
findings.txt    the same to read
findings.html   the same as a page with the graph, for a browser
device.json     the board or machine, with the source of each fact (host name and serial numbers left out)
skeleton.onnx   the model without its weights: it can be checked, not run
"""

#: Format -> the file that is written when none is named.
_FILES = {"zip": "bundle.zip", "html": "page.html"}

#: Members are stored with this date, so that the same model gives the same bundle.
_DATE = (1980, 1, 1, 0, 0, 0)


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("model", metavar="MODEL", help="ONNX file")
    options.add_argument("-o", "--output", metavar="FILE", help="bundle.zip by default; page.html for html")
    told = "zip (the bundle, the default) or html (only its page); FILE.html implies html"
    options.add_argument("--format", type=str.lower, choices=tuple(_FILES), metavar="F", help=told)
    parser.add_targets(options)
    parser.add_rules(options)
    options.add_argument("--device", metavar="FILE", help="a board's snapshot (jetdoctor device --save)")
    options.add_argument("--anonymous", action="store_true", help="replace the names of nodes and tensors")


def run(arguments: Any) -> int:
    form, path = _wanted(arguments.format, arguments.output)
    output.require_writable(path, [arguments.model])
    if form == "html" and arguments.device:
        raise UsageError("--device goes into the bundle (--format zip); a board's page: jetdoctor device --format html")
    from jetdoctor import model
    from jetdoctor.check import check

    device = _device(arguments.device) if form == "zip" else {}
    loaded = model.load(arguments.model)
    if arguments.anonymous:
        loaded = model.from_proto(renamed(loaded.proto), "model.onnx")
    named = where.named(arguments.targets or [], arguments.plugins or [])
    targets = named or where.everywhere(arguments.plugins or [])
    found = Report(check(loaded, targets, summary=model.summarize(loaded)))
    holds = ""
    if form == "html":
        from jetdoctor.report import html

        output.write_whole(path, html.of_model(found, loaded, dated=not arguments.anonymous).encode("utf-8"))
    else:
        members = _members(found, loaded, device, every=not named)
        _write(path, members)
        holds = ": " + ", ".join(members)
    print("wrote %s (%d KB)%s" % (path, (os.path.getsize(path) + 1023) // 1024, holds))
    return 0


def _wanted(form: Optional[str], path: Optional[str]) -> Tuple[str, str]:
    """Format and file, each of which may be told by the other."""
    if form is None:
        form = "html" if (path or "").lower().endswith((".html", ".htm")) else "zip"
    return form, path or _FILES[form]


def _members(found: Report, loaded: Any, device: Dict[str, Any], every: bool) -> Dict[str, Any]:
    """Name in the bundle -> what it holds. ``every``: all JetPacks, none of them asked for."""
    from jetdoctor import __version__, report
    from jetdoctor.report import html

    return {
        "README.txt": _README % __version__,
        "findings.json": report.render(found, "json", matrix=every),
        "findings.txt": report.render(found, "text", matrix=every, width=110, color=False),
        "findings.html": html.of_model(found, loaded),
        "device.json": json.dumps(device, indent=2),
        "skeleton.onnx": loaded.proto.SerializeToString(deterministic=True),
    }


def _device(snapshot: Any) -> Dict[str, Any]:
    import jetdoctor.device as room
    from jetdoctor.check import check_device

    inspected = room.from_snapshot(snapshot) if snapshot else room.inspect_local()
    # A snapshot on disk is what `device --save` redacts: the same for a bundle that is given to others.
    with workplace.folder() as folder:
        path = os.path.join(folder, "device.json")
        output.write_whole(path, room.snapshot_text(inspected))
        redacted = room.from_snapshot(path)
    return room.to_json(redacted, check_device(redacted))


def _write(path: str, members: Dict[str, Any]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in members.items():
            bundle.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)
    output.write_whole(path, buffer.getvalue())
