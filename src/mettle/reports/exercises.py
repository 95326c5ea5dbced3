"""The page of exercises: every picture with its cue, grouped by movement, light and dark, on a phone or on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mettle.training.catalogue import exercises
from mettle.training.figure import svg

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mettle.training.catalogue import CatalogueExercise

PATTERN_NAMES = {
    "squat": "Squat and stand up",
    "lunge": "Lunge and step",
    "hinge": "Bend at the hips",
    "hpush": "Push away",
    "vpush": "Push up overhead",
    "hpull": "Pull towards you",
    "vpull": "Pull down from above",
    "core": "Trunk",
    "carry": "Carry",
    "knee_flexion": "Bend the knee",
    "isolation": "One joint at a time",
    "conditioning": "Keep moving",
    "balance": "Balance",
}
KIT_NAMES = {
    "trx": "suspension straps",
    "pullup_bar": "pull-up bar",
    "dip_bars": "dip bars",
    "trap_bar": "trap bar",
    "ball": "stability ball",
    "cable": "cable machine",
    "rower": "rowing machine",
    "hyperextension": "back-extension bench",
    "leg_press": "leg press",
    "chest_press": "chest press machine",
    "chest_fly": "chest fly machine",
    "seated_row": "seated row machine",
    "shoulder_press": "shoulder press machine",
    "leg_curl": "leg curl machine",
    "leg_extension": "leg extension machine",
    "calf_machine": "calf machine",
    "lat_pulldown": "pulldown machine",
}


def needs(exercise: CatalogueExercise) -> str:
    """What an exercise needs, in words.

    >>> needs(exercises()["goblet_box_squat"])
    'dumbbell or kettlebell, and box, bench or chair'
    >>> needs(exercises()["back_squat"]), needs(exercises()["bodyweight_squat"])
    ('barbell and rack', 'nothing')
    """
    either = any(len(group) > 1 for group in exercise.equipment)
    return (", and " if either else " and ").join(_either(group) for group in exercise.equipment) or "nothing"


def _either(group: Sequence[str]) -> str:
    names = [KIT_NAMES.get(item, item) for item in group]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def page(shown: Sequence[CatalogueExercise], *, owned: Collection[str] | None = None) -> str:
    """The page as HTML.

    Parameters
    ----------
    shown
        The exercises to show, in their order.
    owned
        The equipment that they were chosen for; None where all are shown.
    """
    groups = []
    for pattern, name in PATTERN_NAMES.items():
        cards = [_card(exercise) for exercise in shown if exercise.pattern == pattern]
        if cards:
            groups.append({"id": pattern, "name": name, "cards": cards})
    kit = ", ".join(KIT_NAMES.get(item, item) for item in sorted(owned)) if owned else "nothing but room to move"
    environment = Environment(loader=PackageLoader("mettle.reports"), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("exercises.html").render(
        count=len(shown), groups=groups, owned="" if owned is None else f"With: {kit}."
    )


def _card(exercise: CatalogueExercise) -> dict[str, object]:
    easier, harder = (exercises()[link].name if link else "" for link in (exercise.regression, exercise.progression))
    picture = svg(exercise.id, title=f"{exercise.name}: start and end position")
    return {
        "id": exercise.id,
        "name": exercise.name,
        "cue": exercise.cue,
        "breath": exercise.breath,
        "needs": needs(exercise),
        "easier": easier,
        "harder": harder,
        "picture": Markup(picture),  # noqa: S704 - drawn by us from numbers; the title is escaped where it is written
    }
