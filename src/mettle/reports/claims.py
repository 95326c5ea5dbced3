"""Claims as people read them: a list, one claim in full, the page of all, and the record for programs."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from mettle.evidence.certainty import WORDS
from mettle.evidence.claims import DESIGN_WORDS, VERDICT_WORDS, VERDICTS, Verdict, claims, overall
from mettle.evidence.discount import expected
from mettle.evidence.outcomes import instrument_name
from mettle.evidence.pools import pools
from mettle.words import Sentence, mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mettle.evidence.claims import Claim
    from mettle.evidence.discount import Expected
    from mettle.evidence.studies import Study

SIGNS: dict[Verdict, str] = {
    "supported": "●",
    "partly": "◐",
    "overstated": "◔",
    "contradicted": "✕",
    "not_shown": "○",
    "untested": "?",
}
"""A sign for each verdict, so that none is told by colour alone."""

STATUS_WORDS = {
    "read_in_source": "read in the source",
    "secondary": "read second-hand",
    "recalled": "from memory, not yet checked",
}
VERDICT_NAMES: dict[str, Sentence] = {
    "supported": mark("supported"),
    "partly": mark("partly"),
    "overstated": mark("overstated"),
    "contradicted": mark("contradicted"),
    "not_shown": mark("not shown"),
    "untested": mark("untested"),
}
LEVEL_NAMES: dict[str, Sentence] = {
    "high": mark("high"),
    "moderate": mark("moderate"),
    "low": mark("low"),
    "very_low": mark("very low"),
    "none": mark("none"),
}
"""How sure one may be, as people read it."""
MEASURE_WORDS = {
    "one_thing_back": "the one thing you want back",
    "suds": "distress in the situation",
    "pride_shame": "pride and shame",
    "purpose_today": "purpose",
    "intrusions": "unwanted memories",
    "dissociation": "feeling cut off",
}
_WIDTH = 100


def verdict_name(verdict: str) -> Sentence:
    """The verdict as people read it.

    >>> verdict_name("not_shown")
    'not shown'
    """
    return VERDICT_NAMES[verdict]


def record(claim: Claim) -> dict[str, object]:
    """One claim for programs; what is absent is None."""
    lead = next((study for study in claim.figures if study.figure), None)
    return {
        "id": claim.id,
        "section": claim.section.number,
        "section_title": claim.section.title,
        "says": claim.says,
        "verdict": claim.verdict,
        "certainty": claim.certainty.level,
        "design": claim.design,
        "exposure": claim.exposure,
        "outcomes": list(claim.outcomes),
        "instrument": claim.instrument or None,
        "measure": claim.measure or None,
        "horizon": claim.horizon,
        "finding": claim.finding,
        "for_you": claim.for_you,
        "not_about": claim.not_about or None,
        "effect": _effect(lead) if lead else None,
        "figures": [_figure(study) for study in claim.figures],
        "sources": [{"cite": s.cite, "doi": s.doi or None, "status": s.status} for s in claim.figures],
        "grade": {
            "body": claim.certainty.about,
            "start": claim.certainty.start,
            "steps_down": [{"domain": step.domain, "reason": step.reason} for step in claim.certainty.steps],
            "level": claim.certainty.level,
        },
        "priors": [
            {
                "pool": pool,
                "view": view,
                "mean_sd": found.mean,
                "sd_sd": found.sd,
                "source": found.source,
                "arithmetic": found.arithmetic,
            }
            for pool, view, found in _starting_points(claim)
        ],
        "read_on": claim.read_on.isoformat(),
    }


def listing(chosen: Iterable[Claim]) -> str:
    """The claims by section, the overall finding first."""
    lines = [*textwrap.wrap(overall(), _WIDTH), ""]
    section = -1
    for claim in chosen:
        if claim.section.number != section:
            section = claim.section.number
            lines += ["", f"{section}  {claim.section.title}"]
        head = f"  {claim.id:<5} {SIGNS[claim.verdict]} {verdict_name(claim.verdict):<13}"
        lines += textwrap.wrap(claim.says, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head))
    counts = "   ".join(f"{SIGNS[v]} {VERDICT_WORDS[v]}" for v in VERDICTS)
    lines += ["", *textwrap.wrap(counts, _WIDTH), "", "mettle evidence show 1.2 tells one claim in full."]
    return "\n".join(lines)


def full(claim: Claim) -> str:
    """One claim in full, under the overall finding."""
    lines = [
        f"{claim.id}  {claim.section.title}",
        *_wrap(overall()),
        "",
        *_wrap(f"“{claim.says}”"),
        "",
        *_wrap(f"{SIGNS[claim.verdict]} {VERDICT_WORDS[claim.verdict]}"),
        "",
        *_wrap(claim.finding),
        "",
        *_wrap(f"For you: {claim.for_you}"),
    ]
    if claim.not_about:
        lines += _wrap(f"What this is not: {claim.not_about}")
    lines += ["", *_wrap(f"How sure: {WORDS[claim.certainty.level]}")]
    lines += [line for step in claim.certainty.steps for line in _wrap(f"- {_domain(step.domain)}: {step.reason}", 2)]
    lines += ["", *_wrap(f"How you could test it: {DESIGN_WORDS[claim.design]}")]
    if followed_by := _followed_by(claim):
        lines += _wrap(f"Followed by: {followed_by}")
    if claim.figures:
        lines += ["", "What was read:"]
        for study in claim.figures:
            lines += _wrap(f"- {_source(study)}", 2)
    for pool, view, found in _starting_points(claim):
        lines += ["", *_wrap(f"What one person may expect, {view} view ({pool}): {found.arithmetic}. {found.source}")]
    lines += ["", f"Read on {claim.read_on.isoformat()}."]
    return "\n".join(lines)


def page() -> str:
    """The page of all claims, in Markdown; docs/claims.md is this text."""
    everything = list(claims().values())
    lines = [
        "# What is said about lifting and the mind, and what is known",
        "",
        "<!-- Made by `mettle evidence --markdown`; edit src/mettle/evidence/data and make it again. -->",
        "",
        overall(),
        "",
        (
            "Each saying below has a verdict, how sure one may be, a plain line for you, and where the figures come from. "
            "A verdict is about the saying as it is worded, never about you. Most sources were read as abstracts; a figure "
            "marked *from memory* has not been checked and is used for nothing; where no DOI stands, we could confirm none."
        ),
        "",
        *_verdict_table(everything),
        "",
        *_sureness_table(everything),
        "",
        (
            "A figure such as *SMD 0.66 [0.48, 0.83]* is a difference in standard deviations between people, with the range "
            "in which it plausibly lies: 0.2 is small, 0.5 medium, 0.8 large. A range that includes 0 may be nothing."
        ),
        "",
        "## Where to begin",
        "",
        "The six that studies support, as they are worded:",
        "",
        *[f"- [{c.says}](#{_anchor(c)}) {c.for_you}" for c in everything if c.verdict == "supported"],
    ]
    section = -1
    for claim in everything:
        if claim.section.number != section:
            section = claim.section.number
            lines += ["", f"## {section}. {claim.section.title}"]
        lines += ["", *_block(claim)]
    return "\n".join(lines) + "\n"


def _block(claim: Claim) -> list[str]:
    lines = [
        f'<a id="{_anchor(claim)}"></a>',
        "",
        f"### {claim.id} {claim.says}",
        "",
        f"**{SIGNS[claim.verdict]} {verdict_name(claim.verdict).capitalize()}.** {claim.finding}",
        "",
        f"**For you:** {claim.for_you}",
        "",
    ]
    if claim.not_about:
        lines += [f"*What this is not:* {claim.not_about}", ""]
    tested = f"*Test it yourself:* {DESIGN_WORDS[claim.design]}."
    if followed_by := _followed_by(claim):
        tested += f" Followed by {followed_by}."
    lines += [tested, "", f"*How sure:* {WORDS[claim.certainty.level]}.{_reasons(claim)}"]
    if claim.figures:
        lines += ["", *[f"- {_source(study, link=True)}" for study in claim.figures]]
    return lines


def _verdict_table(everything: list[Claim]) -> list[str]:
    rows = ["| verdict | sayings | what it means |", "|---|---|---|"]
    for verdict in VERDICTS:
        count = sum(c.verdict == verdict for c in everything)
        name, _, meaning = VERDICT_WORDS[verdict].partition(": ")
        rows.append(f"| {SIGNS[verdict]} {name} | {count} | {meaning} |")
    return rows


def _sureness_table(everything: list[Claim]) -> list[str]:
    rows = ["| how sure | sayings | what it means |", "|---|---|---|"]
    for words in WORDS.values():
        name, _, meaning = words.partition(": ")
        count = sum(WORDS[c.certainty.level] == words for c in everything)
        rows.append(f"| {name} | {count} | {meaning} |")
    return rows


def _reasons(claim: Claim) -> str:
    steps = [f"{_domain(step.domain)} ({step.reason})" for step in claim.certainty.steps]
    return f" Steps down: {'; '.join(steps)}." if steps else ""


def _starting_points(claim: Claim) -> Iterator[tuple[str, str, Expected]]:
    """Pool, view and what one person may expect by it, benefit in standard deviations."""
    for name in claim.priors:
        pool = pools()[name]
        for view, speaker in (("sceptical", pool.sceptical), ("mainstream", pool.mainstream)):
            found = expected(speaker, pool.kind) if speaker else None
            if found:
                yield name, view, found


def _followed_by(claim: Claim) -> str:
    names = [instrument_name(claim.instrument)] if claim.instrument else []
    if claim.measure:
        names.append(f"your own rating of {MEASURE_WORDS.get(claim.measure, claim.measure.replace('_', ' '))}")
    return " and ".join(names)


def _domain(domain: str) -> str:
    return domain.replace("_", " ")


def _anchor(claim: Claim) -> str:
    return f"claim-{claim.id.replace('.', '-')}"


def _source(study: Study, *, link: bool = False) -> str:
    figure = f" ({study.figure})" if study.figure else ""
    address = f"[doi:{study.doi}](https://doi.org/{study.doi})" if link else f"doi:{study.doi}"
    doi = f", {address}" if study.doi else ""
    where = "" if study.status == "recalled" else f" ({study.where})"
    return f"{study.says}{figure} {study.cite}{doi}; {STATUS_WORDS[study.status]}{where}."


def _effect(study: Study) -> dict[str, object]:
    return {
        "study": study.id,
        "unit": study.unit or None,
        "estimate": study.estimate,
        "low": study.low,
        "high": study.high,
        "level": study.level,
        "k": study.k,
        "n": study.n,
        "i2": study.i2,
    }


def _figure(study: Study) -> dict[str, object]:
    return _effect(study) | {
        "cite": study.cite,
        "doi": study.doi or None,
        "where": study.where,
        "kind": study.kind,
        "exposure": study.exposure,
        "compared_with": study.compared_with or None,
        "outcome": study.outcome,
        "sd_kind": study.sd_kind or None,
        "benefit": study.benefit or None,
        "status": study.status,
        "read_on": study.read_on.isoformat(),
        "says": study.says,
    }


def _wrap(text: str, indent: int = 0) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False)
