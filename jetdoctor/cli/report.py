"""A bundle for support: findings, device and the model's skeleton, without its weights.

The skeleton keeps operators, attributes, names, shapes and the small constants that rules need; weights and
external data stay out. Names of nodes and tensors are in it: --anonymous replaces them.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from typing import Any, Dict

from jetdoctor.api import where
from jetdoctor.child import workplace
from jetdoctor.cli import output, parser
from jetdoctor.cli.anonymous import renamed
from jetdoctor.types import Report

EXAMPLES = """\
  jetdoctor report model.onnx -o bundle.zip
  jetdoctor report model.onnx -o bundle.zip --target jetpack-5.0.2 --anonymous
"""

_README = """jetdoctor %s, report on one model

findings.json   what jetdoctor found, for each target
findings.txt    the same to read
findings.html   the same as a page with the graph, for a browser
device.json     the board or machine, with the source of each fact (host name and serial numbers left out)
skeleton.onnx   the model without its weights: it can be checked, not run
"""

#: Members are stored with this date, so that the same model gives the same bundle.
_DATE = (1980, 1, 1, 0, 0, 0)


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("model", metavar="MODEL", help="ONNX file")
    options.add_argument("-o", "--output", metavar="FILE", default="bundle.zip", help="bundle.zip by default")
    parser.add_targets(options)
    parser.add_rules(options)
    options.add_argument("--device", metavar="FILE", help="a board's snapshot (jetdoctor device --save)")
    options.add_argument("--anonymous", action="store_true", help="replace the names of nodes and tensors")


def run(arguments: Any) -> int:
    output.require_writable(arguments.output, [arguments.model])
    from jetdoctor import __version__, model, report
    from jetdoctor.check import check
    from jetdoctor.report import html

    device = _device(arguments.device)
    loaded = model.load(arguments.model)
    if arguments.anonymous:
        loaded = model.from_proto(renamed(loaded.proto), "model.onnx")
    named = where.named(arguments.targets or [], arguments.plugins or [])
    targets = named or where.everywhere(arguments.plugins or [])
    results = check(loaded, targets, summary=model.summarize(loaded))
    found = Report(results)
    members = {
        "README.txt": _README % __version__,
        "findings.json": report.render(found, "json", matrix=not named),
        "findings.txt": report.render(found, "text", matrix=not named, width=110, color=False),
        "findings.html": html.of_model(found, loaded),
        "device.json": json.dumps(device, indent=2),
        "skeleton.onnx": loaded.proto.SerializeToString(deterministic=True),
    }
    _write(arguments.output, members)
    size = os.path.getsize(arguments.output)
    print("wrote %s (%d KB): %s" % (arguments.output, (size + 1023) // 1024, ", ".join(members)))
    return 0


def _device(snapshot: Any) -> Dict[str, Any]:
    import jetdoctor.device as room
    from jetdoctor.check import check_device

    inspected = room.from_snapshot(snapshot) if snapshot else room.inspect_local()
    # A snapshot on disk is what `device --save` redacts: the same way for a bundle that leaves the house.
    with workplace.folder() as folder:
        path = os.path.join(folder, "device.json")
        room.save_snapshot(inspected, path)
        redacted = room.from_snapshot(path)
    return room.to_json(redacted, check_device(redacted))


def _write(path: str, members: Dict[str, Any]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in members.items():
            bundle.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)
    output.write_whole(path, buffer.getvalue())
