"""The fuzzer itself: its inputs can be made again, it finds what breaks, and it keeps it small."""

import itertools
import random
from collections import Counter

import onnx
import pytest

from tests.cases import parse
from tests.fuzz import __main__ as fuzzing
from tests.fuzz import graphs, inputs
from tests.fuzz.targets import TARGETS, Broken


def bytes_of(name, seed, count):
    corpus = TARGETS[name].corpus()
    numbers = range(len(corpus), len(corpus) + count)
    return [inputs.made(name, inputs.drawn(name, seed, number, corpus), corpus) for number in numbers]


@pytest.mark.parametrize("name", ["graph", "log"])
def test_a_seed_names_its_inputs(name):
    assert bytes_of(name, 1, 20) == bytes_of(name, 1, 20)
    assert len(set(bytes_of(name, 1, 20)) - set(bytes_of(name, 2, 20))) >= 15


def test_a_corpus_is_fed_as_it_is_first():
    corpus = TARGETS["config"].corpus()
    fed = [inputs.made("config", inputs.drawn("config", 7, number, corpus), corpus) for number in range(len(corpus))]
    assert fed == corpus


def test_branches_stay_within_what_protobuf_decodes():
    model = parse('<ir_version: 8, opset_import: ["" : 13]> m (float[n] x) => (float[n] y) { y = Relu(x) }')
    source = random.Random(1)
    for _ in range(100):
        graphs._into_branch(model, source)
    data = model.SerializeToString()
    assert graphs._levels(onnx.ModelProto.FromString(data).graph) == graphs._DEEPEST


def test_what_breaks_is_named_kept_and_small(monkeypatch, tmp_path):
    def feed(name, inputs, folder):
        if any(b"[[[" in data for data in inputs):
            raise Broken("three brackets")
        return Counter()

    monkeypatch.setattr(fuzzing, "feed", feed)
    monkeypatch.setattr(fuzzing, "BROKEN", str(tmp_path))
    with pytest.raises(Broken, match=r"input \d+, kept as .*config-.*: three brackets"):
        fuzzing.fuzz("config", itertools.count(), 1, "")
    (kept,) = tmp_path.iterdir()
    corpus = TARGETS["config"].corpus()
    assert kept.read_bytes().count(b"[" * 300) == 1
    assert any(len(kept.read_bytes()) == len(data) + 300 for data in corpus)
