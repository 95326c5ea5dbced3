"""The answer in a terminal: at most 25 lines, with a small picture of the interval."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from mettle.words import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.answers import Answer
    from mettle.trials.family import Shared
    from mettle.trials.verdict import Effect

WIDTH = 78
LINES = 25
_ROWS = {"acute": "right after", "next_day": "next day", "chronic": "slow build-up", "total": "usual week"}
SETTLES = "depends_on_prior"
_HARMLESS = ("not_blinded", "observational")


def answer_lines(found: Answer) -> list[str]:
    """The lines to print, none wider than 78 characters."""
    lines = [told(found.question), "", *textwrap.wrap(told(found.sentence), WIDTH), ""]
    main = found.effects[found.headline_effect]
    if main.mean is not None:
        lines += [*picture(found, main), ""]
        lines += [_row(found, name) for name in found.effects]
        lines += ["", *_ground(found)]
    if found.decision is not None:
        lines += ["", *textwrap.wrap(f"What now: {told(found.decision.text)}", WIDTH)]
    tail = _caveat_lines(found, room=LINES - len(lines) - 1)
    return [*lines, *([""] if tail and lines[-1] else []), *tail][:LINES]


def family_lines(found: Sequence[Answer], shared: Sequence[Shared]) -> list[str]:
    """Several outcomes at once, a line each: by itself, leaning on the others, and the test's p value adjusted."""
    head = f"{len(found)} outcomes at once. Each estimate leans on the others, so that one lucky one does not mislead."
    lines = [*textwrap.wrap(head, WIDTH), ""]
    by_name = {s.outcome: s for s in shared}
    for a in found:
        s = by_name.get(a.table.outcome)
        if s is None or s.effect.mean is None or s.effect.q025 is None or s.effect.q975 is None:
            lines += textwrap.wrap(f"  {a.comparison.outcome}: {a.sentence}", WIDTH, subsequent_indent="    ")
            continue
        c = a.comparison
        strength = f"{s.strength}: " if s.strength else ""
        span = f"{c.points(s.effect.mean, signed=True):>7}  [{c.points(s.effect.q025, signed=True)}, {c.points(s.effect.q975, signed=True)}]"
        lines.append(f"  {c.outcome[:20]:<20} {span:<26} {strength}{s.verdict.replace('_', ' ')}")
        own = a.effects[a.headline_effect]
        alone = f"by itself {c.points(own.mean or 0.0, signed=True)} ({c.interval(own)})"
        test = (
            ""
            if s.p is None or s.p_adjusted is None
            else f"; randomisation p {s.p:.3f}, among so many {s.p_adjusted:.3f}"
        )
        lines += textwrap.wrap(alone + test, WIDTH, initial_indent=" " * 23, subsequent_indent=" " * 23)
    how = {a.credibility for a in found}
    tail = (
        "Days were drawn at random."
        if how == {"randomised"}
        else "This is what goes with training, not what training does."
    )
    return [
        *lines,
        "",
        *textwrap.wrap(
            f"{tail} A claim stands only where both ways agree. The outcomes' errors are taken as unrelated; where you rate several at one "
            "moment they move together, so read the pooled intervals as somewhat too narrow. --json has all of each answer.",
            WIDTH,
        ),
    ]


def picture(found: Answer, effect: Effect, *, width: int = 61) -> list[str]:
    """The interval as text: ``─`` the 95% interval, ``●`` the middle, ``░`` what is not worth noticing (``▒`` inside the interval), ``│`` zero."""
    assert effect.q025 is not None
    assert effect.q975 is not None
    assert effect.median is not None
    c, swc = found.comparison, found.swc or 0.0
    reach = 1.15 * max(abs(effect.q025), abs(effect.q975), 1.6 * swc)

    def at(value: float) -> int:
        return round((value + reach) / (2 * reach) * (width - 1))

    scale = [" "] * width
    for i in range(at(-swc), at(swc) + 1):
        scale[i] = "░"
    scale[at(0)] = "│"
    for i in range(at(effect.q025), at(effect.q975) + 1):
        scale[i] = "┼" if i == at(0) else "▒" if scale[i] == "░" else "─"
    scale[at(effect.median)] = "●"
    ends = [" "] * width
    for value in (effect.q025, effect.q975):
        label = c.points(value, signed=True)
        begin = min(max(at(value) - len(label) // 2, 0), width - len(label))
        ends[begin : begin + len(label)] = label
    left, right = ("worse", "better") if c.higher_is == "better" else ("better", "worse")
    return [
        f"{left:>7} {''.join(scale)} {right}",
        f"{'':>7} {''.join(ends).rstrip()}   ({c.unit}; ░ under {c.points(swc)} is not worth noticing)"
        if len("".join(ends).rstrip()) < 25
        else f"{'':>7} {''.join(ends).rstrip()}",
    ]


def _row(found: Answer, name: str) -> str:
    effect = found.effects[name]  # type: ignore[index]  # names come from the answer itself
    label = _ROWS[name]
    if name == "acute" and found.comparison.arms is not None:
        label = "same day"
    if effect.mean is None or effect.q025 is None or effect.q975 is None:
        return f"  {label:<14} cannot tell"
    c = found.comparison
    span = f"{c.points(effect.mean, signed=True):>7}  [{c.points(effect.q025, signed=True)}, {c.points(effect.q975, signed=True)}]"
    credible = found.credibility != "not_credible"
    verdict = effect.verdict.replace("_", " ") if credible else "not credible"
    strength = f"{effect.strength}: " if effect.strength and credible else ""
    beyond = ", beyond what you did" if effect.extrapolated and effect.verdict != "cannot_tell" else ""
    return f"  {label:<14} {span:<28} {strength}{verdict}{beyond}"


def _ground(found: Answer) -> list[str]:
    table = found.table
    exposed = int((table.daily > 0).sum())
    missing = found.missing.all_days if found.missing else 0.0
    how = {
        "randomised": "days drawn at random",
        "observational": "days not chosen at random",
        "not_credible": "training follows the outcome: not credible",
    }[found.credibility]
    kind = "days with a session" if found.comparison.arms is None else f"days of {found.comparison.arms[0]}"
    said = f"Rests on {table.t.size} check-ins over {table.days} days ({missing:.0%} of them without one), {exposed} {kind}; {how}."
    priors = ", ".join(f"{name} {e.verdict.replace('_', ' ')}" for name, e in found.under_priors.items())
    same = len({e.verdict for e in found.under_priors.values()}) == 1
    shown = "The same under all four starting points." if same else f"By starting point: {priors}."
    shown = next((told(c.text) for c in found.caveats if c.code == SETTLES), shown)
    return [*textwrap.wrap(said, WIDTH), *textwrap.wrap(shown, WIDTH)]


def _caveat_lines(found: Answer, *, room: int) -> list[str]:
    """As many caveats as fit, the most important first; a last line says how many more there are."""
    if not any(e.mean is not None for e in found.effects.values()):
        return []
    lines: list[str] = []
    left = [c for c in found.caveats if c.code != SETTLES]
    while left:
        wrapped = textwrap.wrap(f"· {told(left[0].text)}", WIDTH, subsequent_indent="  ")
        if len(lines) + len(wrapped) > room - (1 if len(left) > 1 else 0):
            break
        lines += wrapped
        left.pop(0)
    if left and room > len(lines):
        lines.append(f"· {len(left)} more to know: --json or --report has {'it' if len(left) == 1 else 'them'}.")
    return lines
