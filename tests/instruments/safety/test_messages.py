from __future__ import annotations

import pytest

from mettle.instruments import safety


def every_text() -> list[tuple[str, str]]:
    texts = [(m.id, m.text) for m in safety.messages().values()]
    texts += [(f.id, f"{f.words} {f.text}") for f in safety.red_flags().values()]
    return texts + list(safety.rules().items())


@pytest.mark.parametrize(("key", "text"), every_text())
def test_no_message_diagnoses_or_advises_on_medicines(key: str, text: str) -> None:
    assert safety.forbidden_phrases(text) == []


def test_at_most_four_disclaimers_are_exempt_and_each_needs_to_be() -> None:
    exempt = [m for m in safety.messages().values() if m.reviewed]
    assert len(exempt) <= 4
    for disclaimer in exempt:
        assert any(p.search(disclaimer.text) for p in safety.FORBIDDEN.values()), disclaimer.id


@pytest.mark.parametrize(
    "text",
    [
        "You have depression.",
        "You may have an anxiety disorder.",
        "you're suffering from PTSD",
        "You suffer from insomnia.",
        "Stop your medication.",
        "You could replace the antidepressants with lifting.",
        "It may be time to change your dose of sertraline.",
        "Lifting is better than medicine for you.",
        "Consider tapering the tablets.",
        "Stopping antidepressants becomes easier.",
    ],
)
def test_the_patterns_catch(text: str) -> None:
    assert safety.forbidden_phrases(text)


@pytest.mark.parametrize(
    "text",
    [
        "Your answers add up to 14 (moderate range).",
        "You have 9 of 12 sessions done.",
        "Start with the empty bar. Change the load next time.",
        "Note a change of medicine in your diary: it may move the outcome.",
        "Your medicine changed on day 3, so the days before and after are told apart.",
    ],
)
def test_the_patterns_leave_plain_words_alone(text: str) -> None:
    assert safety.forbidden_phrases(text) == []
