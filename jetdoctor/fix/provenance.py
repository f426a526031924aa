"""A fixed model says in its metadata what was changed, and by which version."""

from __future__ import annotations

import json

from jetdoctor import __version__
from jetdoctor.fix.attempt import Attempt

PROVENANCE = "jetdoctor.fixes"


def stamp(attempt: Attempt) -> None:
    """Provenance in the model's metadata: what was changed, and by which version."""
    applied = [{"rule": step.rule, "title": step.title} for step in attempt.steps if step.applied]
    entry = {"jetdoctor": __version__, "targets": [t.name for t in attempt.targets], "fixes": applied}
    for property in attempt.proto.metadata_props:
        if property.key == PROVENANCE:
            property.value = json.dumps(json.loads(property.value) + [entry])
            return
    attempt.proto.metadata_props.add(key=PROVENANCE, value=json.dumps([entry]))
