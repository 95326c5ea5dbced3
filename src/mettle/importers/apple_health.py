"""Apple Health's export.xml, read as a stream: sleep, heart-rate variability and workouts; nothing else is looked at.

The element ``Me`` (birth date, sex, blood type), places and routes are never read.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol
from xml.parsers import expat  # entities are refused below, and nothing outside the file is ever loaded

from mettle.diary import Observation, Signal
from mettle.errors import InputError
from mettle.importers.cells import moment, number, shown
from mettle.importers.imported import Tally, observed
from mettle.training import PerformedSession

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mettle.importers.imported import Imported, Stated
    from mettle.units import When

FORMAT = "apple_health"

_CHUNK = 1 << 20
_TAG_LIMIT = 8 << 20
"""Bytes without a tag. Real tags are under 10,000."""

_SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
_ASLEEP = "HKCategoryValueSleepAnalysisAsleep"
_HRV = "HKQuantityTypeIdentifierHeartRateVariabilitySDNN"
_STRENGTH = ("TraditionalStrengthTraining", "FunctionalStrengthTraining")
_EVENING = time(18)


class Bytes(Protocol):
    """What is open for reading."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, none at the end."""


@dataclass(slots=True)
class _Health:
    """What has been read so far."""

    tally: Tally
    timezone: str | None
    found: list[Observation | Signal] = field(default_factory=list)
    sessions: list[PerformedSession] = field(default_factory=list)
    asleep: dict[tuple[date, str], list[tuple[datetime, datetime, When]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    others: int = 0
    depth: int = 0

    def element(self, name: str, said: dict[str, str], line: int) -> None:
        """One record or workout, where it is of a kind that is read."""
        kind = said.get("type", "")
        if name == "Record" and (kind == _HRV or (kind == _SLEEP and said.get("value", "").startswith(_ASLEEP))):
            work = self._variability if kind == _HRV else self._sleep
        elif name == "Workout":
            work = self._workout
        else:
            self.others += name == "Record"
            return
        self.tally.rows_in += 1
        try:
            work(said)
        except ValueError as error:
            self.tally.skip(line, str(error))

    def _variability(self, said: dict[str, str]) -> None:
        value = number(said.get("value", ""))
        if value is None:
            raise ValueError("holds no value")
        self.found.append(Observation("hrv_sdnn_ms", self._when(said, "startDate"), float(value), FORMAT))

    def _sleep(self, said: dict[str, str]) -> None:
        start, end, woke = self._span(said)
        clock = woke.clock or time.min
        night = woke.on + timedelta(days=1) if clock >= _EVENING else woke.on
        self.asleep[night, said.get("sourceName", "")].append((start, end, woke))

    def _workout(self, said: dict[str, str]) -> None:
        start, end, _ = self._span(said)
        seconds = int((end - start).total_seconds())
        kind = said.get("workoutActivityType", "").removeprefix("HKWorkoutActivityType")
        when = self._when(said, "startDate")
        if kind in _STRENGTH:
            self.sessions.append(PerformedSession(FORMAT, when, kind, duration_s=seconds))
        else:
            self.found.append(Signal("other_activity_min", when, seconds / 60, FORMAT))

    def _when(self, said: dict[str, str], name: str) -> When:
        when = moment(said.get(name, ""), self.timezone)
        if when.instant is None:
            raise ValueError(f"{name}: expected a time with its offset, got {shown(said.get(name, ''))}")
        return when

    def _span(self, said: dict[str, str]) -> tuple[datetime, datetime, When]:
        start, woke = self._when(said, "startDate").instant, self._when(said, "endDate")
        end = woke.instant
        assert start is not None
        assert end is not None
        if end < start:
            raise ValueError("ends before it starts")
        return start, end, woke

    def nights(self) -> list[Signal]:
        """Hours slept, by the morning they ended in. Of several devices the one that tells most of the night speaks."""
        best: dict[date, tuple[tuple[int, float], Signal]] = {}
        for (night, _), spans in sorted(self.asleep.items()):
            hours = _union_h([(start, end) for start, end, _ in spans])
            woke = max(spans, key=lambda span: span[1])[2]
            rank = (len(spans), hours)
            if night not in best or rank > best[night][0]:
                best[night] = (rank, Signal("sleep_h", woke, hours, FORMAT))
        return [signal for _, signal in best.values()]


def begins(start: bytes) -> bool:
    """Whether a file that begins so may be an export.xml."""
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<?xml", b"<HealthData", b"<!DOCTYPE HealthData"))


def read_stream(path: Path, stated: Stated, *, progress: Callable[[int, int], None] | None = None) -> Imported:
    """The file as a diary; see `read_open`."""
    with path.open("rb") as file:
        return read_open(file, path.name, stated, size=path.stat().st_size, progress=progress)


def read_open(
    file: Bytes, name: str, stated: Stated, *, size: int, progress: Callable[[int, int], None] | None = None
) -> Imported:
    """The bytes as a diary; ``row`` of a problem is their line. Memory does not grow with records of other kinds.

    Parameters
    ----------
    file, name, size
        What is read, what messages call it, and how many bytes it has.
    stated, progress
        As for every reader.

    Raises
    ------
    InputError
        Where it is no export.xml, breaks off, declares entities, or nests or swells as no export does.
    """
    health = _Health(Tally(name), stated.timezone)
    told = None if progress is None else lambda fed: progress(fed, size)
    _parse(file, name, health, told)
    if health.others:
        health.tally.note(None, f"{health.others} records of other kinds were not looked at")
    imported = observed(health.tally, FORMAT, [*health.found, *health.nights()], timezone=stated.timezone)
    sessions = tuple(sorted(health.sessions, key=lambda s: s.start.sort_key))
    return replace(imported, diary=replace(imported.diary, sessions=sessions))


def _parse(file: Bytes, file_name: str, health: _Health, told: Callable[[int], None] | None) -> None:
    parser = expat.ParserCreate()

    def refuse(why: str) -> InputError:
        return InputError(why, where=file_name, row=parser.CurrentLineNumber)

    def start(name: str, said: dict[str, str]) -> None:
        health.depth += 1
        if health.depth == 1 and name != "HealthData":
            raise refuse(f"expected Apple Health's HealthData, got {shown(name)}")
        if health.depth > 50:
            raise refuse("is nested more than 50 deep, as no export is")
        health.element(name, said, parser.CurrentLineNumber)

    def end(_name: str) -> None:
        health.depth -= 1

    def entity(*_declared: object) -> None:
        raise refuse("declares an entity, which no export does")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.EntityDeclHandler = entity
    fed = 0
    try:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
            fed += len(chunk)
            if told is not None:
                told(fed)
            if fed - parser.CurrentByteIndex > _TAG_LIMIT:
                raise refuse(f"has more than {_TAG_LIMIT:,} bytes without a tag")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        why = f"is no whole XML ({expat.ErrorString(error.code)}); export it again"
        raise InputError(why, where=file_name, row=error.lineno) from None


def _union_h(spans: list[tuple[datetime, datetime]]) -> float:
    """Hours covered by at least one span."""
    total = timedelta()
    until: datetime | None = None
    for start, end in sorted(spans):
        begin = start if until is None else max(start, until)
        if end > begin:
            total += end - begin
            until = end
    return total.total_seconds() / 3600
