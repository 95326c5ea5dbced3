from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from mettle.web import models, programme

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def test_a_better_plan_takes_the_quick_ones_place(
    alice: User, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.LOOK_FOR_BETTER_PLANS = True
    person = models.Person.of(alice)
    with django_capture_on_commit_callbacks(execute=True):
        quick = programme.make(person)
    assert quick.plan["solver"]["method"] == "greedy"
    better = programme._better[quick.pk].result(timeout=120)
    found = programme.current(person)
    assert found is not None
    assert found.plan == better | {"carried": {}}
    assert better["solver"]["objective"] >= quick.plan["solver"]["objective"]


def test_a_plan_that_was_begun_is_left_alone(
    alice: User, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.LOOK_FOR_BETTER_PLANS = True
    person = models.Person.of(alice)
    with django_capture_on_commit_callbacks(execute=True):
        quick = programme.make(person)
    first = programme.planned_sessions(quick)[0]
    models.Session.objects.create(person=person, on=quick.made_at.date(), plan_session=first["id"])
    programme._better[quick.pk].result(timeout=120)
    found = programme.current(person)
    assert found is not None
    assert found.plan == quick.plan


def test_a_plan_that_is_taken_back_is_not_looked_for(alice: User, settings: Any) -> None:
    """Its number may be the next plan's, of anybody."""
    settings.LOOK_FOR_BETTER_PLANS = True
    before = dict(programme._better)
    with transaction.atomic():
        programme.make(models.Person.of(alice))
        transaction.set_rollback(True)
    assert programme._better == before
    assert not models.Plan.objects.exists()
