"""Who read what: written when anything of a person is read by another or leaves in a file, shown to the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mettle.web.models import Access

if TYPE_CHECKING:
    from mettle.web.models import Person


def noted(person: Person, reader: Any, what: str) -> None:
    """Note one reading."""
    Access.objects.create(person=person, reader=reader.get_username()[:150], what=what[:120])
