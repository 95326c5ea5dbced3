"""A questionnaire or test as data: its structure, never its wording."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal

from mettle.words import mark

LICENCE_CLASSES = {
    "A": "no permission needed",
    "B": "free with conditions",
    "C": "permission needed",
    "D": "proprietary",
    "O": "our own",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One question of an instrument.

    Parameters
    ----------
    id
        Its id; reversal is bound to it, never to a place on the page.
    loinc
        Its LOINC code where that was verified; empty where not.
    """

    id: str
    loinc: str = ""


@dataclass(frozen=True, slots=True)
class Cutoff:
    """A published limit, told as a citation.

    Parameters
    ----------
    words
        What the limit is worth.
    lowest, highest
        The limit holds at or above ``lowest``, or at or below ``highest``; one of them is None.
    of
        Subscale that it is read on; empty for the score.
    """

    words: str
    lowest: float | None = None
    highest: float | None = None
    of: str = ""

    def holds(self, value: float) -> bool:
        """Whether a value lies in the marked range."""
        return (self.lowest is None or value >= self.lowest) and (self.highest is None or value <= self.highest)


@dataclass(frozen=True, slots=True)
class SafetyItem:
    """A question whose answer shows help at once from ``lowest`` up, or when left blank."""

    item: str
    lowest: int
    kind: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure is from; status ``verified``, ``verified second-hand`` or ``recalled`` (not looked up again)."""

    about: str
    cites: str
    status: str
    doi: str = ""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire or test: structure, scoring rule, limits, error, licence. Holds no wording.

    Parameters
    ----------
    id, name, construct, form
        Key, short name, what it asks about, and the version of the form.
    higher_is
        ``better`` or ``worse``.
    range
        Lowest and highest score.
    items
        In the order of the form.
    values
        Allowed responses; empty where any number in ``response_range`` is.
    recall_days
        Days that the items ask about; None where they ask in general.
    min_interval_days
        Shortest sensible time between two administrations.
    sd_between
        Standard deviation between people, in points of the score; None where unknown.
    reliability
        0-1; None where unknown.
    licence_class
        A no permission needed, B free with conditions, C permission needed.
    rules
        The rest of its table: scoring, missing answers, subscales, bands, syndrome.
    """

    id: str
    name: str
    construct: str
    form: str
    higher_is: Literal["better", "worse"]
    range: tuple[float, float]
    items: tuple[Item, ...]
    values: tuple[int, ...]
    response_range: tuple[float, float]
    recall_days: int | None
    min_interval_days: int
    sd_between: float | None
    reliability: float | None
    reliability_kind: str
    mcid_points: float | None
    mcid_share: float
    published_reliable: float | None
    cutoffs: tuple[Cutoff, ...]
    safety: tuple[SafetyItem, ...]
    licence_class: str
    licence: str
    change_words: str
    sources: tuple[Source, ...]
    hosted_as: str | None
    from_age: int | None
    opt_in: bool
    rules: dict[str, Any] = field(repr=False, compare=False, hash=False)

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Item ids in the order of the form."""
        return tuple(i.id for i in self.items)

    @property
    def sd_within(self) -> float | None:
        """Standard deviation of one person's scores while nothing really changes, from reliability, in points.

        SD * sqrt(1 - reliability). Source: Jacobson and Truax 1991, doi:10.1037/0022-006X.59.1.12.
        """
        if self.sd_between is None or self.reliability is None:
            return None
        return self.sd_between * math.sqrt(1 - self.reliability)

    @property
    def rci95(self) -> float | None:
        """Smallest change beyond measurement error at 95%, in points: 1.96 * sqrt(2) * sd_within.

        Source: Jacobson and Truax 1991, doi:10.1037/0022-006X.59.1.12.

        >>> round(load("phq9").rci95, 1)
        6.1
        """
        return None if self.sd_within is None else 1.96 * math.sqrt(2) * self.sd_within

    def mcid(self, baseline: float) -> float | None:
        """Smallest change that people call noticeable from this baseline, in points; None where no figure is known.

        Source: Kounali et al. 2022, PMC9340848 (it grows with the baseline).

        >>> load("phq9").mcid(20), load("phq9").mcid(4)
        (4.0, 1.7)
        """
        return None if self.mcid_points is None else max(self.mcid_points, self.mcid_share * baseline)

    def band(self, score: float) -> str | None:
        """The published range that a score falls in; None where the instrument has none.

        >>> load("phq9").band(14), load("phq9").band(15)
        ('moderate', 'moderately_severe')
        """
        names = [b["name"] for b in self.rules.get("bands", []) if score >= b["from"]]
        return names[-1] if names else None

    def shown_band(self, name: str) -> str:
        """A band in the words that people read."""
        row = next(b for b in self.rules["bands"] if b["name"] == name)
        return mark(row.get("shown", name.replace("_", " ")))


@cache
def ids() -> tuple[str, ...]:
    """Ids of all instruments, in alphabetical order.

    >>> "phq9" in ids()
    True
    """
    folder = resources.files("mettle.instruments") / "data"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml") and n != "measures.toml"))


@cache
def load(key: str) -> Instrument:
    """One instrument by its id.

    Raises
    ------
    ValueError
        Where there is no such instrument; the message lists those that there are.

    >>> load("gad7").range
    (0, 21)
    """
    folder = resources.files("mettle.instruments") / "data"
    if key in ids():
        return _read(key, tomllib.loads((folder / f"{key}.toml").read_text("utf-8")))
    for other in ids():
        table = tomllib.loads((folder / f"{other}.toml").read_text("utf-8"))
        if key in table.get("aliases", []):
            return _read(other, table)
    raise ValueError(f"no instrument {key!r}; there are: {', '.join(ids())}")


def _read(key: str, table: dict[str, Any]) -> Instrument:
    asked, coding, change = table["items"], table["coding"], table["change"]
    codes = asked.get("loinc", [""] * len(asked["ids"]))
    values = tuple(coding.get("values", ()))
    return Instrument(
        id=key,
        name=table["name"],
        construct=mark(table["construct"]),
        form=table["form"],
        higher_is=table["higher_is"],
        range=(table["range"][0], table["range"][1]),
        items=tuple(Item(str(i), code) for i, code in zip(asked["ids"], codes, strict=True)),
        values=values,
        response_range=(min(values), max(values)) if values else (coding["low"], coding["high"]),
        recall_days=table.get("recall_days"),
        min_interval_days=table["min_interval_days"],
        sd_between=change.get("sd_between"),
        reliability=change.get("reliability"),
        reliability_kind=change.get("reliability_kind", ""),
        mcid_points=change.get("mcid_points"),
        mcid_share=change.get("mcid_share", 0.0),
        published_reliable=change.get("published_reliable"),
        cutoffs=tuple(
            Cutoff(c["words"], c.get("from"), c.get("to"), c.get("of", "")) for c in table.get("cutoffs", [])
        ),
        safety=tuple(SafetyItem(str(s["item"]), s["from"], s["kind"]) for s in table.get("safety", [])),
        licence_class=table["licence"]["class"],
        licence=mark(table["licence"]["words"]),
        change_words=mark(change["words"]),
        sources=tuple(Source(s["about"], s["cites"], s["status"], s.get("doi", "")) for s in table["sources"]),
        hosted_as=table.get("hosted_as"),
        from_age=table.get("from_age"),
        opt_in=table.get("opt_in", False),
        rules=table,
    )
