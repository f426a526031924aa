"""The Python API: one typed function for each command, used by the command line itself.

    >>> import jetdoctor
    >>> jetdoctor.explain("JD204").name
    'reduce-axes-ignored'

What they return are the dataclasses of ``jetdoctor.types``, whose ``to_json`` is the JSON contract. They raise
``jetdoctor.types.UsageError`` for what the caller can mend (an unknown target, a file that is no model) and
``jetdoctor.types.JetdoctorError`` when jetdoctor or a transport failed; they print nothing.
"""

from __future__ import annotations

from jetdoctor.api.boards import device, devices, fleet
from jetdoctor.api.checking import check, check_each
from jetdoctor.api.logs import triage
from jetdoctor.api.models import fix, inspect, plan, verify
from jetdoctor.api.pages import explain, use_rules

__all__ = [
    "check", "check_each", "device", "devices", "explain", "fix", "fleet", "inspect", "plan", "triage", "use_rules",
    "verify",
]  # fmt: skip
