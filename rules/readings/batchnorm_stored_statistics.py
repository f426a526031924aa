"""BatchNormalization whose ``training_mode`` is not read."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading(
    "batchnorm_stored_statistics", "The stored statistics", unproven="no accepted model with training_mode was recorded"
)


def read(node, edit):
    if len(node.outputs) > 1:
        raise CannotRewrite("its further outputs have no counterpart")
    edit.remove_attribute(node, "training_mode")
