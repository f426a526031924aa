"""Rows of ``rules/facts/_known_issues.json`` over a model: which faults of a release its graph meets.

A row names a pattern (a function of ``_values``, ``_attention``, ``_quantized`` or ``_builds``) and the releases
``since <= release < before``, and may narrow it by ``modules`` (ids begin with one of these) and ``precision``.
``doubt`` is the release from which nobody has reported either way. A row without a pattern is a fault of a board.
"""

from functools import lru_cache

from jetdoctor.rules.known import _attention, _builds, _quantized, _values

from jetdoctor.rule import Fix, Match, VersionRange, parse_version, table

_PATTERNS = (_values, _attention, _quantized, _builds)

_SINCE = " (not reported for %s and later, but no fix was reported either)"

#: precision that a tensor's type asks for by itself
_TYPED = {"FLOAT16": "fp16", "BFLOAT16": "bf16"}


@lru_cache(maxsize=None)
def rows(rule_id):
    """The known faults that are reported under a rule, each as its row and its range of releases."""
    return tuple((row, _range(row)) for row in table("known_issues") if row["rule"] == rule_id)


def _range(row):
    return VersionRange(parse_version(row["since"]), parse_version(row["before"]) if row["before"] else None)


def seen_in(model, rule_id):
    """Matches of the rule's patterns in the model, one cause for each row."""
    nodes = _ByOperator(model)
    for row, within in rows(rule_id):
        found = pattern(row)(nodes) if row["pattern"] else ()
        for node in {id(node.proto): node for node in found}.values():
            yield from matches(row, within, node)


def pattern(row):
    """The function that looks for what the row names; it takes the nodes by operator and yields some of them."""
    return next(getattr(module, row["pattern"]) for module in _PATTERNS if hasattr(module, row["pattern"]))


def matches(row, within, node=None):
    """What is said of a row, at a node or of the board: a warning from where nobody has reported either way."""
    if not row.get("doubt"):
        yield _match(row, within, node, row["what"], row["severity"])
        return
    doubt = parse_version(row["doubt"])
    yield _match(row, VersionRange(within.since, doubt), node, row["what"], row["severity"])
    yield _match(row, VersionRange(doubt, within.before), node, row["what"] + _SINCE % row["doubt"], "warning")


def _match(row, within, node, said, severity):
    return Match(
        said,
        node=node,
        tensorrt=within,
        fixes=_fixes(row),
        cause=row["id"],
        severity=severity,
        outcome=row["outcome"],
        sources=tuple(row["source"]),
        basis=row["basis"],
        wall="values" if row["outcome"] == "wrong-output" else "builder",
        consequences=('the log says "%s"' % row["message"],) if "message" in row else (),
        applies=lambda target: _on(row, target) and _in_precision(row, target, node),
    )


def _fixes(row):
    advice = Fix(row["cure"], "manual")
    return tuple(Fix(row["cure"], rewrite=name) for name in row.get("fix", ())) + (advice,)


def _on(row, target):
    """Whether the target is one of the row's boards: its module, or every module that runs its JetPack."""
    if "modules" not in row:
        return True
    if target.module is not None:
        return target.module.id.startswith(tuple(row["modules"]))
    runs = [module["id"] for module in table("modules") if target.jetpack and target.jetpack in module["jetpacks"]]
    return bool(runs) and all(name.startswith(tuple(row["modules"])) for name in runs)


def _in_precision(row, target, node):
    """Whether the wanted precision, or the type of the node's own tensors, is one that the row speaks of."""
    wanted = row.get("precision")
    return wanted is None or target.precision in wanted or _TYPED.get(node.output(0).dtype) in wanted


class _ByOperator:
    """The nodes of a model by operator: ``nodes("Conv", "Gemm")``, all of them for ``nodes()``."""

    def __init__(self, model):
        self._all, self._found = [], {}
        for node in model.nodes():
            self._all.append(node)
            if node.domain in ("", "ai.onnx", "com.microsoft"):
                self._found.setdefault(node.op_type, []).append(node)

    def __call__(self, *op_types):
        if not op_types:
            return self._all
        return [node for op_type in op_types for node in self._found.get(op_type, ())]
