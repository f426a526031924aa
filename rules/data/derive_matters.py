"""Narrows facts of the form "attribute ignored" to the nodes for which ignoring it makes a difference.

The conditions are those of ``jetdoctor/check/matters.py``. A refused form needs no such care: it is refused
whatever it means.
"""

from __future__ import annotations

#: (operator or None, start of the change text, condition that only misread rows get).
_MATTERS = (
    ("ReduceSum", "axes moved", {"axes_partial": True}),
    ("Split", "split attribute", {"split_uneven": True}),
    ("Softmax", "default axis", {"softmax_flattened": True}),
    ("LogSoftmax", "default axis", {"softmax_flattened": True}),
    ("Resize", "antialias", {"downsampling": True}),
    ("Resize", "keep_aspect", {"input_present": 3}),
    ("Pad", "axes input", {"pad_axes_matter": True}),
    ("Constant", "value_int", {"constant_not_zero": True}),
    ("Reshape", "allowzero=1", {"zero_in_shape": True}),
    ("Flatten", "axis 0", {"leading_dim_not_one": 0}),
    ("LpPool", "ceil_mode", {"ceil_changes_size": True}),
    ("Loop", "Loop import", {"stops_by_condition": True}),
)


def condition(entry, status, what=""):
    """The ``when`` of a row: the fact's own, narrowed where it would speak of harmless nodes."""
    when = dict(entry["when"])
    if what == "attribute is mandatory here":
        del when["dynamic_input"]  # Squeeze in 7.1: refused whatever the shape
    if status == "silently_wrong":
        for op, start, more in _MATTERS:
            if op == entry["op"] and entry["change"].startswith(start):
                when.update(more)
    return when
