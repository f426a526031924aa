"""What each TensorRT release does with each operator: the fact rows, and the grammar of their conditions."""

from jetdoctor.facts.rows import Fact, Knowledge, knowledge

__all__ = ["Fact", "Knowledge", "knowledge"]
