"""Derive ``parser_messages.json`` from a survey of the ONNX parser's message literals.

    python3 rules/data/derive_messages.py messages.json

``messages.json`` lists every literal in the assertions, checks and log calls of onnx-tensorrt 7.1 to 10.10
with its releases and source line. It is not part of the project: this script says how the rows came about.
Literals that say nothing by themselves ("Failed to create layer") are left out.
"""

from __future__ import annotations

import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

#: Operators whose troubles have a category of their own.
OPERATORS = {
    "TopK": "topk", "Resize": "resize", "Upsample": "resize", "Scatter": "scatternd",
    "ScatterND": "scatternd", "ScatterElements": "scatternd",
    "If": "if-loop", "Loop": "if-loop", "Scan": "if-loop", "Einsum": "einsum",
    "GridSample": "gridsample", "Reshape": "reshape-volume", "LocalFunctionImporter": "local-functions",
    "FallbackPluginImporter": "plugin-not-found", "TRT_PluginV2": "plugin-not-found",
}  # fmt: skip

#: First pattern that the message holds decides, after the operator.
PATTERNS = (
    (r"plugin", "plugin-not-found"),
    (r"initializer|is_weights|allvaluesknown|must be (a )?constant", "initializer-required"),
    (r"external|failed to open file", "external-data-2gb"),
    (r"deserial|failed to parse|protobuf", "protobuf"),
    (r"opset", "opset-too-new"),
    (r"data ?types?\b|\bdtype|gettype\(\)|::k(float|half|int|bool)|\btypes?\b|\bint32\b|\bbool\b", "dtype"),
    (r"broadcast|nbdims|\brank\b|same (shape|dimension)|dimension", "broadcast-rank"),
    (r"dynamic (shape|dimension|input)", "dynamic-shape-profile"),
    (r"internal error|kinternal", "internal-error"),
)  # fmt: skip

#: Headings of an error block: the cause stands in another line.
FRAMES = ("while parsing node number", "invalid node -", "assertion failed:")

RULES = {"initializer-required": "JD302", "dtype": "JD401"}


def pieces(fragment: str) -> list:
    """Literal parts between run-time values, in the spelling that triage compares with."""
    plain = re.sub(r"[\"'`]", "", fragment).lower()
    parts = [" ".join(part.split()) for part in plain.split("…")]
    return [part for part in parts if len(part) > 2]


def category(row: dict, ops: list) -> str:
    kinds = {OPERATORS.get(op) for op in ops}
    about_outputs = "output tensors" in row["fragment"] or "topologically" in row["fragment"]
    if len(kinds) == 1 and None not in kinds and not about_outputs:
        return kinds.pop()
    for pattern, name in PATTERNS:
        if re.search(pattern, row["fragment"].lower()):
            return name
    return "unsupported-op"


def telling(parts: list) -> bool:
    """Whether the literal is long enough to mean one thing: a sentence or a distinctive condition."""
    if not parts or parts[0] in FRAMES:
        return False
    return sum(len(re.sub(r"[^a-z]", "", part)) for part in parts) >= 18 and max(map(len, parts)) >= 14


def merge(rows: list) -> list:
    merged = {}
    for row in rows:
        parts = pieces(row["fragment"])
        if row["level"] == "info" or "no message" in row["fragment"] or not telling(parts):
            continue
        merged.setdefault(tuple(parts), []).append(row)
    return sorted(merged.items())


def release(text: str) -> tuple:
    return tuple(int(part) for part in re.findall(r"\d+", text))


def derive(rows: list) -> list:
    result = []
    for parts, group in merge(rows):
        ops = sorted({op for row in group for op in ([row["op"]] if row.get("op") else row.get("ops") or ())})
        bounds = [bound for row in group for span in row["releases"] for bound in span]
        name = category(group[0], ops)
        result.append(
            {
                "text": list(parts),
                "category": name,
                "rule": RULES.get(name),
                "level": group[0]["level"],
                "ops": ops if len(ops) <= 8 else [],
                "first": min(bounds, key=release),
                "last": max(bounds, key=release),
                "source": "onnx-tensorrt %s %s" % (max(bounds, key=release), group[0]["where_last"]),
            }
        )
    return result


def main(path: str) -> None:
    with open(path, encoding="utf-8") as handle:
        rows = derive(json.load(handle)["auto"])
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    with open(os.path.join(HERE, "parser_messages.json"), "w", encoding="utf-8") as handle:
        handle.write("[\n" + lines + "\n]\n")
    print("%d messages" % len(rows))


if __name__ == "__main__":
    main(sys.argv[1])
