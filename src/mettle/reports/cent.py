"""What a clinician or a journal asks of an n-of-1 trial: the items of CENT 2015 in our words, each answered from the data, and a methods paragraph.

Source: Vohra et al. 2015, CENT 2015 statement, doi 10.1136/bmj.h1738; Shamseer et al. 2015, explanation, doi 10.1136/bmj.h1793. The numbers 1a to 5
were read in a published copy of its table (doi 10.1186/s13643-015-0071-x, table 1, which calls 2a.2 "2c"); the later ones keep CONSORT 2010's, as CENT does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle import __version__

if TYPE_CHECKING:
    from datetime import date

    from mettle.answers import Answer

NOT_APPLICABLE = "not applicable"
PERSON_ADDS = "the person adds this"
_KINDS = {
    "session": "single sessions, each rated before and after, and rest days rated at the same clock times",
    "days": "single days",
    "pairs": "pairs of days",
    "blocks": "blocks of days",
    "am_pm": "halves of days",
    "variant": "single sessions of one way or the other",
}


def checklist(found: Answer) -> list[tuple[str, str, str]]:
    """Item, what it asks, and what this trial answers; empty without a trial."""
    if found.schedule is None or found.course is None:
        return []
    return [*_design(found), *_assignment(found), *_analysis(found), *_findings(found)]


def methods(found: Answer) -> str:
    """One paragraph that says what was done, for a letter or an article; empty where nothing was estimated."""
    if found.posterior is None:
        return ""
    table, c = found.table, found.comparison
    first, last = table.axis.date(int(table.day[0])), table.axis.date(int(table.day[-1]))
    main = found.effects[found.headline_effect]
    parts = [
        f"One person rated {c.outcome} {table.t.size} times from {_day(first)} to {_day(last)} ({table.days} days).",
        _how_assigned(found),
        f"The estimand was: {main.estimand}.",
        (
            "Ratings were modelled as a linear Gaussian state space (random walk, Ornstein-Uhlenbeck process and white noise) with an intercept, a trend, "
            "exchangeable weekday effects"
            + (", the time of day" if any(col.name == "clock_sin" for col in table.columns) else "")
            + ", the effect of the same day, of the day after and a slow effect of unknown decay"
            + (", the first of which fades over hours at a rate that was estimated" if table.horizon == "hours" else "")
            + "."
        ),
        (
            f"Scales and decays were integrated out by adaptive importance sampling ({found.posterior.points} points, effective sample size "
            f"{found.posterior.ess:.0f}); given them the posterior is exact."
        ),
        _prior_words(found),
    ]
    if found.randomisation_p is not None:
        parts.append(
            "A studentised randomisation test with 999 schedules from the same admissible set stands beside it."
        )
    if found.lead is not None:
        parts.append("A lead test asked whether coming sessions show in the ratings before them.")
    parts.append(f"Analysed with mettle {__version__}, seed {found.seed}.")
    return " ".join(p for p in parts if p)


def _how_assigned(found: Answer) -> str:
    s = found.schedule
    if s is None:
        return "Training was as the person chose; doses are work sets times their effort, 1 being the person's median session."
    drawn = f" (seed {s.seed}{f', drawn {s.draws} times' if (s.draws or 1) > 1 else ''})" if s.seed is not None else ""
    arms = _arms(found)
    return f"{arms[:1].upper()}{arms[1:]} were assigned at random to {_KINDS[s.kind]}{drawn}; the comparison is as assigned."


def _prior_words(found: Answer) -> str:
    if found.prior is None or found.swc is None:
        return ""
    c = found.comparison
    return (
        f"The prior was normal with mean {c.points(found.prior.mean)} and standard deviation {c.points(found.prior.sd)} {c.unit} ({found.prior.source}); the answer "
        f"had to hold under four priors. Less than {c.points(found.swc)} {c.unit} was not worth noticing."
    )


def _design(found: Answer) -> list[tuple[str, str, str]]:
    s, at, c = found.schedule, found.course, found.comparison
    assert s is not None
    assert at is not None
    claims = (
        f"claim{'s' if len(s.claims) > 1 else ''} {', '.join(s.claims)}" if s.claims else "no published claim named"
    )
    return [
        ("1a", "named as an n-of-1 trial in the title", f"n-of-1 trial: {found.question}"),
        ("1b", "summary", found.sentence),
        ("2a.1", "background", claims),
        ("2a.2", "why one person", "other people's means do not say what happens to this person"),
        ("2b", "objective", found.effects[found.headline_effect].estimand),
        ("3a", "design: periods and their length", f"{_KINDS[s.kind]} over {at.days} days; {_phases(found)}"),
        ("3b", "changes after the start", _excluded(found)),
        (
            "4a",
            "who",
            f"one person who rated themselves; {PERSON_ADDS}: age, diagnosis if any, experience with training",
        ),
        ("4b", "where", "home, gym or wherever the person trains; ratings on their own device"),
        (
            "4c",
            "whether this is research, and who approved it",
            f"a trial of one's own, not research unless {PERSON_ADDS}",
        ),
        ("5", "what was compared", f"{_arms(found)}; {_adherence(found)}"),
        (
            "6a",
            "outcome, when and how measured",
            f"{c.outcome}, {c.unit}, higher is {c.higher_is}; {found.table.t.size} ratings",
        ),
        ("6b", "changes of outcomes", _declared(found)),
        ("7a", "how long and why", f"{at.days} days; `mettle trial plan` has the arithmetic of power against length"),
        ("7b", "looks on the way and stopping", _looks(found)),
    ]


def _assignment(found: Answer) -> list[tuple[str, str, str]]:
    s = found.schedule
    assert s is not None
    first, second = (sum(a.arm == arm for a in s.assignments if a.phase == "trial") for arm in s.arms)
    drawn = "uniformly from all admissible schedules" if s.claims_sha256 else "not told in the file"
    return [
        (
            "8a",
            "how the order was drawn",
            f"{drawn}, seed {'not told' if s.seed is None else s.seed}; {_draws(s.draws)} before the start",
        ),
        ("8b", "kind of randomisation and its limits", _KINDS[s.kind]),
        (
            "8c",
            "the whole planned order",
            f"{first} of {s.arms[0]} and {second} of {s.arms[1]}; each day stands in trial.json",
        ),
        (
            "9",
            "concealment of what comes next",
            "ratings are asked for before the day's plan is shown; the file is not hidden from the person",
        ),
        ("10", "who drew, enrolled and assigned", "software drew; the person enrolled themselves"),
        ("11a", "blinding", "none: a person knows when they train"),
        ("11b", "likeness of the arms", NOT_APPLICABLE),
    ]


def _analysis(found: Answer) -> list[tuple[str, str, str]]:
    table = found.table
    slow = "the day after and a slow effect are in the model, so that carry-over is estimated, not assumed away"
    return [
        ("12a", "methods for the person's data", "state space model with exact posterior, as in the methods paragraph"),
        ("12b", "several people put together", NOT_APPLICABLE),
        (
            "12c",
            "carry-over, period effects, autocorrelation",
            f"{slow}; trend and weekdays are columns; levels that drift and moods that last are processes",
        ),
        ("13a", "days planned, done and analysed", f"{_adherence(found)}; {table.days} days analysed"),
        ("13b", "losses and exclusions, with reasons", _excluded(found)),
    ]


def _findings(found: Answer) -> list[tuple[str, str, str]]:
    table, c, at, s = found.table, found.comparison, found.course, found.schedule
    assert at is not None
    assert s is not None
    main = found.effects[found.headline_effect]
    figure = (
        "not estimated" if main.mean is None else f"{c.points(main.mean, signed=True)} {c.unit} ({c.interval(main)})"
    )
    p = f"; randomisation test p = {found.randomisation_p:.3f}" if found.randomisation_p is not None else ""
    ended = "the planned end is over" if at.ended else f"not over: {at.words}"
    return [
        ("14a", "dates", f"{_day(s.assignments[0].on)} to {_day(at.last_day)}"),
        ("14b", "why it ended", ended),
        (
            "15",
            "the person at the start",
            f"mean {c.points(table.centre)}, within-person SD {c.points(table.scale)} {c.unit} over the trial; expected benefit {_expected(found)}",
        ),
        ("16", "numbers analysed", f"{table.t.size} ratings on {len(set(table.day.tolist()))} days, as assigned"),
        ("17a", "effect and its precision", figure + p),
        ("17b", "yes-or-no outcomes", NOT_APPLICABLE),
        ("18", "other analyses", _other(found)),
        (
            "19",
            "harms",
            f"not recorded here; {PERSON_ADDS}. The chance of a worthwhile change for the worse is {main.p_harmful:.0%}"
            if main.p_harmful is not None
            else PERSON_ADDS,
        ),
        ("20", "limits", f"{len(found.caveats)} caveats, listed above"),
        ("21", "whom it applies to", "this person, these months, this measure"),
        (
            "22",
            "interpretation",
            found.decision.text if found.decision else "waits for the planned end" if not at.ended else found.sentence,
        ),
        (
            "23",
            "registration",
            f"claims pinned before the start, SHA-256 {s.claims_sha256[:16]}"
            if s.claims_sha256
            else "none in the file",
        ),
        ("24", "protocol", "trial.json holds it: constraints, seed, order, stopping rules"),
        ("25", "funding", PERSON_ADDS),
    ]


def _expected(found: Answer) -> str:
    told = found.expectancy
    if told is None or (told.expected is None and told.of_ten is None):
        return "not asked"
    c = found.comparison
    points = [] if told.expected is None else [f"{c.points(told.expected, signed=True)} {c.unit}"]
    words = [] if told.of_ten is None else [f"{told.of_ten:g} of 10 (0 not at all, 10 very much)"]
    return " and ".join([*points, *words])


def _draws(draws: int | None) -> str:
    return "draws not told" if draws is None else f"drawn {'once' if draws == 1 else f'{draws} times'}"


def _arms(found: Answer) -> str:
    assert found.schedule is not None
    first, second = (a.replace("_", " ") for a in found.schedule.arms)
    return f"{first} and {second}"


def _phases(found: Answer) -> str:
    assert found.schedule is not None
    count = {phase: sum(a.phase == phase for a in found.schedule.assignments) for phase in ("run_in", "washout")}
    return f"run-in {count['run_in']} days, washout {count['washout']}"


def _adherence(found: Answer) -> str:
    done = found.adherence
    if done is None or done.done_when_assigned is None or done.done_otherwise is None:
        return "what was done was not logged"
    return (
        f"done on {done.done_when_assigned:.0%} of days assigned to it and on {done.done_otherwise:.0%} of the others"
    )


def _excluded(found: Answer) -> str:
    own = [e for e in found.excluded if e.what == found.table.outcome]
    if not own:
        return "none"
    return f"{len(own)} ratings left out: {'; '.join(dict.fromkeys(e.why for e in own))}"


def _declared(found: Answer) -> str:
    assert found.schedule is not None
    declared = found.schedule.outcome
    if declared is None:
        return "no outcome was declared before the start"
    return "none" if declared == found.table.outcome else f"declared was {declared.replace('_', ' ')}"


def _looks(found: Answer) -> str:
    opened = found.expectancy.opened if found.expectancy else ()
    looked = (
        f"the running answer was opened on day {', '.join(map(str, opened))}"
        if opened
        else "the running answer stayed sealed, as far as was told"
    )
    return f"{looked}; the p value is told at the planned end only; a stretch without training ends when safety rules say so"


def _other(found: Answer) -> str:
    said = ["as trained, the effect a session, and four priors: above"]
    if found.variability is not None:
        said.append(f"ratings vary {found.variability['ratio']:.2f} times as much on days of the first arm")
    if found.reactivity is not None:
        said.append(
            f"a session changes what a bad event does by {found.comparison.points(found.reactivity.difference, signed=True)} {found.comparison.unit}"
        )
    if found.changes is not None:
        said.append(
            f"difference of plain changes {found.comparison.points(found.changes.difference, signed=True)} (se {found.comparison.points(found.changes.se)})"
        )
    return "; ".join(said)


def _day(on: date) -> str:
    return f"{on:%-d %B %Y}"
