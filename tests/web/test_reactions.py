from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from mettle.instruments import reaction
from mettle.web import models, store
from tests.web.test_sync import op, send

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

TIMES: list[float] = [212, 245, 198, 301, 267, 233, 356, 410, 222, 95, 251, 640, 218, 229, 287, 30000]


def watched(day: int, **more: Any) -> dict[str, Any]:
    trials = [{"rt_ms": t} for t in TIMES]
    fields = {"on": f"2026-11-{day:02d}", "clock_time": "09:00", "instrument": "pvtb", "answers": {"trials": trials}}
    return op("reaction.put", ms=day, finished=True, form={"refresh_hz": "60.0"}, **(fields | more))


def test_the_first_two_are_practice_and_the_third_is_an_outcome(as_alice: Client, alice: User) -> None:
    send(as_alice, watched(1), watched(2), watched(3))
    (seen,) = store.diary(models.Person.of(alice)).of("pvtb")
    assert (str(seen.when.on), seen.value) == ("2026-11-03", reaction.vigilance(TIMES).speed)
    page = as_alice.get(reverse("reactions")).content.decode()
    assert page.count("practice</span>") == 2
    assert "3.78" in page


def test_a_session_that_arrives_late_takes_its_place_and_a_removed_one_gives_it_up(
    as_alice: Client, alice: User
) -> None:
    third, late = watched(3), watched(1)
    send(as_alice, watched(2), third)
    send(as_alice, watched(4))
    send(as_alice, late)
    person = models.Person.of(alice)
    assert [str(o.when.on) for o in store.diary(person).of("pvtb")] == ["2026-11-03", "2026-11-04"]
    send(as_alice, op("reaction.delete", late["entity"], 9))
    assert [str(o.when.on) for o in store.diary(person).of("pvtb")] == ["2026-11-04"]


def test_flanker_keeps_the_figure_that_repeats_well(as_alice: Client, alice: User) -> None:
    trials = [
        {"condition": c, "rt_ms": rt, "correct": True}
        for c, rt in (("congruent", 400), ("incongruent", 470))
        for _ in range(3)
    ]
    for day in (1, 2, 3):
        send(as_alice, watched(day, instrument="flanker", answers={"trials": trials}))
    (seen,) = store.diary(models.Person.of(alice)).of("flanker")
    assert seen.value == pytest.approx(2.5)
    assert models.Response.objects.first().score["details"]["effect_ms"] == pytest.approx(70)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"instrument": "chess"}, "instrument"),
        ({"answers": {"trials": [{"rt_ms": 1e9}]}}, "answers"),
        ({"answers": {"trials": [{"rt_ms": 300}] * 401}}, "answers"),
        ({"answers": [1, 2]}, "answers"),
    ],
)
def test_what_is_not_a_session_is_refused_by_name(as_alice: Client, fields: dict[str, Any], named: str) -> None:
    (receipt,) = send(as_alice, watched(1) | {"fields": watched(1)["fields"] | fields})
    assert receipt["status"] == "refused"
    assert receipt["why"].startswith(named)


def test_a_reaction_test_never_becomes_a_questionnaire(as_alice: Client) -> None:
    one = watched(1)
    send(as_alice, one)
    (receipt,) = send(as_alice, op("response.put", one["entity"], 9, instrument="phq9", answers={"9": 1}))
    assert receipt["status"] == "refused"
