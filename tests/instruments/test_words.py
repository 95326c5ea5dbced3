"""No sentence that this package can produce diagnoses or advises on medicines, and none belongs to a questionnaire."""

from __future__ import annotations

from itertools import pairwise

import pytest
from tests.conftest import ROOT

from mettle import instruments
from mettle.cli import score as score_verb
from mettle.instruments import safety, text

DATA = ROOT / "src" / "mettle" / "instruments" / "data"


def clean(words: str) -> None:
    assert safety.forbidden_phrases(words) == [], words


@pytest.mark.parametrize("key", instruments.ids())
def test_every_sentence_about_an_instrument(key: str) -> None:
    one = instruments.load(key)
    clean(" ".join([one.form, one.licence, one.change_words, text.how_to_get(one), *(c.words for c in one.cutoffs)]))
    low, high = (int(v) for v in one.range)
    steps = [*range(low, high, max(1, (high - low) // 12)), high]
    for before, after in [*pairwise(steps), (high, low), (low, high), (low, low)]:
        clean(instruments.change(key, before, after).words)
    for total in steps:
        clean(" ".join(score_verb.words(instruments.score_total(key, total))))
        clean(" ".join(m.text for m in safety.after_total(min(total, 27), previous=20).messages))
    blank: list[float | None] = [None] * len(one.items)
    clean(" ".join(score_verb.words(instruments.score(key, blank))))


@pytest.mark.parametrize("key", ["phq9", "cesdr", "pcl5"])
def test_every_card(key: str) -> None:
    one = instruments.load(key)
    for item in one.item_ids:
        for answer in (None, *one.values):
            for danger in (None, True, False):
                shown = safety.response(key, item, answer, in_danger=danger)
                clean(" ".join([shown.card.text() if shown.card else "", *(m.text for m in shown.messages)]))


def test_no_wording_of_a_form_that_is_at_hand_stands_in_the_repository() -> None:
    found = text.packs()
    if not found:
        pytest.skip("no words are at hand on this machine: mettle text fetch")
    ours = [
        path.read_text("utf-8", errors="ignore").lower()
        for folder in ("src", "tests", "docs")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".toml", ".csv", ".json", ".md", ".js", ".html"} and "node_modules" not in path.parts
    ]
    for pack in found:
        for question in (q for q in pack.items.values() if len(q) >= 30):  # shorter ones are anybody's words
            assert not any(question.lower().rstrip(".?") in held for held in ours), (pack.instrument, question[:20])


PINNED = {
    "cesd": "23a7d4237d12",
    "cesdr": "7b93412fb676",
    "gad7": "3df8f0ad7985",
    "gds15": "3be7d35a92bd",
    "pcl5": "0d430e249d9e",
    "phq4": "7288ee7d3fd1",
    "phq8": "c8f764c6b066",
    "phq9": "bb5bffa99e2b",
}
"""First digits of the checksum of each pack made from camcops-server 2.4.24: the conversion gives the same words everywhere."""


@pytest.mark.parametrize("key", PINNED)
def test_the_fetched_words_are_the_pinned_ones(key: str) -> None:
    if "en" not in text.languages(key):
        pytest.skip("no words are at hand on this machine: mettle text fetch")
    pack = text.read_pack(key)
    if pack.source_sha256 != text.SHA256:
        pytest.skip("the words at hand were added from another source")
    assert pack.sha256.startswith(PINNED[key])
