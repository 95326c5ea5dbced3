"""What to put on one side of the bar, drawn from the words of the set-up."""

from __future__ import annotations

import re
from html import escape

from mettle.words import told

_SIDE = re.compile(r"bar ([\d.]+) kg \+ ([\d.]+(?: \+ [\d.]+)*) a side")
_HEIGHTS = ((20.0, 56), (10.0, 46), (5.0, 36), (2.5, 28), (0.0, 20))


def picture(set_up: str) -> str:
    """One side of a loaded bar as a small SVG, the largest plate inside; empty where the words speak of no bar with plates.

    >>> picture("bar 20 kg + 10 + 2.5 a side").count("<rect")
    4
    >>> picture("one of 8 kg")
    ''
    """
    found = _SIDE.fullmatch(set_up)
    if found is None:
        return ""
    plates = [float(p) for p in found[2].split(" + ")]
    parts = [
        '<rect x="0" y="29" width="300" height="6" rx="3" fill="#8a9299"/>',
        '<rect x="26" y="22" width="8" height="20" rx="2" fill="#8a9299"/>',
    ]
    for n, kg in enumerate(plates):
        height = next(h for least, h in _HEIGHTS if kg >= least)
        x = 38 + n * 40
        parts.append(f'<rect x="{x}" y="{32 - height / 2:g}" width="34" height="{height}" rx="5" fill="#a4581c"/>')
        parts.append(
            f'<text x="{x + 17}" y="37" text-anchor="middle" font-size="14" font-weight="700" fill="#ffffff">{kg:g}</text>'
        )
    return f'<svg viewBox="0 0 300 64" width="300" height="64" role="img" aria-label="{escape(told(set_up))}" font-family="sans-serif" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
