"""Names of targets: every spelling, and errors that name the nearest one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from jetdoctor import target
from jetdoctor.data import table
from jetdoctor.types import UsageError

ONE = [
    ("jetpack-5.0.2", "jetpack-5.0.2", "8.4.1"),
    ("jp5.0.2", "jetpack-5.0.2", "8.4.1"),
    ("JetPack 5.0.2", "jetpack-5.0.2", "8.4.1"),
    ("5.0.2", "jetpack-5.0.2", "8.4.1"),
    ("r35.1.0", "jetpack-5.0.2", "8.4.1"),
    ("l4t-35.1.0", "jetpack-5.0.2", "8.4.1"),
    ("L4T R35.1", "jetpack-5.0.2", "8.4.1"),
    ("r35.6.2", "l4t-35.6.2", "8.5.2"),
    ("jetpack-5.0", "jetpack-5.0", "8.4.0"),
    ("5.0-dp", "jetpack-5.0", "8.4.0"),
    ("6.0-dp", "jetpack-6.0-dp", "8.6.2"),
    ("jetpack-5.1", "jetpack-5.1", "8.5.2"),
    ("jetpack-6.0", "jetpack-6.0", "8.6.2"),
    ("jetpack-6.1", "jetpack-6.1", "10.3.0"),
    ("jetpack-7.2.2", "jetpack-7.2.2", None),
    ("xavier-nx@jetpack-5.0.2", "xavier-nx@jetpack-5.0.2", "8.4.1"),
    ("Xavier NX @ JP5.0.2", "xavier-nx@jetpack-5.0.2", "8.4.1"),
    ("nano", "nano@jetpack-4.6.6", "8.2.1"),
    ("jetbot", "nano@jetpack-4.6.6", "8.2.1"),
    ("orin-nano", "orin-nano-devkit@jetpack-7.2.1", "10.16.2"),
    ("agx-orin", "agx-orin-64gb@jetpack-7.2.1", "10.16.2"),
    ("tensorrt-8.4.1", "tensorrt-8.4.1", "8.4.1"),
    ("tensorrt-8.4", "tensorrt-8.4.3", "8.4.3"),
    ("trt8.4.1", "tensorrt-8.4.1", "8.4.1"),
    ("TensorRT 8.4.1.5", "tensorrt-8.4.1", "8.4.1"),
    ("tensorrt-10.3.0", "tensorrt-10.3.0", "10.3.0"),
    ("tensorrt-10.8.0", "tensorrt-10.8.0", "10.8.0"),
    ("tensorrt-10.7", "tensorrt-10.7.0", "10.7.0"),
    ("tensorrt-10.16", "tensorrt-10.16.2", "10.16.2"),
    ("jetpack-6.2+tensorrt-10.7", "jetpack-6.2+tensorrt-10.7.0", "10.7.0"),
    ("orin-nano@jp6.2+trt10.7", "orin-nano-devkit@jetpack-6.2+tensorrt-10.7.0", "10.7.0"),
    ("tensorrt-11.5", "tensorrt-11.5.0", "11.5.0"),
    ("tensorrt-8.4.2", "tensorrt-8.4.2", "8.4.2"),
    ("xavier-nx@tensorrt-8.5.2", "xavier-nx@tensorrt-8.5.2", "8.5.2"),
]


@pytest.mark.parametrize("spec, name, tensorrt", ONE)
def test_one_target(spec, name, tensorrt):
    assert [(t.name, t.tensorrt) for t in target.resolve(spec)] == [(name, tensorrt)]


@pytest.mark.parametrize("spec, name, tensorrt", ONE)
def test_a_name_resolves_to_itself(spec, name, tensorrt):
    assert [t.name for t in target.resolve(name)] == [name]


MANY = [
    ("jp4.6.x", "4.6 4.6.1 4.6.2 4.6.3 4.6.4 4.6.5 4.6.6"),
    ("jp5.x", "5.0 5.0.1 5.0.2 5.1 5.1.1 5.1.2 5.1.3 5.1.4 5.1.5 5.1.6"),
    ("jetpack-5", "5.0 5.0.1 5.0.2 5.1 5.1.1 5.1.2 5.1.3 5.1.4 5.1.5 5.1.6"),
    ("jetpack>=6.1", "6.1 6.2 6.2.1 6.2.2 7.0 7.1 7.2 7.2.1 7.2.2"),
    ("jetpack >= 6.1, < 7", "6.1 6.2 6.2.1 6.2.2"),
    ("jetpack>5.1.5,<=6.0", "5.1.6 6.0"),
    ("jetpack~=6.1", "6.1 6.2 6.2.1 6.2.2"),
    ("jetpack==6.*", "6.0 6.1 6.2 6.2.1 6.2.2"),
    ("jetpack>=5.1.4, !=5.1.5, <6.0.0", "5.1.4 5.1.6"),
    ("jp5.0.2,jp6.2", "5.0.2 6.2"),
    ("orin-nx@jp5.1.x", "5.1 5.1.1 5.1.2 5.1.3 5.1.4 5.1.5 5.1.6"),
    ("thor@all", "7.0 7.1 7.2 7.2.1 7.2.2"),
]


@pytest.mark.parametrize("spec, jetpacks", MANY)
def test_ranges(spec, jetpacks):
    assert " ".join(t.jetpack for t in target.resolve(spec)) == jetpacks


RANGES_OF_TENSORRT = [
    ("tensorrt>=8.4,<8.6", "8.4.3 8.5.3"),  # the newest patch of each line
    ("trt >= 8.4, < 8.4.2", "8.4.1"),
    ("tensorrt~=10.3.0", "10.3.0"),
    ("tensorrt>=8.4,<8.5,tensorrt-10.3", "8.4.3 10.3.0"),
]


@pytest.mark.parametrize("spec, versions", RANGES_OF_TENSORRT)
def test_ranges_of_tensorrt(spec, versions):
    found = target.resolve(spec)
    assert " ".join(t.tensorrt for t in found) == versions
    assert all(target.resolve(t.name) == (t,) for t in found)


def test_all_is_every_jetpack_once():
    names = [t.jetpack for t in target.resolve("all")]
    assert names == [t.jetpack for t in target.every_jetpack()]
    assert len(names) == len(set(names)) == 36
    assert (names[0], names[-1]) == ("4.2", "7.2.2")
    assert "6.0-dp" not in names and "5.0.1" in names


WRONG = [
    ("jetpak-5.0.2", "did you mean jetpack-5.0.2"),
    ("jp5.0.3", "jetpack-5.0.2"),
    ("xavir-nx@jp5.0.2", "did you mean xavier-nx"),
    ("xavier-nx@jp5.0.22", "jetpack-5.0.2"),
    ("tensort-8.4.1", "did you mean tensorrt-8.4.1"),
    ("8.4.1", "did you mean tensorrt-8.4.1?"),
    ("xavier-nx@jetpack-6.2", "it runs JetPack 4.4 to 4.6.6, 5.0 to 5.1.6"),
    ("nano@jp5.x", "it runs JetPack 4.2 to 4.6.6"),
    ("orin-nano@jetpack-7.0", "6.0 to 6.2.2, 7.2 to 7.2.1"),
    ("igx-orin", "no JetPack for it is known"),
    ("tensorrt-4.0", "no TensorRT 4.0 is known; nearest: tensorrt-5.0.6."),
    ("tensorrt-8.9", "nearest: tensorrt-8.6.2 and tensorrt-9.0.1."),
    ("tensorrt-8.4.9", "no TensorRT 8.4.9 is known; nearest: tensorrt-8.4.3 and tensorrt-8.5.3."),
    ("tensorrt-99.0", "nearest: tensorrt-%s." % table("patches")[-1]["newest"]),
    ("jetpack-6.2+tensorrt-8.9", "no TensorRT 8.9 is known"),
    ("jetpack-6.3", "no JetPack 6.3 is known; nearest: jetpack-6.2.2 and jetpack-7.0."),
    ("orin", "ambiguous target 'orin': several modules are called 'orin'; name one: agx-orin, orin-nano, orin-nx"),
    ("xavier@jp5.x", "name one: agx-xavier, xavier-nx"),
    ("jetpack>=9", "no known JetPack release is in the range >=9; the newest known is jetpack-7.2.2."),
    ("tensorrt>=8.9,<9", "no known TensorRT release is in the range >=8.9,<9; the newest known is tensorrt-11.5.0."),
    ("tensorrt-8.9.x", "no TensorRT 8.9 is known"),
    ("jetpack>=", "unknown target"),
    ("jetpack~=6", "unknown target"),
    ("tensorrt>=99", "no known TensorRT release is in the range >=99; the newest known is tensorrt-11.5.0."),
    ("jetpack", "unknown target"),
    ("", "try jetpack-5.0.2 or tensorrt-8.4.1"),
    ("@", "unknown target"),
    ("jetpack-5.0.2+cuda", "unknown target"),
    ("\x1b[31m", "unknown target"),
]


@pytest.mark.parametrize("spec, said", WRONG)
def test_wrong_names_are_one_line_with_the_nearest(spec, said):
    with pytest.raises(UsageError) as caught:
        target.resolve(spec)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value) and "\x1b" not in str(caught.value)


def test_plugins_reach_every_target():
    assert {t.plugins for t in target.resolve("jp5.x", ["NmsPlugin"])} == {("NmsPlugin",)}


def test_a_module_brings_its_hardware():
    nano = target.resolve("nano@jetpack-4.6.1")[0]
    assert (nano.module.id, nano.compute_capability, nano.module.ram_mb, nano.module.dla) == (
        "nano",
        "5.3",
        4096,
        0,
    )
    assert nano.module.precision["int8"] == "no"
    xavier = target.resolve("xavier-nx@jp5.0.2")[0].to_json()
    assert xavier == {
        "name": "xavier-nx@jetpack-5.0.2",
        "tensorrt": "8.4.1",
        "cuda": "11.4",
        "python": "3.8",
        "module": "xavier-nx",
        "compute_capability": "7.2",
    }


def test_rows_are_complete():
    jetpacks = {row["jetpack"] for row in target.releases()}
    for row in target.releases():
        assert row["sources"] and row["confidence"] in ("high", "medium", "low"), row["jetpack"]
        assert row["python"] in ("3.6", "3.8", "3.10", "3.12")
        assert (row["tensorrt"] is None) == (row["jetpack"] == "7.2.2")
    for row in target.module_rows():
        assert row["sources"] and row["compute_capability"] and set(row["jetpacks"]) <= jetpacks
    names = [name for row in target.module_rows() for name in [row["id"]] + row["aliases"]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "jetpack, opset",
    [("4.4", [None, 11]), ("4.6", [7, 13]), ("5.0", [7, 13]), ("5.0.2", [7, 17]), ("6.2", [9, 20])],
)
def test_documented_opsets(jetpack, opset):
    assert next(r["opset"] for r in target.releases() if r["jetpack"] == jetpack) == opset


def test_import_reads_no_data():
    code = "import jetdoctor.target; from jetdoctor.data import table; print(table.cache_info().currsize)"
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    assert subprocess.check_output([sys.executable, "-c", code], cwd=root).strip() == b"0"


@pytest.mark.parametrize(
    "typed, name",
    [
        ("'jetpack-5.0.2'", "jetpack-5.0.2"),
        ("JetPack 6.2 (L4T 36.4.3)", "jetpack-6.2"),
        ("36.4.3", "jetpack-6.2"),
        ("jetson orin nano super@6.2", "orin-nano-devkit@jetpack-6.2"),
        ("jetson-orin-nano-devkit@jp6.2", "orin-nano-devkit@jetpack-6.2"),
    ],
)
def test_as_boards_and_packages_spell_it(typed, name):
    assert [found.name for found in target.resolve(typed)] == [name]


def test_a_family_of_boards_is_ambiguous_whatever_stands_in_front():
    with pytest.raises(UsageError, match="several modules are called 'jetson-orin'; name one: agx-orin, orin-nano"):
        target.resolve("Jetson Orin")


def test_semicolons_separate_too():
    assert [found.name for found in target.resolve("jp5.0.2;jp6.2")] == ["jetpack-5.0.2", "jetpack-6.2"]


def test_the_number_of_a_tensorrt_package_leads_to_its_release():
    with pytest.raises(UsageError, match="did you mean tensorrt-8.4.1"):
        target.resolve("8.4.1.5")
