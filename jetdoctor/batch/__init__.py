"""Many models against many targets: which files, in which processes, in which order.

``one`` checks a model, ``each`` a list of them; whatever is wrong with one becomes its result, and the others go on.
"""

from __future__ import annotations

from jetdoctor.batch.order import each
from jetdoctor.batch.single import Question, one

__all__ = ["Question", "each", "one"]
