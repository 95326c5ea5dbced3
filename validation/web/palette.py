"""Whether the app's colours can be told apart by colour-blind readers, and read by everybody.

    python validation/web/palette.py

Reads the colours of `app.css`, light and dark; shows each as somebody without one kind of cone sees it; and writes `palette.json` beside
this file: the contrast of text against its ground (WCAG 2.2), and the smallest difference between two colours that mean something.

Source: the matrices of Machado, Oliveira and Fernandes 2009 at full severity, doi:10.1109/TVCG.2009.113; differences as CIE 1976 distance
in CIELAB under D65, where about 2.3 is just noticeable (Mahy et al. 1994, doi:10.1002/col.5080190207).
"""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "src/mettle/web/static/mettle/app.css"
SEES = {
    "every cone": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "no long-wave cone": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no middle-wave cone": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no short-wave cone": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
MEANING = ("training", "mood", "evidence")
"""Told apart by hue where they stand side by side; everything else carries its word, shape or place beside the colour."""
TEXT = ("ink", "quiet", "accent", "training", "mood", "evidence", "needs-you", "stop")
GROUNDS = {
    "needs-you": ("card", "ground", "needs-you-soft"),
    "stop": ("card", "ground", "stop-soft"),
    "ink": ("card", "ground", "needs-you-soft", "stop-soft", "accent-soft"),
}
XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
WHITE = (0.95047, 1.0, 1.08883)

Triple = tuple[float, float, float]


def palettes() -> dict[str, dict[str, str]]:
    """The colours of the two schemes, by name."""
    roots = re.findall(r":root \{(.*?)\}", CSS.read_text(), flags=re.DOTALL)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part)) for part in roots[:2])
    return {"light": light, "dark": light | dark}


def linear(colour: str) -> Triple:
    """sRGB as light: each channel from 0 to 1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))

    def one(c: float) -> float:
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4

    return one(red), one(green), one(blue)


def through(matrix: tuple[Triple, ...], light: Triple) -> Triple:
    """Three channels through a matrix, kept within what a screen can show."""
    red, green, blue = (min(1.0, max(0.0, sum(m * c for m, c in zip(row, light, strict=True)))) for row in matrix)
    return red, green, blue


def lab(light: Triple) -> Triple:
    """CIELAB of linear light."""
    xyz = (sum(m * c for m, c in zip(row, light, strict=True)) / white for row, white in zip(XYZ, WHITE, strict=True))
    x, y, z = (v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one: Triple, other: Triple) -> float:
    """Distance in CIELAB."""
    return float(sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5)


def contrast(one: str, other: str) -> float:
    """The WCAG ratio of two colours, 1 to 21."""
    a, b = (0.2126 * r + 0.7152 * g + 0.0722 * bl for r, g, bl in (linear(one), linear(other)))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


def judged(colours: dict[str, str]) -> dict[str, object]:
    """Contrast of every text on its grounds, and the nearest pair of meanings, as each kind of eye sees them."""
    text = {
        f"{t} on {g}": round(contrast(colours[t], colours[g]), 2)
        for t in TEXT
        for g in GROUNDS.get(t, ("card", "ground"))
    }
    text["on-accent on accent"] = round(contrast(colours["on-accent"], colours["accent"]), 2)
    apart = {}
    for who, matrix in SEES.items():
        seen = {name: through(matrix, linear(colours[name])) for name in MEANING}
        near = min((difference(seen[a], seen[b]), a, b) for a, b in combinations(MEANING, 2))
        apart[who] = {"nearest": [near[1], near[2]], "difference": round(near[0], 1)}
    return {"smallest_contrast": min(text.values()), "contrast": text, "nearest_meanings": apart}


def main() -> None:
    told = {
        "how": "python validation/web/palette.py",
        **{name: judged(colours) for name, colours in palettes().items()},
    }
    (Path(__file__).parent / "palette.json").write_text(json.dumps(told, indent=2) + "\n")
    print(
        json.dumps(
            {name: {k: v for k, v in told[name].items() if k != "contrast"} for name in ("light", "dark")}, indent=2
        )
    )


if __name__ == "__main__":
    main()
