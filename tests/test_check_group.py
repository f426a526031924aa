"""How sure a finding is: an error that nobody read in this release, or that has no source at all, is a warning."""

from __future__ import annotations

import pytest

from jetdoctor.catalog import catalog
from jetdoctor.check import group
from jetdoctor.check.hit import Hit
from jetdoctor.rule import Match
from jetdoctor.target import resolve
from jetdoctor.types import EVERY_VERSION, VersionRange

FROM_10 = VersionRange((10, 0), None)


@pytest.mark.parametrize(
    "release, how, severity, basis",
    [
        ("tensorrt-10.3", {"basis": "read"}, "error", "read"),
        ("tensorrt-10.3", {"basis": "preview"}, "warning", "preview"),
        ("tensorrt-10.3", {"basis": "read", "doubt": FROM_10}, "warning", "read"),
        ("tensorrt-8.6", {"basis": "read", "doubt": FROM_10}, "error", "read"),
        ("tensorrt-10.3", {"basis": "preview", "severity": "info"}, "info", "preview"),
    ],
)
def test_an_error_needs_a_source_that_speaks_of_the_release(release, how, severity, basis):
    (target,) = resolve(release)
    hit = Hit(catalog().rules["JD303"], Match("text", **how), EVERY_VERSION, 0)
    (found,) = group.findings([hit], target, "read")
    assert (found.severity, found.basis) == (severity, basis)
    assert ("this release was not read" in found.message) == (severity == "warning" and basis == "read")
