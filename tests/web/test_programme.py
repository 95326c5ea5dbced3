from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mettle.web import models, programme

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def test_a_better_plan_takes_the_quick_ones_place(alice: User, settings: Any) -> None:
    settings.LOOK_FOR_BETTER_PLANS = True
    person = models.Person.of(alice)
    quick = programme.make(person)
    assert quick.plan["solver"]["method"] == "greedy"
    better = programme._better[quick.pk].result(timeout=120)
    found = programme.current(person)
    assert found is not None
    assert found.plan == better | {"carried": {}}
    assert better["solver"]["objective"] >= quick.plan["solver"]["objective"]


def test_a_plan_that_was_begun_is_left_alone(alice: User, settings: Any) -> None:
    settings.LOOK_FOR_BETTER_PLANS = True
    person = models.Person.of(alice)
    quick = programme.make(person)
    first = programme.planned_sessions(quick)[0]
    models.Session.objects.create(person=person, on=quick.made_at.date(), plan_session=first["id"])
    programme._better[quick.pk].result(timeout=120)
    found = programme.current(person)
    assert found is not None
    assert found.plan == quick.plan
