"""How the mind is measured, as pages: each instrument with licence and source, and each claim with its measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle import instruments
from mettle.evidence.claims import DESIGN_WORDS, claims
from mettle.evidence.outcomes import instrument_name

if TYPE_CHECKING:
    from mettle.evidence.claims import Claim

_WORDS_AT_HAND = (
    "mettle holds the structure of these forms and none of their words. `mettle text fetch` gets the words of those marked "
    "*fetch*; `mettle text add FILE` takes a FHIR R4 Questionnaire for the others. Without words a form can still be scored: "
    "`mettle score ID --responses ...` or `--total`."
)
_YARDSTICKS = (
    "Two yardsticks tell a change. *Error* is the change that one person's score must exceed to be more than measurement error "
    "(95%, Jacobson and Truax 1991, doi:10.1037/0022-006X.59.1.12: 1.96 · √2 · SD · √(1 − reliability)). *Noticeable* is what "
    "people tend to call a difference. They often disagree, and then both are said. A score is not a diagnosis; limits are "
    "cited as their authors published them."
)
_STATUS = {"recalled": "from memory, not yet checked", "verified": "read in the source"}


def instruments_page() -> str:
    """The page of all instruments, in Markdown."""
    found = [instruments.load(key) for key in instruments.ids()]
    lines = [
        "# Instruments: what each asks, whose it is, and what a change means",
        "",
        "<!-- Made by `mettle instruments --markdown`; edit src/mettle/instruments/data and make it again. -->",
        "",
        _WORDS_AT_HAND,
        "",
        _YARDSTICKS,
        "",
        "| id | asks about | items | range | higher is | looks back | licence | words | error | noticeable |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *(_row(i) for i in found),
        "",
        "Licence classes: " + "; ".join(f"{k} {v}" for k, v in instruments.LICENCE_CLASSES.items() if k != "D") + ".",
        "",
    ]
    for one in found:
        lines += _section(one)
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(one: instruments.Instrument) -> str:
    low, high = one.range
    cells = [
        f"[`{one.id}`](#{_anchor(one)})",
        one.construct,
        str(len(one.items)),
        f"{low:g}-{high:g}",
        one.higher_is,
        f"{one.recall_days} days" if one.recall_days else "in general",
        one.licence_class,
        _words(one),
        "not known" if one.rci95 is None else f"{one.rci95:.1f}",
        _noticeable(one),
    ]
    return "| " + " | ".join(cells) + " |"


def _anchor(one: instruments.Instrument) -> str:
    kept = "".join(c for c in one.name.lower() if c.isalnum() or c in " -")
    return kept.replace(" ", "-")


def _words(one: instruments.Instrument) -> str:
    return "ours" if "own_words" in one.rules["items"] else "fetch" if "text" in one.rules else "add"


def _noticeable(one: instruments.Instrument) -> str:
    if one.mcid_points is None:
        return "no figure"
    share = f"{one.mcid_share:.0%} of the start, at least " if one.mcid_share else ""
    return f"{share}{one.mcid_points:g}"


def _section(one: instruments.Instrument) -> list[str]:
    lines = [f"## {one.name}", "", f"{one.form}. {one.licence}", "", f"- What change means: {one.change_words}"]
    if one.reliability is not None:
        spread = f"SD between people {one.sd_between:g}, reliability {one.reliability:g} ({one.reliability_kind})"
        lines.append(f"- Error: {spread}; hence {one.rci95:.1f} points.")
    if one.published_reliable is not None:
        lines.append(f"- Published as a reliable change: {one.published_reliable:g} points.")
    bands = one.rules.get("bands", [])
    if bands:
        lines.append("- Ranges: " + ", ".join(f"{one.shown_band(b['name'])} from {b['from']:g}" for b in bands) + ".")
    for limit in one.cutoffs:
        edge = f"{limit.lowest:g} or more" if limit.lowest is not None else f"{limit.highest:g} or less"
        lines.append(f"- Limit: {edge}{f' {limit.of}' if limit.of else ''}; {limit.words}.")
    reverse = one.rules["scoring"].get("reverse")
    if reverse:
        lines.append(f"- Reversed items (by id): {', '.join(map(str, reverse))}.")
    lines.append(f"- Missing answers: {_missing(one)}")
    if one.safety:
        lines.append(f"- Shows help at once: item {', '.join(s.item for s in one.safety)}.")
    lines.append("- Sources:")
    for source in one.sources:
        doi = f", doi:{source.doi}" if source.doi else ""
        lines.append(f"  - {source.about}: {source.cites}{doi} ({_STATUS.get(source.status, source.status)}).")
    return [*lines, ""]


def _missing(one: instruments.Instrument) -> str:
    allowed = one.rules["missing"]["prorate"]
    never = one.rules["missing"].get("never", [])
    if not allowed:
        return "all items are needed."
    where = "of the same part" if "within" in one.rules["missing"] else "of the others"
    kept = f", never item {', '.join(map(str, never))}" if never else ""
    return f"up to {allowed} replaced by the mean {where}{kept}."


def measures_page() -> str:
    """The page of our own items, and of how each claim is measured, in Markdown."""
    daily, places = ", ".join(instruments.daily_default()), ", ".join(instruments.body_parts())
    lines = [
        "# How each claim is measured",
        "",
        "<!-- Made by `mettle instruments --claims`; edit measures.toml or claims.toml and make it again. -->",
        "",
        "## Our own items",
        "",
        f"Worded here, 0 to 10, free to use. Asked every day where nobody chose others: {daily}. Tension can be named for a place: {places}.",
        "",
        "| id | question | at 0 | at 10 | higher is | about |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{m.id}` | {m.question} | {m.low} | {m.high} | {m.higher_is} | {m.asks.replace('_', ' ')} |"
        for m in instruments.measures().values()
    ]
    lines += ["", "## Claims", "", "| claim | it says | followed by | how it is tested |", "|---|---|---|---|"]
    for one in claims().values():
        lines.append(f"| {one.id} | {one.says} | {followed_by(one)} | {DESIGN_WORDS[one.design]} |")
    return "\n".join(lines) + "\n"


def followed_by(claim: Claim) -> str:
    """What a claim is followed by, in words; openly nothing where it cannot be measured here.

    >>> followed_by(claims()["1.0"]), followed_by(claims()["16.2"])
    ('GAD-7; own item `mood`', 'cannot be measured here')
    """
    parts = [instrument_name(claim.instrument)] if claim.instrument else []
    parts += [f"own item `{claim.measure}`"] if claim.measure else []
    if not parts and "adherence" in claim.outcomes:
        parts = ["the training log: sessions done of those planned"]
    told = "; ".join(parts)
    if claim.design == "none" and told:
        return f"only what is felt can be followed ({told}), which does not test the claim"
    return told or "cannot be measured here"
