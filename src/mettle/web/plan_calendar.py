"""Sessions on the days of a calendar: weeks from Monday to Sunday, as many as the plan touches."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any


def months(sessions: list[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    """Weeks of seven days, each with its sessions: from the first session's week, or this one, to the last session's.

    Parameters
    ----------
    sessions
        Each with ``on`` (None is left out).

    Returns
    -------
    list of dict
        ``days`` with ``on``, ``sessions``, ``today``, ``past`` and ``first`` (the first day shown of its month).
    """
    by_day: dict[date, list[dict[str, Any]]] = {}
    for session in sessions:
        if session["on"] is not None:
            by_day.setdefault(session["on"], []).append(session)
    if not by_day:
        return []
    first, last = min(*by_day, today), max(*by_day, today)
    monday = first - timedelta(days=first.weekday())
    weeks: list[dict[str, Any]] = []
    while monday <= last:
        week = [monday + timedelta(days=n) for n in range(7)]
        weeks.append(
            {
                "deload": any(s["deload"] for on in week for s in by_day.get(on, ())),
                "days": [
                    {
                        "on": on,
                        "sessions": by_day.get(on, []),
                        "today": on == today,
                        "past": on < today,
                        "first": on.day == 1 or (on == monday and not weeks),
                    }
                    for on in week
                ],
            }
        )
        monday += timedelta(weeks=1)
    return weeks
