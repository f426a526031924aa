"""QuantizeLinear and DequantizeLinear whose axis is left to its default, which the parser takes for 0."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("quantized_axis_zero", "The first axis", unproven="quantized networks were not interpreted")


def read(node, edit):
    edit.set_attribute(node, "axis", 0)
