"""A person's trial in the app: what may be offered, the draw, the enrolment, the ends."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import stdev
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from mettle import instruments
from mettle.instruments import safety
from mettle.web import days, models, programme, stored_trials
from mettle.words import mark, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.words import Sentence

WEEKS = (4, 8, 12, 16, 26)
DEFAULT_WEEKS = 12
MOST_SLIDERS = 8
USUAL_SPREAD, ENOUGH_VALUES = 2.0, 14


@dataclass(frozen=True, slots=True)
class Offer:
    """A comparison that this person can make.

    Parameters
    ----------
    code
        Its name in addresses.
    kind, arms
        As in trial.json.
    title, words
        What is compared, and what it asks of the person.
    withholds
        Whether some days are drawn as days without training.
    claim, outcome, weeks
        Of the claim that it tests, where it tests one: its id, what to follow, and the length that its design asks for.
    """

    code: str
    kind: Any
    arms: tuple[str, str]
    title: str
    words: str
    withholds: bool = False
    claim: str = ""
    outcome: str = ""
    weeks: int = DEFAULT_WEEKS


def offers(person: models.Person) -> list[Offer]:
    """What may be compared; for somebody who already trains, comparisons of two ways come first."""
    days_of_training = Offer(
        "days",
        "days",
        ("train", "rest"),
        _("Training days against rest days"),
        _("Each week's sessions fall on days drawn at random. You check in morning and evening."),
        withholds=True,
    )
    two_ways = [
        Offer(
            "clock",
            "am_pm",
            ("morning", "evening"),
            _("Morning against evening"),
            _("The same session, at a time of day drawn at random."),
        ),
        Offer(
            "load",
            "variant",
            ("heavier", "lighter"),
            _("Heavier against lighter"),
            _("The same exercises, the load drawn at random."),
        ),
        Offer(
            "format",
            "variant",
            ("circuit", "straight"),
            _("Circuit against straight sets"),
            _("The same exercises, in turn or one after the other."),
        ),
        Offer(
            "company",
            "variant",
            ("class", "alone"),
            _("With others against alone"),
            _("The same session, the company drawn at random."),
        ),
    ]
    return [*two_ways, days_of_training] if person.profile.get("active_now") else [days_of_training, *two_ways]


def offer(person: models.Person, code: str) -> Offer | None:
    """One of the offers by its name; ``claim-8-2`` is the ready design of a claim. None where there is no such comparison."""
    if code.startswith("claim-"):
        return _of_claim(person, code.removeprefix("claim-").replace("-", "."), code)
    return next((o for o in offers(person) if o.code == code), None)


def in_words(arms: Sequence[str]) -> list[Sentence]:
    """The two arms as a reader knows them, the first as a heading begins."""
    first, second = (arm.replace("_", " ") for arm in arms)
    return [mark(first[:1].upper() + first[1:]), mark(second)]


def _of_claim(person: models.Person, number: str, code: str) -> Offer | None:
    from mettle import evidence  # noqa: PLC0415 # trials load numpy: only where one is made or ended
    from mettle.trials.claims import for_claim, without_stretches  # noqa: PLC0415 # likewise

    claim = evidence.claims().get(number)
    ready = for_claim(claim) if claim else None
    if claim is None or ready is None:
        return None
    if "rest" in ready.arms and withholding(person, days.today(person)).max_days == 0:
        ready = without_stretches(ready)
    words = _("%(a)s against %(b)s, drawn by chance.") % dict(zip("ab", told(in_words(ready.arms)), strict=True))
    weeks = min(WEEKS, key=lambda w: abs(7 * w - ready.days))
    return Offer(
        code,
        ready.kind,
        ready.arms,
        claim.says,
        words,
        "rest" in ready.arms,
        number,
        ready.daily or ready.outcome,
        weeks,
    )


def withholding(person: models.Person, on: date) -> safety.WithholdingLimit:
    """How long a schedule may keep this person from training, from their own latest PHQ-9."""
    row = (
        person.responses.filter(deleted="", finished=True, instrument="phq9", score__has_key="score")
        .order_by("-on")
        .first()
    )
    known = row is not None and row.on is not None and row.score.get("score") is not None
    item9 = row.answers.get("9") if row is not None else None
    return safety.withholding_limit(
        phq9=int(row.score["score"]) if row is not None and known else None,
        item9=item9,
        phq9_age_days=(on - row.on).days if row is not None and row.on is not None and known else None,
        conditions=person.profile.get("conditions", ()),
        age=person.profile.get("age"),
    )


def drawn(
    person: models.Person,
    chosen: Offer,
    *,
    outcome: str,
    weeks: int,
    claims: tuple[str, ...] = (),
    previous: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A schedule for this person, drawn anew; earlier draws are counted.

    Raises
    ------
    InputError
        Where no schedule fits what is asked.
    """
    from mettle.trials.admissible import Rules  # noqa: PLC0415 # likewise
    from mettle.trials.design import Wish, draw  # noqa: PLC0415 # likewise

    start = days.today(person) + timedelta(days=1)
    per_week = int(person.profile.get("days_per_week", 3))
    wish = Wish(
        chosen.kind,
        chosen.arms,
        start,
        7 * weeks,
        rules=Rules(per_week=(max(1, per_week - 1), per_week) if chosen.kind in ("days", "session") else None),
        limit=withholding(person, days.today(person)),
        outcome=outcome,
        claims=claims,
        timezone=person.timezone or None,
    )
    return draw(wish, seed=secrets.randbelow(2**31), previous=previous)


