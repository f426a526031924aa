"""What a project has decided: its configuration, and which findings count where."""

from __future__ import annotations

from jetdoctor.policy.counting import FAIL_ON, Policy, make

__all__ = ["FAIL_ON", "Policy", "make"]
