"""Show what changed between two models: verdicts, findings, inputs and outputs, operators, size.

Without --target every JetPack is compared. Exit code: 0 no target got worse and no error is new, 1 otherwise,
2 bad usage or an unreadable model.
"""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Tuple

from jetdoctor.api import where
from jetdoctor.cli import output, parser
from jetdoctor.policy import config
from jetdoctor.types import ModelSummary, Result, UsageError

EXAMPLES = """\
  jetdoctor diff before.onnx after.onnx
  jetdoctor diff before.onnx after.onnx -t jetpack-6.2 --format json
"""

#: Verdicts from best to worst.
_ORDER = ("deploys", "fixable", "unknown", "fails")

Change = Tuple[str, Any, Any]  # what, before, after


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("before", metavar="BEFORE", help="ONNX file")
    options.add_argument("after", metavar="AFTER", help="ONNX file")
    parser.add_targets(options)
    parser.add_rules(options)
    parser.add_output(options, ("text", "json"))


def run(arguments: Any) -> int:
    from jetdoctor import api

    output.require_writable(arguments.output, [arguments.before, arguments.after])
    settings = config.load()
    plugins = parser.split_ids(arguments.plugins) + list(settings.plugins)
    targets = where.named(arguments.targets or list(settings.targets), plugins) or where.everywhere(plugins)
    before, after = (api.check(path, targets).results for path in (arguments.before, arguments.after))
    for result in (before[0], after[0]):
        if result.verdict == "unreadable":
            raise UsageError(result.error or result.model.path)
    found = _document(before, after)
    render = _json if arguments.format == "json" else _text
    output.emit(lambda width, color: render(found, width, color), arguments.output)
    worse = any(_ORDER.index(row["after"]) > _ORDER.index(row["before"]) for row in found["verdicts"])
    return 1 if worse or any(row["severity"] == "error" for row in found["new"]) else 0


def _document(before: Sequence[Result], after: Sequence[Result]) -> Dict[str, Any]:
    pairs = [(old, new) for old, new in zip(before, after) if old.verdict != new.verdict]
    rows = [{"target": old.target.name, "before": old.verdict, "after": new.verdict} for old, new in pairs]
    changes = _changes(before[0].model, after[0].model)
    return {
        "before": before[0].model.path,
        "after": after[0].model.path,
        "verdicts": rows,
        "new": _only(after, before),
        "gone": _only(before, after),
        "changes": [{"what": what, "before": old, "after": new} for what, old, new in changes],
    }


def _only(mine: Sequence[Result], theirs: Sequence[Result]) -> List[Dict[str, str]]:
    """Rules with findings on one side only, each once; names of nodes change with every export, rules do not."""
    other = {finding.rule for result in theirs for finding in result.findings}
    found = {finding.rule: finding for result in mine for finding in result.findings if finding.rule not in other}
    return [{"rule": f.rule, "name": f.name, "severity": f.severity, "message": f.message} for f in found.values()]


def _changes(old: ModelSummary, new: ModelSummary) -> List[Change]:
    """Facts of the two models that differ."""
    rows: List[Change] = [("opset of %s" % d, old.opset.get(d), new.opset.get(d)) for d in {**old.opset, **new.opset}]
    rows += [(name, getattr(old, name), getattr(new, name)) for name in ("producer", "nodes", "parameters")]
    rows.append(("bytes", old.size_bytes, new.size_bytes))
    for label in ("inputs", "outputs"):
        sides = [{t.name: t.to_json() for t in getattr(model, label)} for model in (old, new)]
        for name in {**sides[0], **sides[1]}:
            rows.append(("%s %s" % (label[:-1], name), *(_shown(side.get(name)) for side in sides)))
    names = sorted({**old.operators, **new.operators})
    rows += [("operator %s" % name, old.operators.get(name, 0), new.operators.get(name, 0)) for name in names]
    return [row for row in rows if row[1] != row[2]]


def _shown(tensor: Any) -> Any:
    return None if tensor is None else "%s %s" % (tensor["dtype"], tensor["shape"])


def _json(found: Dict[str, Any], width: int, color: bool) -> str:
    from jetdoctor.report.document import dumps, head

    return dumps(dict(head(), **found))


def _text(found: Dict[str, Any], width: int, color: bool) -> str:
    from jetdoctor.report.style import SEVERITY_COLOR, VERDICT_COLOR, Writer

    writer = Writer(width, color)
    writer.wrapped("", "%s -> %s" % (found["before"], found["after"]), "bold", indent=0)
    writer.line()
    for row in found["verdicts"]:
        writer.wrapped(row["target"].ljust(16), "%(before)s -> %(after)s" % row, VERDICT_COLOR[row["after"]])
    if not found["verdicts"]:
        writer.line("  no verdict changes")
    for word in ("new", "gone"):
        for row in found[word]:
            writer.wrapped(word.ljust(5), "%(severity)s %(rule)s %(name)s" % row, SEVERITY_COLOR[row["severity"]])
    for row in found["changes"]:
        old, new = ("-" if row[side] is None else row[side] for side in ("before", "after"))
        writer.wrapped(row["what"] + "  ", "%s -> %s" % (old, new))
    return writer.text()
