"""``mettle trial plan``: how long a trial must be, and which design is worth the time."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

from mettle.cli._options import positive
from mettle.cli._terminal import print_json
from mettle.errors import InputError

if TYPE_CHECKING:
    import argparse

    from mettle.trials.claims import ClaimTrial
    from mettle.trials.power import Noise, Target

EFFECTS = ("acute", "next_day", "chronic")
KINDS = ("session", "days", "pairs", "blocks", "am_pm", "variant")
ASSUMED_SD = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--claim", default=None, metavar="ID", help="the claim to test, like 3.3")
    what.add_argument("--kind", choices=KINDS, default=None, help="only this design")
    parser.add_argument("--effect", choices=EFFECTS, default=None, help="default: the claim's, else acute")
    parser.add_argument("--outcome", default=None, metavar="NAME", help="default: the claim's, else mood")
    parser.add_argument(
        "--swc", type=positive, default=None, metavar="X", help="smallest change worth noticing, in points"
    )
    parser.add_argument(
        "--history", nargs="+", default=None, metavar="FILE", help="your check-ins so far: your own ups and downs"
    )
    parser.add_argument("--timezone", default=None, metavar="ZONE", help="of times that do not say")
    parser.add_argument("--picture", default=None, metavar="FILE", help="a picture as .svg, .png or .html")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Plan, and say it in words."""
    from mettle import evidence, instruments
    from mettle.trials import planning
    from mettle.trials.claims import asked_every, offer_words

    claim = _claim(args.claim)
    outcome = args.outcome or (claim.outcome if claim else "mood")
    effect = cast("Target", args.effect or (claim.effect if claim and claim.effect in EFFECTS else "acute"))
    known = instruments.load(outcome) if outcome in instruments.ids() else None
    item = instruments.measures().get(outcome)
    higher_is = known.higher_is if known else (item.higher_is if item else "better")
    own_sd, noise, source = _own(args, outcome, known.sd_within if known else None)
    found = planning.plan(
        effect,
        priors=evidence.for_claim(args.claim, outcome, own_sd=own_sd, higher_is=higher_is),
        own_sd=own_sd,
        swc=args.swc,
        noise=noise,
        kinds=_kinds(args.kind),
        two_ways=claim.arms[1] != "rest" if claim else None,
        every_days=asked_every(outcome),
    )
    if not found.curves:
        raise InputError(
            f"no {args.kind} design can tell a {effect} effect of {outcome}; leave --kind out to see those that can"
        )
    if args.picture:
        from mettle.reports import pictures, power

        pictures.save(power.picture(found, outcome=outcome, own_sd=own_sd), args.picture)
    if args.json:
        print_json(planning.to_json(found, outcome=outcome, own_sd=own_sd, claim=args.claim, sd_source=source))
        return 0
    _show(found, outcome=outcome, own_sd=own_sd, source=source, claim=args.claim)
    print("", *offer_words(), sep="\n")
    return 0


def _claim(claim_id: str | None) -> ClaimTrial | None:
    from mettle.trials.claims import for_claim

    if claim_id is None:
        return None
    try:
        found = for_claim(claim_id)
    except ValueError as error:
        raise InputError(str(error), where="--claim") from None
    if found is None:
        raise InputError(f"claim {claim_id} cannot be tried at home; `mettle trial claims` lists those that can")
    return found


def _kinds(kind: str | None) -> tuple[str, ...] | None:
    if kind is None:
        return None
    return ("variant",) if kind == "am_pm" else (kind,)


def _own(args: argparse.Namespace, outcome: str, sd_within: float | None) -> tuple[float, Noise | None, str]:
    """The person's own SD in points, their noise where a diary tells it, and where both come from."""
    if args.history is None:
        if sd_within:
            return sd_within, None, f"what the {outcome} varies by itself in people who do not change"
        return ASSUMED_SD, None, "assumed: 2 points of 10; --history takes your own"
    from mettle.cli.answer import read_diary, today
    from mettle.evidence import zero_centred
    from mettle.inference import nof1
    from mettle.trials.caveats import cannot_estimate
    from mettle.trials.power import noise_of
    from mettle.trials.table import build

    diary = read_diary(args.history, timezone=args.timezone, unit=None)
    try:
        diary.of(outcome)
    except ValueError as error:
        raise InputError(str(error), where="--history") from None
    table = build(diary, outcome, today=today())
    reason = cannot_estimate(table, today=today())
    if table.days < 14 or table.scale <= 0:
        why = reason.text if reason is not None else f"{table.days} days"
        print(
            f"mettle: --history is too short to tell your own ups and downs ({why}); the usual ones are assumed",
            file=sys.stderr,
        )
        return table.scale or ASSUMED_SD, None, "your diary's spread; its ups and downs are assumed"
    posterior = nof1.fit(table.design(zero_centred(table.scale).default))
    return table.scale, noise_of(posterior), f"your diary: {table.t.size} ratings on {table.days} days"


def _show(found: object, *, outcome: str, own_sd: float, source: str, claim: str | None) -> None:
    from mettle.trials import planning

    assert isinstance(found, planning.Plan)
    name = outcome.replace("_", " ")
    print(f"{name}, {found.target.replace('_', ' ')} effect; your own SD {own_sd:.3g} points ({source}).")
    print(f"Worth noticing: {found.swc * own_sd:.2g} points.\n")
    lengths = found.curves[0].lengths
    print("Smallest effect found in 80 of 100 trials, points:")
    print(f"{'design':<22}" + "".join(f"{f'{n} d':>8}" for n in lengths) + f"{'clear/100':>11}{'minutes':>9}")
    at = lengths.index(84) if 84 in lengths else len(lengths) - 1
    for c in found.curves:
        cells = "".join(f"{v * own_sd:8.2f}" if v < 1e6 else f"{'-':>8}" for v in c.mde.tolist())
        mark = " (arithmetic only)" if c.candidate.arithmetic_only else ""
        print(f"{c.candidate.name:<22}{cells}{c.clear[at]:11.0f}{c.minutes[at]:9.0f}{mark}")
    print(f"(the last two columns at {lengths[at]} days)\n")
    for line in planning.words(found, outcome=outcome, claim=claim):
        print(line)
