"""Downgrade adapters and rewrites of one operator call the same recipe, or do different things, each for a reason."""

from __future__ import annotations

import collections
import importlib
import inspect
import json
from pathlib import Path

from jetdoctor.fix.opset import adapters as _adapters  # noqa: F401  (importing registers them)
from jetdoctor.fix.opset import registry

ROOT = Path(__file__).resolve().parent.parent
#: rewrites that as many operators ask for are about types and constants, not about what an operator computes
GENERAL = 8
WRITTEN = {path.stem for path in (ROOT / "rules/rewrites").glob("*.py")}
#: operators whose adapter and rewrites share no recipe: what the adapter does, and what the rewrites do instead
DIFFERENT = {
    "Attention": "the adapter only refuses what runtimes read in different ways; the definition writes out both",
    "Cast": "the adapter drops attributes of float8; rewrites avoid types that TensorRT lacks",
    "Constant": "one call to the node's own constant_tensor() in each",
    "DequantizeLinear": "one numbers_of() in each: the adapter for newer forms, rewrites for a model's quantized parts",
    "Dropout": "the adapter moves the ratio to an attribute; the rewrite removes the node",
    "Equal": "the adapter compares floats that older opsets lack; the rewrite is for BOOL",
    "Flatten": "the adapter counts the axis from the front; the rewrite makes a Reshape",
    "Gemm": "one zero for C in each, an argument and not mathematics",
    "Hardmax": "the adapter moves the axis; the rewrite is for parsers without the operator",
    "If": "the adapter refuses branches of different shapes; rewrites fold or rename",
    "OneHot": "the adapter wraps negative indices; rewrites are for parsers without the operator",
    "QuantizeLinear": "one steps_of() in each: the adapter for newer forms, rewrites for a model's quantized parts",
    "Range": "the adapters write HALF in FLOAT and integers by counting; rewrites count in INT64",
    "Reshape": "the adapter takes allowzero away; the rewrite adds it",
    "Slice": "the adapter moves limits to attributes; the rewrite adds axes",
    "Squeeze": "the adapter moves axes to the attribute; the rewrite adds axes that nobody gave",
    "Unsqueeze": "the adapter moves axes to the attribute; the rewrite drops a node without axes",
}


def recipes_of(function):
    """Functions of jetdoctor.recipes that a function calls, itself or through functions of its own module."""
    found, seen, to_see = set(), set(), [function]
    while to_see:
        one = to_see.pop()
        if one in seen:
            continue
        seen.add(one)
        if one.__module__.startswith("jetdoctor.recipes."):
            found.add(one.__module__ + "." + one.__name__)
        named = [one.__globals__.get(name) for name in names_in(one.__code__)]
        named += [cell.cell_contents for cell in one.__closure__ or ()]
        ours = (function.__module__, "jetdoctor.recipes")
        to_see += [other for other in named if inspect.isfunction(other) and other.__module__.startswith(ours)]
    return found


def names_in(code):
    yield from code.co_names
    for constant in code.co_consts:
        if inspect.iscode(constant):
            yield from names_in(constant)


def rewrites_by_operator():
    """Rewrites that the facts of each operator ask for, without the general ones."""
    found = {
        path.stem: set(fixes(json.loads(path.read_text(encoding="utf-8"))))
        for path in (ROOT / "rules/facts").glob("*.json")
        if not path.name.startswith("_")
    }
    asked = collections.Counter(name for names in found.values() for name in names)
    return {op_type: {name for name in names if asked[name] < GENERAL} for op_type, names in found.items()}


def fixes(part):
    if isinstance(part, list):
        for item in part:
            yield from fixes(item)
    elif isinstance(part, dict):
        named = part.get("fix", [])
        yield from [named] if isinstance(named, str) else named
        for item in part.values():
            yield from fixes(item)


def test_one_recipe_or_two_purposes():
    lowered, apart = collections.defaultdict(set), set()
    for (op_type, _), adapter in registry._ADAPTERS.items():
        lowered[op_type] |= recipes_of(adapter)
    for op_type, names in rewrites_by_operator().items():
        modules = [importlib.import_module("jetdoctor.rules.rewrites." + name) for name in names & WRITTEN]
        if modules and op_type in lowered:
            rewrites = [module.rewrite for module in modules if hasattr(module, "rewrite")]
            shared = [lowered[op_type] & recipes_of(rewrite) for rewrite in rewrites]
            apart |= set() if any(shared) else {op_type}
    assert apart == set(DIFFERENT)
