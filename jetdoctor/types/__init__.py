"""The types that packages exchange. Plain frozen dataclasses, standard library only.

Everything here is data: there is no logic of other packages here, so that every package may import it.
"""

from __future__ import annotations

from jetdoctor.types.dla import DlaLayer, DlaSplit
from jetdoctor.types.errors import JetdoctorError, UsageError
from jetdoctor.types.evidence import EVIDENCE_LEVELS, Emulation, Evidence
from jetdoctor.types.findings import (
    APPLICABILITIES,
    CHOICES,
    CRASHED,
    IMPACTS,
    OUTCOMES,
    SEVERITIES,
    Finding,
    Fix,
    Impact,
    Location,
)
from jetdoctor.types.machines import Device, Fact, Module, Target
from jetdoctor.types.models import ModelFacts, ModelSummary, Profile, Span, TensorInfo
from jetdoctor.types.repairs import AsParsed, Equivalence, Plan, PlanStep, Repair
from jetdoctor.types.results import SUPPRESSIONS, VERDICTS, WALLS, Coverage, Report, Result, Suppressed
from jetdoctor.types.versions import EVERY_VERSION, Version, VersionRange, parse_version

__all__ = [
    "APPLICABILITIES",
    "AsParsed",
    "CHOICES",
    "CRASHED",
    "Coverage",
    "Device",
    "DlaLayer",
    "DlaSplit",
    "EVERY_VERSION",
    "EVIDENCE_LEVELS",
    "Emulation",
    "Equivalence",
    "Evidence",
    "Fact",
    "Finding",
    "Fix",
    "IMPACTS",
    "Impact",
    "JetdoctorError",
    "Location",
    "ModelFacts",
    "ModelSummary",
    "Module",
    "OUTCOMES",
    "Plan",
    "PlanStep",
    "Profile",
    "Repair",
    "Report",
    "Result",
    "SEVERITIES",
    "SUPPRESSIONS",
    "Span",
    "Suppressed",
    "Target",
    "TensorInfo",
    "UsageError",
    "VERDICTS",
    "Version",
    "VersionRange",
    "WALLS",
    "parse_version",
]
