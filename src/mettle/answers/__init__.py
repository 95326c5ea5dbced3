"""The job: from one person's diary to an honest answer (`answer`), the same for many people (`answer_many`), and several outcomes."""

from __future__ import annotations

from mettle.answers.document import Answer
from mettle.answers.estimates import PRIOR_NAMES
from mettle.answers.family import family
from mettle.answers.many import Answered, Case, answer_many, messages
from mettle.answers.one import answer

__all__ = ["PRIOR_NAMES", "Answer", "Answered", "Case", "answer", "answer_many", "family", "messages"]
