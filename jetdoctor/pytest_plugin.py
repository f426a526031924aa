"""pytest: ``pytest --jetdoctor=jetpack-6.2`` makes every .onnx file a test, and ``jetdoctor_check`` is a fixture.

    def test_my_export(jetdoctor_check, tmp_path):
        export(tmp_path / "m.onnx")
        jetdoctor_check(tmp_path / "m.onnx", "jetpack-6.2")
"""

from __future__ import annotations

from typing import Any, Callable, Iterator, Optional

import pytest

from jetdoctor.types import Report, UsageError


def pytest_addoption(parser: Any) -> None:
    text = "check every .onnx file for these targets, separated by commas"
    parser.getgroup("jetdoctor").addoption("--jetdoctor", metavar="TARGETS", default=None, help=text)


def pytest_collect_file(file_path: Any, parent: Any) -> Optional[Any]:
    targets = parent.config.getoption("--jetdoctor")
    if not targets or file_path.suffix != ".onnx":
        return None
    return OnnxFile.from_parent(parent, path=file_path)


class OnnxFile(pytest.File):
    """An ONNX model: a test for each target that was named."""

    def collect(self) -> Iterator[Any]:
        for target in self.config.getoption("--jetdoctor").split(","):
            yield OnnxTest.from_parent(self, name=target.strip())


class OnnxTest(pytest.Item):
    """One model on one target."""

    def runtest(self) -> None:
        _require_good(_checked(str(self.path), self.name))

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """The report, not the stack of this plugin."""
        expected = excinfo.errisinstance((AssertionError, UsageError))
        return str(excinfo.value) if expected else super().repr_failure(excinfo, style)

    def reportinfo(self) -> Any:
        return self.path, None, "%s on %s" % (self.path.name, self.name)


@pytest.fixture
def jetdoctor_check() -> Callable[..., Report]:
    """``jetdoctor_check(model, targets, **options)`` of ``jetdoctor.check``: fails with the report on an error."""

    def call(model: Any, targets: Any, **options: Any) -> Report:
        return _require_good(_checked(model, targets, **options))

    return call


def _checked(model: Any, targets: Any, **options: Any) -> Report:
    from jetdoctor.api import check

    return check(model, targets, **options)


def _require_good(report: Report) -> Report:
    from jetdoctor.report import render

    if report.count("error") or any(result.error for result in report.results):
        raise AssertionError(render(report, "text"))
    return report