READ = "evidence_read"
"""In a person's choices: the day on which they first looked at what is published."""


def has_read(person: models.Person) -> None:
    """Write down that the person has looked at what is published; once is enough."""
    if READ not in person.choices:
        person.choices = person.choices | {READ: days.today(person).isoformat()}
        person.save(update_fields=["choices"])


def enrol(
    person: models.Person, trial: dict[str, Any], *, expected: float | None, after_reading: bool = False
) -> models.Trial:
    """Start a trial: what was expected is written down first, the drawn schedule is stored, the plan follows it.

    ``after_reading`` stands in the schedule's document: whether they had looked at what is published when they were asked.
    """
    if expected is not None:
        trial = trial | {"expected_asked": "after_reading" if after_reading else "before_reading"}
    with transaction.atomic():
        for running in person.trials.filter(ended_at=None):
            end(running, "replaced")
        stored = models.Trial.objects.create(
            person=person, trial=trial, redraws=trial["draws"] - 1, expected_benefit=expected
        )
        programme.make(person, trial=trial)
        _ask_for(person, trial["outcome"])
    return stored


def _ask_for(person: models.Person, outcome: str) -> None:
    """A slider that a trial follows is asked in every check-in from then on; the last of eight makes room."""
    asked = list(person.choices.get("check_in", instruments.daily_default()))
    if outcome in instruments.measures() and outcome not in asked:
        person.choices = person.choices | {"check_in": [*asked[: MOST_SLIDERS - 1], outcome]}
        person.save()


def expected(person: models.Person, outcome: str) -> float | None:
    """What the person expected, 0-10, before the last ended trial of an outcome; None where it was not asked."""
    found = _last_ended(person, outcome)
    return found.expected_benefit if found else None


def asked_after_reading(person: models.Person, outcome: str) -> bool:
    """Whether that was asked of somebody who had looked at what is published; unknown of trials that began before it was written down."""
    found = _last_ended(person, outcome)
    return found is not None and found.trial.get("expected_asked") == "after_reading"


def _last_ended(person: models.Person, outcome: str) -> models.Trial | None:
    ended = person.trials.filter(trial__outcome=outcome).exclude(ended_at=None)
    found: models.Trial | None = ended.order_by("-enrolled_at").first()
    return found


def chances(person: models.Person, chosen: Offer, *, outcome: str, weeks: int) -> dict[str, int] | None:
    """Of 100 people like this one, how many get a clear and a probable answer, for how many minutes of check-ins.

    None for a comparison that no ready design is like.
    """
    found = prospects(person, chosen, outcome=outcome, lengths=(weeks,))
    return {k: v for k, v in found[0].items() if k != "weeks"} if found else None


def prospects(
    person: models.Person, chosen: Offer, *, outcome: str, lengths: tuple[int, ...] = WEEKS
) -> list[dict[str, int]]:
    """The chances for each length in weeks; empty for a comparison that no ready design is like."""
    from mettle import evidence  # noqa: PLC0415 # likewise
    from mettle.trials import planning  # noqa: PLC0415 # likewise

    own_sd = own_spread(person, outcome)
    priors = evidence.for_claim(chosen.claim or None, outcome, own_sd=own_sd)
    found = planning.plan(
        "acute", priors=priors, own_sd=own_sd, lengths=tuple(7 * w for w in lengths), two_ways="rest" not in chosen.arms
    )
    like = [
        c
        for c in found.curves
        if c.candidate.kind == chosen.kind or (chosen.kind == "am_pm" and c.candidate.kind == "variant")
    ]
    asked = sorted(like, key=lambda c: len(c.candidate.ratings.hours))[-1:]  # the app asks as often as any of them
    return [
        {"weeks": weeks, "clear": round(clear), "probable": round(probable), "minutes": round(minutes)}
        for best in asked
        for weeks, clear, probable, minutes in zip(
            lengths, best.clear.tolist(), best.probable.tolist(), best.minutes.tolist(), strict=True
        )
    ]


