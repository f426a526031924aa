"""The text of a script, and the proof that it gives what ``fix`` gave."""

from __future__ import annotations

import os
import sys
import textwrap
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Set, Tuple

from jetdoctor.child import command, workplace
from jetdoctor.child.limits import memory_limit
from jetdoctor.fix.candidate import external_files
from jetdoctor.fix.function_defaults import write_defaults
from jetdoctor.fix.script import limits, same
from jetdoctor.fix.script.blocks import blocks
from jetdoctor.fix.script.difference import CannotSay, changes
from jetdoctor.fix.script.reasons import Reasons
from jetdoctor.fix.script.sides import Side
from jetdoctor.fix.sweep import subgraphs

_OPENING, _CLOSING = "# --- the repairs ---\n", "# --- how they are carried out ---\n"
#: seconds that a script may take on the model that it was written for
TIME_LIMIT = 600.0


class Script(NamedTuple):
    """The text of a program, and why it stops instead of repairing ("" when it does not)."""

    text: str
    trouble: str


def script(path: str, original: Any, fixed: Any, reasons: Reasons, heading: str) -> Script:
    """The program that makes ``fixed`` of ``original`` (ModelProtos); one that says why it cannot, and stops.

    ``path`` is the file of the original, with its external data beside it. Where constants were folded, the program
    folds them too; where that gives another model, the places are listed.
    """
    if reasons.folds and not external_files(original):
        written = _script(path, original, fixed, reasons, heading, True)
        if not written.trouble:
            return written
    return _script(path, original, fixed, reasons, heading, False)


def _script(path: str, original: Any, fixed: Any, reasons: Reasons, heading: str, fold: bool) -> Script:
    try:
        start, inlined = _inlined(original, fixed)
        start = _folded(start) if fold else start
        found = blocks(list(changes(Side(start.graph), Side(fixed.graph))))
        limited = limits.limit(found, [reasons.short(block.changes) for block in found], start)
        settings = dict(_settings(start, fixed), INLINE_FUNCTIONS=inlined, FOLD_CONSTANTS=fold)
        text = _program(heading, limited, reasons, settings)
        trouble = _trial(text, path, fixed)
    except CannotSay as reason:
        trouble = str(reason)
    return Script(_stopped(heading, trouble), trouble) if trouble else Script(text, "")


def _inlined(original: Any, fixed: Any) -> Tuple[Any, bool]:
    """The model that the script starts from: without local functions when the repair wrote them out."""
    if not original.functions:
        return original, False
    if fixed.functions:
        if [f.SerializeToString() for f in original.functions] == [f.SerializeToString() for f in fixed.functions]:
            return original, False
        raise CannotSay("the body of a local function changes")
    from onnx import inliner

    twin = type(original)()
    twin.CopyFrom(original)
    write_defaults(twin)
    if twin.SerializeToString() != original.SerializeToString():
        raise CannotSay("a local function has default attributes, which onnx's inliner drops")
    return inliner.inline_local_functions(twin), True


def _folded(model: Any) -> Any:
    """The model as the program folds it; names are those of ``fix``, which tell equal values apart."""
    from jetdoctor.fix.script import standalone

    twin = type(model)()
    twin.CopyFrom(model)
    given = {tensor.name for tensor in model.graph.initializer}
    standalone.folded(twin)
    new = {tensor.name for tensor in twin.graph.initializer} - given
    for tensor in twin.graph.initializer:
        tensor.name += "/folded" if tensor.name in new else ""
    _rename_reads(twin.graph, {name: name + "/folded" for name in new})
    return twin


def _rename_reads(graph: Any, names: Mapping[str, str]) -> None:
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        for inner in subgraphs(node):
            _rename_reads(inner, names)
            for value in inner.output:
                value.name = names.get(value.name, value.name)


def _settings(original: Any, fixed: Any) -> Dict[str, Any]:
    """Opsets, IR version and declared inputs and outputs, as far as they differ."""
    opsets = {o.domain: o.version for o in original.opset_import}
    changed = {o.domain: o.version for o in fixed.opset_import if opsets.get(o.domain) != o.version}
    return {
        "OPSETS": changed,
        "IR_VERSION": fixed.ir_version if fixed.ir_version != original.ir_version else None,
        "INPUTS": _declared(original.graph.input, fixed.graph.input),
        "OUTPUTS": _declared(original.graph.output, fixed.graph.output),
        "CONSTANTS_AS_TENSORS": tuple(sorted(_numbers(original.graph) - _numbers(fixed.graph))),
    }


