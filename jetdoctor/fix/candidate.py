"""The fixed model as a temporary file, checked by onnx.checker, with its external data beside it."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any, Iterator, Set

from jetdoctor.fix.sweep import subgraphs


class Candidate:
    """``with Candidate(proto, original) as c``: ``c.path`` for tools, ``c.trouble`` if it is invalid."""

    def __init__(self, proto: Any, original: str) -> None:
        self.proto, self.original = proto, os.path.abspath(original)
        self.trouble = ""
        self.folder = self.path = ""

    def __enter__(self) -> "Candidate":
        self.folder = tempfile.mkdtemp(prefix="jetdoctor-")
        self.path = os.path.join(self.folder, "candidate.onnx")
        try:
            bring_external_files(self.proto, self.original, self.folder)
            with open(self.path, "wb") as file:
                file.write(self.proto.SerializeToString(deterministic=True))
            self.trouble = _checked(self.path)
        except (OSError, ValueError) as error:
            self.trouble = "the fixed model cannot be written for its proof: %s" % error
        return self

    def __exit__(self, *_: Any) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def bring_external_files(proto: Any, original: str, folder: str) -> None:
    """External data of ``proto`` into ``folder``: by hard link, else by copy (ONNX refuses soft links)."""
    for location in sorted(external_files(proto)):
        source = os.path.join(os.path.dirname(os.path.abspath(original)), location)
        place = os.path.join(folder, location)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        try:
            os.link(source, place)
        except OSError:
            shutil.copyfile(source, place)


def _checked(path: str) -> str:
    import onnx

    try:
        onnx.checker.check_model(path)
    except Exception as error:
        return "the fixed model is invalid: %s" % str(error).strip().split("\n")[0]
    return ""


def external_tensors(proto: Any) -> Iterator[Any]:
    """TensorProtos whose data lies in another file, in all graphs and attributes."""
    for root in [proto.graph] + list(proto.functions):
        for tensor in _tensors(root):
            if tensor.data_location == 1:
                yield tensor


def external_files(proto: Any) -> Set[str]:
    """Locations of the external data, relative to the model's folder."""
    return {e.value for t in external_tensors(proto) for e in t.external_data if e.key == "location"}


def _tensors(graph: Any) -> Iterator[Any]:
    for tensor in getattr(graph, "initializer", ()):
        yield tensor
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == 4:
                yield attribute.t
            for tensor in attribute.tensors:
                yield tensor
        for inner in subgraphs(node):
            for tensor in _tensors(inner):
                yield tensor
