"""Reads a build log: what went wrong, why, and what to do. Standard library only.

    >>> from jetdoctor.triage import triage
    >>> triage("[TRT] [E] no CUDA-capable device is detected")[0].category
    'cuda-driver'
"""

from __future__ import annotations

from jetdoctor.triage.diagnosis import Diagnosis, Reading
from jetdoctor.triage.foretold import lines_of
from jetdoctor.triage.judge import read, triage
from jetdoctor.triage.weighing import weighed

__all__ = ["Diagnosis", "Reading", "lines_of", "read", "triage", "weighed"]