def _numbers(graph: Any) -> Set[str]:
    """Attributes by which Constant nodes have their value as numbers and not as a tensor."""
    constants = [node for node in graph.node if node.op_type == "Constant"]
    return {attribute.name for node in constants for attribute in node.attribute} - {"value", "sparse_value"}


def _declared(before: Any, after: Any) -> Dict[str, Tuple[str, Any]]:
    from onnx import helper

    if [value.name for value in before] != [value.name for value in after]:
        raise CannotSay("the model's inputs or outputs change")
    found = {}
    for one, other in zip(before, after):
        if one.type.SerializeToString(deterministic=True) == other.type.SerializeToString(deterministic=True):
            continue
        tensor = other.type.tensor_type
        shape = [dim.dim_value if dim.HasField("dim_value") else dim.dim_param for dim in tensor.shape.dim]
        found[one.name] = (helper.tensor_dtype_to_np_dtype(tensor.elem_type).name, shape)
    return found


def _program(heading: str, limited: Sequence[limits.Limited], reasons: Reasons, settings: Dict[str, Any]) -> str:
    before, machinery = _fixed_part()
    parts: List[str] = []
    for one in limited:
        about = [_comment(line) for line in reasons.full(one.block.changes)]
        parts.append("\n".join(about) + "\n" + one.text() + ",")
    body = textwrap.indent("\n".join(parts), "    ")
    values = "REPAIRS: List[Repair] = [\n%s\n]\n" % body if parts else "REPAIRS: List[Repair] = []\n"
    notes = {
        "OPSETS": "# opsets that the model imports from now on\n",
        "INPUTS": "# inputs and outputs that are declared otherwise from now on\n",
        "CONSTANTS_AS_TENSORS": "# attributes of Constant nodes that are written as a tensor from now on\n",
        "INLINE_FUNCTIONS": "# whether local functions are inlined first\n",
        "FOLD_CONSTANTS": "# whether what follows from constants and known sizes is computed first\n",
    }
    for name, value in settings.items():
        values += "%s%s = %r\n" % (notes.get(name, ""), name, value)
    return _quoted(heading) + before + _OPENING + values + _CLOSING + machinery


def _comment(line: str) -> str:
    return "\n".join(textwrap.wrap(line, 110, initial_indent="# ", subsequent_indent="#   "))


def _fixed_part() -> Tuple[str, str]:
    """The source of ``standalone`` before and behind the repairs, without its own heading."""
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, "standalone.py"), encoding="utf-8") as stream:
        text = stream.read().split('"""\n', 1)[1]
    before, rest = text.split(_OPENING)
    return before, rest.split(_CLOSING)[1]


def _quoted(heading: str) -> str:
    safe = heading.replace("\\", "\\\\").replace('"""', "'''")
    return '#!/usr/bin/env python3\n"""%s"""\n' % (safe + "\n" if "\n" in safe else safe)


def _stopped(heading: str, trouble: str) -> str:
    said = "This repair has no form as a script: %s. Use jetdoctor fix itself." % trouble.rstrip(".")
    return _quoted(heading + "\n\n" + "\n".join(textwrap.wrap(said, 110))) + "\nimport sys\n\nsys.exit(%r)\n" % said


def _trial(text: str, path: str, fixed: Any) -> str:
    """What is wrong with a script when it runs on the model it was written for, in a process of its own."""
    import onnx

    try:
        with workplace.folder() as folder:
            names = [os.path.join(folder, "script.py"), os.path.abspath(path), os.path.join(folder, "out.onnx")]
            with open(names[0], "w", encoding="utf-8") as stream:
                stream.write(text)
            done = command.execute([sys.executable] + names, TIME_LIMIT, memory_limit())
            if done.status == "failed":
                return "it stops here already (%s)" % done.log.strip().split("\n")[-1][:200]
            if done.status != "ended":
                return "it cannot be tried (%s)" % done.reason
            return same.difference(_with_data(fixed, path), onnx.load(names[2]))
    except (OSError, ValueError) as error:
        return "it cannot be tried (%s)" % str(error).split("\n")[0][:200]


def _with_data(proto: Any, path: str) -> Any:
    """A model with its external data read in; the same object when it has none."""
    import onnx

    if not external_files(proto):
        return proto
    twin = type(proto)()
    twin.CopyFrom(proto)
    onnx.load_external_data_for_model(twin, os.path.dirname(os.path.abspath(path)))
    return twin
