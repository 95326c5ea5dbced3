"""The kit of a picture: each glyph is one line of words, such as ``bench -30 18 60`` or ``bar hand``.

A place is ``x,y``, the name of a joint (``hand``, ``foot2``, ``shoulder``), or a joint moved: ``hand+0,-4``. What a person
moves is drawn in colour, what stands still in grey.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Point = tuple[float, float]

COLOUR = "#2a86c8"
"""What is moved. Contrast against white and against near-black is above 3:1, as WCAG 2.2 asks of graphics."""
STILL = 'opacity=".5"'

IN_FRONT = frozenset(
    {"bar", "long_bar", "trap_bar", "db", "kb", "bag", "cable", "band", "strap", "towel", "grip", "ball_held"}
)
"""Glyphs drawn over the body; all others lie behind it."""


def _place(word: str, joints: Mapping[str, Point]) -> Point:
    found = re.fullmatch(r"([a-z]+2?)(?:([+-][\d.]+),([+-]?[\d.]+))?", word)
    if found:
        x, y = joints[found[1]]
        return (x + float(found[2] or 0), y + float(found[3] or 0))
    x_text, y_text = word.split(",")
    return (float(x_text), float(y_text))


def _parse(word: str, joints: Mapping[str, Point]) -> tuple[str, list[Point], list[float]]:
    kind, *rest = word.split()
    number = re.compile(r"-?[\d.]+")
    places = [_place(text, joints) for text in rest if not number.fullmatch(text)]
    return kind, places, [float(text) for text in rest if number.fullmatch(text)]


def glyph(word: str, joints: Mapping[str, Point]) -> str:
    """One piece of kit as SVG, y up.

    Raises
    ------
    ValueError
        Where the kind is not known.
    """
    kind, places, numbers = _parse(word, joints)
    if kind not in GLYPHS:
        raise ValueError(f"kit must be one of {', '.join(GLYPHS)}, got {kind!r}")
    return GLYPHS[kind](places, numbers)


def points_of(word: str, joints: Mapping[str, Point]) -> list[Point]:
    """The corners that a piece of kit reaches, so that its picture can be fitted round it."""
    drawn = glyph(word, joints)
    found: list[Point] = []
    for path, width in re.findall(r' d="M([^"]*)" stroke-width="([\d.]+)"', drawn):
        half = float(width) / 2
        for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path):
            found += [(float(x) - half, float(y) - half), (float(x) + half, float(y) + half)]
    for x, y, r in re.findall(r'cx="(-?[\d.]+)" cy="(-?[\d.]+)" r="([\d.]+)"', drawn):
        half = float(r) + 1.3
        found += [(float(x) - half, float(y) - half), (float(x) + half, float(y) + half)]
    return found


def _path(places: Sequence[Point], width: float, more: str = "") -> str:
    return f'<path d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in places)}" stroke-width="{width}" {more}/>'


def _circle(at: Point, r: float, more: str = "") -> str:
    return f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{r}" {more}/>'


def _turn(at: Point, angle: float, length: float) -> Point:
    return (at[0] + length * math.cos(math.radians(angle)), at[1] + length * math.sin(math.radians(angle)))


_MOVED = f'stroke="{COLOUR}"'


def _bench(_: Sequence[Point], n: Sequence[float]) -> str:
    x, y, w = n
    legs = _path([(x + 6, y - 2), (x + 6, 0)], 2, STILL) + _path([(x + w - 6, y - 2), (x + w - 6, 0)], 2, STILL)
    return legs + _path([(x, y - 2), (x + w, y - 2)], 5, STILL)


def _chair(_: Sequence[Point], n: Sequence[float]) -> str:
    x, y = n
    back = _path([(x, y - 2), (x - 4, y + 26)], 3.5, STILL)
    legs = _path([(x + 1, y - 2), (x - 1, 0)], 2.5, STILL) + _path([(x + 19, y - 2), (x + 20, 0)], 2.5, STILL)
    return back + legs + _path([(x, y - 2), (x + 20, y - 2)], 4, STILL)


def _box(_: Sequence[Point], n: Sequence[float]) -> str:
    x, y, w = n
    return f'<path d="M{x:.1f} 0.0L{x:.1f} {y:.1f}L{x + w:.1f} {y:.1f}L{x + w:.1f} 0.0Z" stroke-width="2" fill="currentColor" fill-opacity=".15" stroke-opacity=".55"/>'


def _wall(_: Sequence[Point], n: Sequence[float]) -> str:
    x, away = n
    hatch = "".join(_path([(x, y), (x + 5 * away, y - 6)], 1.3, 'opacity=".35"') for y in range(12, 100, 10))
    return _path([(x, 0), (x, 100)], 2.5, STILL) + hatch


def _pad(p: Sequence[Point], _: Sequence[float]) -> str:
    return _path(p, 5.5, STILL)


def _frame(p: Sequence[Point], _: Sequence[float]) -> str:
    return _path(p, 2.2, STILL)


def _lever(p: Sequence[Point], _: Sequence[float]) -> str:
    return _path(p, 3, _MOVED)


def _stack(_: Sequence[Point], n: Sequence[float]) -> str:
    x, h = n
    plates = "".join(_path([(x + 2, y), (x + 10, y)], 1.6, STILL) for y in range(5, int(h * 0.55), 5))
    return _path([(x, 0), (x, h), (x + 12, h), (x + 12, 0)], 2.2, STILL) + plates


def _bar(p: Sequence[Point], n: Sequence[float]) -> str:
    r = n[0] if n else 10.0
    return _circle(p[0], r, f'fill="{COLOUR}" fill-opacity=".28" {_MOVED} stroke-width="2.6"') + _circle(
        p[0], 2.4, f'fill="{COLOUR}" stroke="none"'
    )


def _long_bar(p: Sequence[Point], n: Sequence[float]) -> str:
    (x1, y1), (x2, y2) = p[0], p[-1]
    over = n[0] if n else 16.0
    left, right, y = min(x1, x2) - over, max(x1, x2) + over, (y1 + y2) / 2
    plates = "".join(_path([(x, y - 9), (x, y + 9)], 4, _MOVED) for x in (left + 2, right - 2))
    return _path([(left, y), (right, y)], 2.4, _MOVED) + plates


def _trap_bar(p: Sequence[Point], _: Sequence[float]) -> str:
    x, y = p[0]
    frame = [(x - 19, y - 3), (x - 10, y - 3), (x - 6, y), (x + 6, y), (x + 10, y - 3), (x + 19, y - 3)]
    return _path(frame, 2.4, _MOVED) + _circle(
        (x, y - 3), 9, f'fill="{COLOUR}" fill-opacity=".28" {_MOVED} stroke-width="2.4"'
    )


def _db(p: Sequence[Point], n: Sequence[float]) -> str:
    if not n:
        return _circle(p[0], 5.2, f'fill="{COLOUR}" stroke="none"')
    a, b = _turn(p[0], n[0], 6.5), _turn(p[0], n[0] + 180, 6.5)
    heads = "".join(_path([_turn(end, n[0] + 90, 3.2), _turn(end, n[0] - 90, 3.2)], 4.6, _MOVED) for end in (a, b))
    return _path([a, b], 2.6, _MOVED) + heads


def _kb(p: Sequence[Point], n: Sequence[float]) -> str:
    angle = n[0] if n else -90.0
    middle = _turn(p[0], angle, 8.5)
    left, right = _turn(p[0], angle + 90, 3.6), _turn(p[0], angle - 90, 3.6)
    handle = _path([_turn(middle, angle + 140, 5), left, right, _turn(middle, angle - 140, 5)], 2.4, _MOVED)
    return handle + _circle(middle, 6.4, f'fill="{COLOUR}" stroke="none"')


def _bag(p: Sequence[Point], n: Sequence[float]) -> str:
    angle, length = (n[0], n[1]) if len(n) > 1 else (n[0] if n else 90.0, 16.0)
    ends = [_turn(p[0], angle, length / 2), _turn(p[0], angle + 180, length / 2)]
    knots = _path([_turn(p[0], angle, length / 2 + 6.5), _turn(p[0], angle + 180, length / 2 + 6.5)], 4.5, _MOVED)
    return knots + _path(ends, 12, _MOVED)


def _cable(p: Sequence[Point], _: Sequence[float]) -> str:
    return (
        _path(p, 1.8, _MOVED)
        + _circle(p[0], 3, f'{_MOVED} stroke-width="2"')
        + _circle(p[-1], 2.6, f'fill="{COLOUR}" stroke="none"')
    )


def _band(p: Sequence[Point], _: Sequence[float]) -> str:
    return _path(p, 3.2, f'{_MOVED} stroke-dasharray="5.5 3.4"')


def _strap(p: Sequence[Point], _: Sequence[float]) -> str:
    return _path(p, 2.4, _MOVED) + _circle(p[-1], 3.4, f'{_MOVED} stroke-width="2.2"')


def _anchor(p: Sequence[Point], _: Sequence[float]) -> str:
    x, y = p[0]
    return _path([(x - 5, y - 5), (x - 5, y + 5)], 3.5, STILL) + _path([(x - 5, y), (x, y)], 3.5, STILL)


def _ceiling(p: Sequence[Point], _: Sequence[float]) -> str:
    x, y = p[0]
    return _path([(x - 9, y), (x + 9, y)], 4, STILL)


def _ball(p: Sequence[Point], n: Sequence[float]) -> str:
    return _circle(p[0], n[0] if n else 15.0, f'fill="{COLOUR}" fill-opacity=".22" {_MOVED} stroke-width="2.4"')


def _sled(_: Sequence[Point], n: Sequence[float]) -> str:
    x = n[0]
    poles = _path([(x + 3, 4), (x + 3, 52)], 2.8, _MOVED) + _path([(x + 27, 4), (x + 27, 34)], 2.8, _MOVED)
    base = _path([(x - 2, 3), (x + 32, 3), (x + 37, 8)], 4, _MOVED)
    plates = "".join(_path([(x + 9, y), (x + 21, y)], 3.6, _MOVED) for y in (9, 14, 19))
    return poles + base + plates + _path([(x + 15, 4), (x + 15, 26)], 2, _MOVED)


def _post(_: Sequence[Point], n: Sequence[float]) -> str:
    x, h = n
    return _path([(x, 0), (x, h)], 3, STILL) + _path([(x - 6, 1), (x + 6, 1)], 3, STILL)


def _grip(p: Sequence[Point], _: Sequence[float]) -> str:
    (x1, y1), (x2, y2) = p[0], p[1]
    bar = _path([(min(x1, x2) - 5, y1), (max(x1, x2) + 5, y2)], 3, _MOVED)
    return bar + (_path([p[2], ((x1 + x2) / 2, (y1 + y2) / 2)], 1.8, _MOVED) if len(p) > 2 else "")


def _towel(p: Sequence[Point], _: Sequence[float]) -> str:
    x, y = p[0]
    return _path([(x - 8, y), (x + 8, y)], 3, _MOVED)


GLYPHS: dict[str, Callable[[Sequence[Point], Sequence[float]], str]] = {
    "bench": _bench,
    "chair": _chair,
    "box": _box,
    "wall": _wall,
    "pad": _pad,
    "frame": _frame,
    "lever": _lever,
    "stack": _stack,
    "bar": _bar,
    "long_bar": _long_bar,
    "trap_bar": _trap_bar,
    "db": _db,
    "kb": _kb,
    "bag": _bag,
    "cable": _cable,
    "band": _band,
    "strap": _strap,
    "anchor": _anchor,
    "ceiling": _ceiling,
    "ball": _ball,
    "ball_held": _ball,
    "sled": _sled,
    "post": _post,
    "towel": _towel,
    "grip": _grip,
}
"""Kind of kit to how it is drawn from its places and numbers."""
