"""The icons of the installed app, drawn here from two pictures: mettle's barbell, and a page of notes for whoever shows the app under another name.

    python validation/web/icons.py

Writes the SVG and PNG files of `src/mettle/web/static/mettle/icons/` and its two `.ico` files. A maskable icon fills the whole
square and keeps what matters within the inner 80%, since launchers cut circles and squircles out of it
(W3C Web App Manifest, section on icon masks); iOS rounds corners by itself, so its icon fills the square too.
"""

from __future__ import annotations

import struct
from pathlib import Path

import vl_convert

OUT = Path(__file__).resolve().parents[2] / "src" / "mettle" / "web" / "static" / "mettle" / "icons"
SIDE = 64
PICTURES = {
    "mettle": ("#14606b", '<path d="M12 32h40"/><path d="M18 22v20M46 22v20M11 27v10M53 27v10"/>'),
    "notes": ("#5c6470", '<path d="M18 20h28M18 32h28M18 44h16"/>'),
}
SAFE = 0.78
"""Share of the square that a picture is drawn in where the rest may be cut away."""


def drawn(picture: str, *, whole: bool) -> str:
    """One icon as SVG; ``whole`` fills the square up to its corners."""
    colour, lines = PICTURES[picture]
    corners = "" if whole else ' rx="14"'
    back = f'<rect width="{SIDE}" height="{SIDE}"{corners} fill="{colour}"/>'
    at = SIDE * (1 - SAFE) / 2
    turn = f' transform="translate({at:g} {at:g}) scale({SAFE})"' if whole else ""
    strokes = f'<g fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round"{turn}>{lines}</g>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" viewBox="0 0 {SIDE} {SIDE}">{back}{strokes}</svg>'


def png(picture: str, side: int, *, whole: bool) -> bytes:
    return vl_convert.svg_to_png(drawn(picture, whole=whole), scale=side / SIDE, ppi=72)


def ico(picture: str, side: int = 32) -> bytes:
    """An .ico with one PNG in it: a directory of one entry, then the picture."""
    inside = png(picture, side, whole=False)
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, side, side, 0, 0, 1, 32, len(inside), 22) + inside


def main() -> None:
    OUT.mkdir(exist_ok=True)
    for picture in PICTURES:
        (OUT / f"{picture}.svg").write_text(drawn(picture, whole=False) + "\n")
        (OUT / f"{picture}.ico").write_bytes(ico(picture))
        (OUT / f"{picture}-apple-180.png").write_bytes(png(picture, 180, whole=True))
        for side in (192, 512):
            (OUT / f"{picture}-{side}.png").write_bytes(png(picture, side, whole=False))
            (OUT / f"{picture}-maskable-{side}.png").write_bytes(png(picture, side, whole=True))


if __name__ == "__main__":
    main()
