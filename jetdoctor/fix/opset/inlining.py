"""Local functions put in place of their calls, for when a parameter of theirs would have to be a constant."""

from __future__ import annotations

from typing import Any

from jetdoctor.fix.function_defaults import write_defaults


def inlined(proto: Any) -> Any:
    """A copy of the model without local functions; None when onnx cannot inline them."""
    if not proto.functions:
        return None
    try:
        import onnx.inliner

        copy = type(proto)()
        copy.CopyFrom(proto)
        write_defaults(copy)
        found = onnx.inliner.inline_local_functions(copy, True)
    except Exception:  # over 2 GB, recursive, or no inliner in this onnx
        return None
    return None if found.functions else found
