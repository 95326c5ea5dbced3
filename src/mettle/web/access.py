"""Who read what: written when anything of a person is read by another or leaves in a file, shown to the owner."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max

from mettle.web import days
from mettle.web.models import Access

if TYPE_CHECKING:
    from mettle.web.models import Person


def noted(person: Person, reader: Any, what: str) -> None:
    """Note one reading."""
    Access.objects.create(person=person, reader=reader.get_username()[:150], what=what[:120])


def noted_key(person: Person, name: str) -> None:
    """Note that a key has read, once a day for each key."""
    reader, what = person.user.get_username()[:150], f"read with the key {name}"[:120]
    begun = datetime.combine(days.today(person), time(3), tzinfo=days.zone(person))
    if not person.accesses.filter(reader=reader, what=what, at__gte=begun, from_file=False).exists():
        Access.objects.create(person=person, reader=reader, what=what)


def told(person: Person) -> list[dict[str, Any]]:
    """Who has read what, the latest first: each once, with how many times and when last. What was seen here comes first."""
    alike = person.accesses.values("reader", "what", "from_file").annotate(times=Count("pk"), last=Max("at"))
    return [dict(line) for line in alike.order_by("from_file", "-last")[:50]]
