"""The operator tables that `jetdoctor ops` prints."""

from __future__ import annotations

import json

from jetdoctor.cli import main
from jetdoctor.facts import knowledge
from jetdoctor.facts.support import operator_support
from jetdoctor.types import parse_version


def at(op_type, version):
    (row,) = [r for r in operator_support(knowledge(), op_type) if parse_version(version) in r["range"]]
    return row


def test_reduce_mean_is_misread_until_10():
    assert any("axes" in text for text in at("ReduceMean", "8.6.2")["wrong"])
    assert not at("ReduceMean", "10.0.1")["wrong"]


def test_topk_smallest_is_misread_until_8_4():
    assert at("TopK", "8.4.3")["wrong"] and not at("TopK", "8.5.2")["wrong"]


def test_reshape_differs_between_patches_of_one_release():
    assert any("allowzero" in text for text in at("Reshape", "8.4.1")["refused"])
    assert not any("allowzero" in text for text in at("Reshape", "8.4.3")["refused"])


def test_grid_sample_has_no_importer_before_8_5():
    assert not at("GridSample", "8.4.3")["importer"] and at("GridSample", "8.5.2")["importer"]


def test_attention_and_swish_come_with_their_releases():
    assert not at("Attention", "10.13.3")["importer"] and at("Attention", "10.14.0")["importer"]
    assert not at("Swish", "10.16.2")["importer"] and at("Swish", "11.0.0")["importer"]


def test_rows_leave_no_gap():
    for op_type in ("ReduceMean", "TopK", "Resize", "GridSample", "QuantizeLinear"):
        rows = operator_support(knowledge(), op_type)
        assert rows[-1]["range"].before is None
        assert all(a["range"].before == b["range"].since for a, b in zip(rows, rows[1:]))


def test_json_names_jetpacks(capsys):
    assert main(["ops", "GridSample", "--format", "json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["operators"]
    importer = {jetpack: row["importer"] for row in entry["releases"] for jetpack in row["jetpacks"]}
    assert importer["4.6"] is False and importer["5.0.2"] is False and importer["5.1.2"] is True


def test_table_of_a_target(capsys):
    assert main(["ops", "--target", "jetpack-5.0.2"]) == 0
    text = capsys.readouterr().out
    assert "ReduceMean" in text and "LayerNormalization" in text.split("no importer:")[1]


def test_typo_and_unknown_release_are_one_line(capsys):
    assert main(["ops", "Resiz"]) == 2
    assert "Resize" in capsys.readouterr().err
    assert main(["ops", "Resize", "--target", "jetpack-4.2"]) == 2
    assert "jetpack-4.2" in capsys.readouterr().err


def test_initials_are_understood(capsys):
    assert main(["ops", "NMS"]) == 2
    assert "did you mean NonMaxSuppression?" in capsys.readouterr().err