def own_spread(person: models.Person, outcome: str) -> float:
    """The person's own within-person SD of an outcome where a fortnight is there; else a fifth of a 0-10 slider."""
    values = [
        v
        for v in person.observations.filter(deleted="", outcome=outcome).values_list("value", flat=True)
        if v is not None
    ]
    return max(stdev(values), 0.1) if len(values) >= ENOUGH_VALUES else USUAL_SPREAD


def end(trial: models.Trial, code: str, *, decision: str = "") -> None:
    """End a trial; the days until today stay as they were drawn, so that they can be analysed, and training goes on as planned.

    A trial whose planned end has come stays as it is; one that ends before has no assignments after today. One that cannot be
    read stays as it is, too: it is set aside.
    """
    from mettle.trials.ending import REASONS, end_stretch  # noqa: PLC0415 # likewise

    today = days.today(trial.person)
    was: dict[str, Any] = {}
    if stored_trials.damage(trial):
        code, was = stored_trials.UNREADABLE, {"was": trial.end} if trial.end else {}
    elif not over(trial):
        first = min(row["on"] for row in trial.trial["schedule"])
        if code in REASONS and first <= today.isoformat():
            trial.trial = end_stretch(trial.trial, today, reason=code)
        else:
            trial.trial = {
                **trial.trial,
                "stopped": today.isoformat(),
                "schedule": [r for r in trial.trial["schedule"] if r["on"] < today.isoformat()],
            }
    trial.ended_at = now()
    trial.end = {"code": code, "decision": decision, **was}
    trial.save()
    programme.make(trial.person)


def read_with(person: models.Person, outcome: str) -> dict[str, Any] | None:
    """What an answer about an outcome is read with: the latest trial of it that has had a compared day."""
    today = days.today(person)
    for trial in person.trials.filter(trial__outcome=outcome).order_by("-enrolled_at"):
        if stored_trials.damage(trial):
            continue
        rows = trial.trial["schedule"]
        if any(row["on"] <= today.isoformat() and row["arm"] and row["phase"] == "trial" for row in rows):
            start = date.fromisoformat(trial.trial["start"])
            opened = sorted({(date.fromisoformat(on) - start).days + 1 for on in trial.opened})
            return {"document": trial.trial, "opened": opened, "expected": trial.expected_benefit}
    return None


def last_day(trial: models.Trial) -> str:
    """The planned last day."""
    return str(max((row["on"] for row in trial.trial["schedule"]), default=trial.trial["start"]))


def over(trial: models.Trial) -> bool:
    """Whether the planned end has come."""
    return last_day(trial) < days.today(trial.person).isoformat()


def stop_where_it_must(person: models.Person) -> tuple[safety.Message, ...]:
    """End a running trial that withholds training where a stopping rule is met; the messages to show, empty otherwise."""
    running = person.trials.filter(ended_at=None).first()
    if running is None or not (stored_trials.damage(running) or "rest" in running.trial["arms"]):
        return ()  # one that cannot be read may withhold training: it counts as such
    rows = person.responses.filter(deleted="", finished=True, instrument="phq9", score__has_key="score").order_by(
        "on", "clock_time"
    )
    scored = [(r.score.get("score"), r.answers.get("9")) for r in rows if r.score.get("score") is not None]
    if not scored:
        return ()
    before = [s for s, _item in scored[:-1]]
    met = safety.trial_must_stop(
        phq9_at_start=int(before[-1]) if before else None,
        phq9_now=int(scored[-1][0]),
        item9_now=scored[-1][1],
        deteriorating=deteriorating(person).fired,
    )
    if met:
        end(running, met[0].code)
    return met


def deteriorating(person: models.Person) -> safety.Deterioration:
    """Whether the daily mood has fallen by its own spread, or the check-ins have gone silent after regular use."""
    by_day: dict[date, list[float]] = {}
    rated = person.observations.filter(deleted="", outcome="mood")
    for on, value in rated.values_list("on", "value"):
        if on is not None and value is not None:
            by_day.setdefault(on, []).append(value)
    daily = {on: sum(values) / len(values) for on, values in by_day.items()}
    return safety.deterioration(daily, today=days.today(person))
