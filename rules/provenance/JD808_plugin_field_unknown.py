"""An attribute that the TensorRT plugin does not have

## What it detects
A node that calls one of TensorRT's own plugins (EfficientNMS_TRT, BatchedNMSDynamic_TRT …) with an attribute that is no
field of the plugin, or with a `plugin_version` that no plugin of that name has.

## Why it fails
The parser asks the plugin for its fields and looks for an attribute of each name. A misspelled one is not read and
the plugin silently keeps its default. A version that does not exist ends in `Plugin not found, are
the plugin name, version, and namespace correct?`.

## Fix
Spell the attribute as the finding says. Fields by plugin: NVIDIA/TensorRT, plugin/<name>/README.md.
"""

from jetdoctor.rule import Match, Rule, VersionRange, parse_version, table

#: Attributes that choose the plugin and are no fields of it.
_CHOICE = ("plugin_version", "plugin_namespace", "name")


def _known():
    """Plugin name -> its rows; plugins whose field list could not be read are left alone."""
    known = {}
    for row in table("plugins"):
        if row["fields"]:
            known.setdefault(row["name"], []).append(row)
    return known


_PLUGINS = _known()

RULE = Rule(
    id="JD808",
    name="plugin-field-unknown",
    severity="warning",
    outcome="wrong-output",
    sources=(
        "onnx-tensorrt loadFields (8.4-GA onnx2trt_utils.cpp:4710): attributes are looked up by field name",
        "NVIDIA/TensorRT plugin sources, field lists of 10.16 (rules/data/plugins.json)",
    ),
    ops=tuple(sorted(_PLUGINS)),
)


def check_node(node):
    """Attributes against the fields, and the version against those that were ever registered."""
    rows = _PLUGINS[node.op_type]
    fields = {field for row in rows for field in row["fields"]}
    for name in node.attributes:
        if name not in fields and name not in _CHOICE:
            import difflib

            near = difflib.get_close_matches(name, sorted(fields), n=1)
            hint = "; did you mean %s?" % near[0] if near else ""
            yield Match("%s has no field %s: it is not read%s" % (node.op_type, name, hint), node, cause=name)
    version = node.attr("plugin_version")
    for row in rows:
        if isinstance(version, str) and row["versions"] and version not in row["versions"]:
            yield Match(
                "%s has no version %s, only %s" % (node.op_type, version, ", ".join(row["versions"])),
                node,
                tensorrt=VersionRange(
                    parse_version(row["since"]), parse_version(row["before"]) if row["before"] else None
                ),
                severity="error",
                outcome="rejected",
                cause="version",
            )
