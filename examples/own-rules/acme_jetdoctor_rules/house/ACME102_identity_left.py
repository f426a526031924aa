"""An Identity that the exporter left

## What it detects
An Identity in the main graph between two other nodes.

## Why it fails
It does not fail: it makes two of our exports differ that compute the same, and reviews of them take longer.

## Fix
`jetdoctor fix --select ACME102` removes it (a warning is repaired when it is asked for); the proof that nothing
changed is that of every fix.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="ACME102",
    name="identity-left",
    severity="warning",
    outcome="slow",
    sources=("ACME guide to exports, section 4",),
    ops=("Identity",),
)


def check_node(node):
    """One finding for all of them: matches with the same cause become one."""
    made_here = node.input(0).producer is not None and node.outputs[0] not in node.graph.output_names
    if node.graph.parent is None and made_here:
        yield Match(
            "Identity does nothing here",
            node=node,
            cause="identity",
            fixes=(Fix("Remove the Identity", "safe", rewrite="acme_drop_identity"),),
        )
