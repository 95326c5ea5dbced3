"""A line figure from joint angles: where every joint is, and the figure with its kit as SVG.

Lengths are in hundredths of a standing body; x points to where a figure seen from the side looks, y points up, the ground
is y = 0. Angles are degrees: of the trunk from upright, forward positive; of limbs from hanging straight down, forward
(seen from the front: outward) and up positive, so that 180 points up. A hand or a foot may be given as a place instead;
the angles of its two bones are then solved.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from mettle.training.kit import IN_FRONT, Point, glyph, points_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

THIGH, SHANK, FOOT, TRUNK, NECK, UPPER_ARM, FOREARM = 24.0, 23.0, 9.0, 29.0, 11.5, 16.0, 16.0
HEAD_RADIUS = 7.0
SHOULDER_HALF, HIP_HALF = 9.5, 5.0
"""Half widths, seen from the front."""
SMALLEST_PANEL, MARGIN, GAP = 60.0, 5.0, 13.0
ARM_WIDTH = 5.2
STACK_AT = 1.6
"""Panels wider than this times their height stand one above the other, so that lying figures stay large."""

Panel = Literal["both", "start", "end"]


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Joint name to place: ``hip shoulder head nose``, and for the near side ``elbow hand knee foot toe``.

    The far side's names end in 2; from the front there are ``shoulder2`` and ``hip2`` too. ``stretch`` is how far, in
    body hundredths, a limb fell short of the place asked for.
    """

    joints: Mapping[str, Point]
    front: bool
    flat: bool
    stretch: float


def _along(start: Point, angle: float, length: float) -> Point:
    """The place ``length`` from ``start`` at a limb's angle.

    >>> [round(value, 6) for value in _along((0, 50), 90, 10)]
    [10.0, 50.0]
    """
    turn = math.radians(angle)
    return (start[0] + length * math.sin(turn), start[1] - length * math.cos(turn))


def _bend(root: Point, target: Point, upper: float, lower: float, *, side: float) -> tuple[Point, Point, float]:
    """Middle joint, end, and shortfall of a two-bone limb that reaches for a place; ``side`` says where it bends.

    >>> middle, end, short = _bend((0, 40), (0, 0), 24, 24, side=1)
    >>> round(middle[0], 1), round(middle[1], 1), end, short
    (13.3, 20.0, (0.0, 0.0), 0.0)
    """
    dx, dy = target[0] - root[0], target[1] - root[1]
    asked = math.hypot(dx, dy)
    reach = min(max(asked, abs(upper - lower) + 0.1), upper + lower)
    along = (dx / asked, dy / asked) if asked > 1e-6 else (0.0, -1.0)
    before = (reach**2 + upper**2 - lower**2) / (2 * reach)
    out = math.sqrt(max(upper**2 - before**2, 0.0)) * side
    middle = (root[0] + along[0] * before - along[1] * out, root[1] + along[1] * before + along[0] * out)
    return middle, (root[0] + along[0] * reach, root[1] + along[1] * reach), abs(asked - reach)


def skeleton(pose: Mapping[str, Any], *, front: bool = False) -> Skeleton:
    """Where every joint is.

    Parameters
    ----------
    pose
        ``hip`` (place), ``trunk`` and ``head`` (angles), ``arm`` and ``leg`` (two angles each) or ``hand`` and ``foot``
        (places) with ``elbow`` and ``knee`` (+1 or -1: the side that they bend to), ``toe`` (angle); the same names
        with 2 for the far limb, which otherwise goes with the near one (seen from the front: mirrored). ``back``,
        ``thigh``, ``shank``, ``upper`` and ``fore`` give lengths that are foreshortened; ``flat = true`` is lying on
        the side: no face to be seen, both sides drawn alike.
    front
        Seen from the front.

    >>> stand = skeleton({"hip": [0, 50], "trunk": 0, "arm": [0, 0], "foot": [0, 3]})
    >>> [round(value) for value in (*stand.joints["shoulder"], *stand.joints["hand"])]
    [0, 79, 0, 47]
    """
    hip: Point = (float(pose["hip"][0]), float(pose["hip"][1]))
    lean = float(pose.get("trunk", 0))
    chest = _along(hip, 180 - lean, float(pose.get("back", TRUNK)))
    nod = float(pose.get("head", lean))
    head = _along(chest, 180 - nod, NECK)
    joints: dict[str, Point] = {"hip": hip, "chest": chest, "shoulder": chest, "head": head}
    joints["nose"] = _along(head, 90 - nod, HEAD_RADIUS) if not front and not pose.get("flat") else head
    if front:
        across = math.radians(lean)
        for name, middle, half in (("shoulder", chest, SHOULDER_HALF), ("hip", hip, HIP_HALF)):
            step = (half * math.cos(across), -half * math.sin(across))
            joints[name] = (middle[0] + step[0], middle[1] + step[1])
            joints[f"{name}2"] = (middle[0] - step[0], middle[1] - step[1])
    stretch = 0.0
    for far in ("", "2"):
        mirror = -1.0 if front and far else 1.0
        root_far = far if front else ""
        elbow, hand, short = _limb(
            pose,
            joints[f"shoulder{root_far}"],
            ("arm", "hand", "elbow"),
            far=far,
            lengths=_lengths(pose, far, upper=UPPER_ARM, fore=FOREARM),
            mirror=mirror,
            default_side=-1.0,
        )
        knee, foot, short_leg = _limb(
            pose,
            joints[f"hip{root_far}"],
            ("leg", "foot", "knee"),
            far=far,
            lengths=_lengths(pose, far, thigh=THIGH, shank=SHANK),
            mirror=mirror,
            default_side=1.0,
        )
        joints[f"elbow{far}"], joints[f"hand{far}"] = elbow, hand
        joints[f"knee{far}"], joints[f"foot{far}"] = knee, foot
        joints[f"toe{far}"] = _toe(pose, far, knee, foot, front=front, mirror=mirror)
        stretch = max(stretch, short, short_leg)
    return Skeleton(joints, front, bool(pose.get("flat")), stretch)


def _lengths(pose: Mapping[str, Any], far: str, **usual: float) -> tuple[float, float]:
    one, other = (float(pose.get(f"{name}{far}", pose.get(name, length))) for name, length in usual.items())
    return one, other


def _limb(
    pose: Mapping[str, Any],
    root: Point,
    names: tuple[str, str, str],
    *,
    far: str,
    lengths: tuple[float, float],
    mirror: float,
    default_side: float,
) -> tuple[Point, Point, float]:
    angles, place, bend = names
    own = far if f"{angles}{far}" in pose or f"{place}{far}" in pose else ""
    if f"{place}{own}" in pose:
        x, y = pose[f"{place}{own}"]
        target = (x * mirror if own != far else x, y)
        side = float(pose.get(f"{bend}{far}", pose.get(bend, default_side))) * mirror
        return _bend(root, target, *lengths, side=side)
    upper, lower = pose.get(f"{angles}{own}", (0, 0))
    middle = _along(root, upper * mirror, lengths[0])
    return middle, _along(middle, lower * mirror, lengths[1]), 0.0


def _toe(pose: Mapping[str, Any], far: str, knee: Point, foot: Point, *, front: bool, mirror: float) -> Point:
    stated = pose.get(f"toe{far}", pose.get("toe"))
    if stated is not None:
        return _along(foot, float(stated) * mirror, FOOT)
    if front:
        return _along(foot, 60 * mirror, 5)
    if foot[1] < 6:
        return (foot[0] + FOOT, max(foot[1] - 2, 1.0))
    shank = math.degrees(math.atan2(foot[0] - knee[0], knee[1] - foot[1]))
    return _along(foot, shank + 80, FOOT)


@dataclass(frozen=True, slots=True)
class Picture:
    """An exercise's picture as data: two poses seen from one side, and the kit in each."""

    start: Skeleton
    end: Skeleton
    kit_start: tuple[str, ...]
    kit_end: tuple[str, ...]


@cache
def pictures() -> dict[str, Picture]:
    """Exercise id to its picture, from ``data/figures.toml``."""
    data = tomllib.loads(files("mettle.training").joinpath("data", "figures.toml").read_text(encoding="utf-8"))
    return {key: _picture(row, data["pose"]) for key, row in data["figure"].items()}


def _picture(row: Mapping[str, Any], poses: Mapping[str, Any]) -> Picture:
    front = row.get("view", "side") == "front"
    start = _over(_named(row["start"], poses), {})
    end = _over(start, _named(row["end"], poses))
    kit = tuple(row.get("kit", ()))
    return Picture(
        skeleton(start, front=front),
        skeleton(end, front=front),
        kit + tuple(row.get("kit_start", ())),
        kit + tuple(row.get("kit_end", ())),
    )


def _named(pose: Mapping[str, Any], poses: Mapping[str, Any]) -> dict[str, Any]:
    base = pose.get("like")
    return _over(_named(poses[base], poses), pose) if base else dict(pose)


def _over(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A pose with another's words put over it; angles drive out a place and a place drives out angles."""
    merged = dict(base)
    for key, value in change.items():
        for one, other in (("arm", "hand"), ("leg", "foot")):
            if key.rstrip("2") in (one, other):
                merged.pop(key.replace(one, other) if key.startswith(one) else key.replace(other, one), None)
        merged[key] = value
    merged.pop("like", None)
    return merged


def extent(picture: Picture) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of both poses with their kit, before any margin."""
    xs, ys = [], [0.0]
    for bones, kit in ((picture.start, picture.kit_start), (picture.end, picture.kit_end)):
        for name, (x, y) in bones.joints.items():
            wide = HEAD_RADIUS if name == "head" else 3.0
            xs += [x - wide, x + wide]
            ys += [y - wide, y + wide]
        for word in kit:
            for x, y in points_of(word, bones.joints):
                xs.append(x)
                ys.append(y)
    return min(xs), max(min(ys), -3.0), max(xs), max(ys)


def svg(exercise: str, *, panel: Panel = "both", title: str = "", standalone: bool = False) -> str:
    """The picture of an exercise: where it starts, where it ends, with its kit.

    The body is drawn in ``currentColor`` and what is moved in a colour that reads on light and on dark; there is no
    style attribute, so that a strict content policy lets it pass.

    Parameters
    ----------
    exercise
        Catalogue id.
    panel
        Both positions side by side, or one.
    title
        What a screen reader says; empty hides the picture from it (a caption says it already).
    standalone
        As a file of its own, which turns light by itself on a dark screen.

    Raises
    ------
    ValueError
        Where no such picture exists.
    """
    try:
        picture = pictures()[exercise]
    except KeyError:
        raise ValueError(f"no picture of {exercise!r}") from None
    left, bottom, right, top = extent(picture)
    wide = max(right - left, SMALLEST_PANEL) + 2 * MARGIN
    high = max(top, SMALLEST_PANEL) - bottom + 2 * MARGIN
    shift = wide / 2 - (left + right) / 2
    floor = high - MARGIN + bottom
    shown = [("start", picture.start, picture.kit_start), ("end", picture.end, picture.kit_end)]
    if panel != "both":
        shown = [row for row in shown if row[0] == panel]
    down = len(shown) == 2 and wide > STACK_AT * high
    step = (0.0, high + GAP) if down else (wide + GAP, 0.0)
    parts = []
    for i, (name, bones, kit) in enumerate(shown):
        x, y = i * step[0], i * step[1] + floor
        parts.append(f'<path d="M{x + 3:.1f} {y:.1f}h{wide - 6:.1f}" stroke-width="1.6" opacity=".35"/>')
        parts.append(f'<g transform="translate({x + shift:.1f} {y:.1f}) scale(1 -1)">')
        parts.append(_drawing(bones, kit, key=f"{exercise}-{name}"))
        parts.append("</g>")
    if len(shown) == 2:
        parts.append(_arrow(wide / 2, high + GAP / 2, turn=90) if down else _arrow(wide + GAP / 2, high / 2, turn=0))
    label = f'role="img" aria-label="{escape(title)}"' if title else 'aria-hidden="true"'
    style = "<style>svg{color:#1c1c1c}@media(prefers-color-scheme:dark){svg{color:#f2f2f2}}</style>"
    width, height = (wide + step[0] * (len(shown) - 1), high + step[1] * (len(shown) - 1))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" {label} fill="none" '
        f'stroke="currentColor" stroke-linecap="round" stroke-linejoin="round">'
        f"{style if standalone else ''}{''.join(parts)}</svg>"
    )


def _arrow(x: float, y: float, *, turn: int) -> str:
    return (
        f'<path d="M-5 0h10m-4 -4l4 4l-4 4" transform="translate({x:.1f} {y:.1f}) rotate({turn})" '
        'stroke-width="2.2" opacity=".6"/>'
    )


def _drawing(bones: Skeleton, kit: Sequence[str], *, key: str) -> str:
    behind = [glyph(word, bones.joints) for word in kit if word.split()[0] not in IN_FRONT]
    in_front = [glyph(word, bones.joints) for word in kit if word.split()[0] in IN_FRONT]
    return f"{''.join(behind)}{_body(bones, key=key)}{''.join(in_front)}"


def _line(places: Sequence[Point], width: float, *, faint: bool = False) -> str:
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    far = ' opacity=".5"' if faint else ""
    return f'<path d="M{path}" stroke-width="{width}"{far}/>'


def _body(bones: Skeleton, *, key: str) -> str:
    """The body; a near arm is cut free of what lies behind it, so that it is seen before the trunk."""
    at = bones.joints
    arm = [at["shoulder"], at["elbow"], at["hand"]]
    leg = [at["hip"], at["knee"], at["foot"], at["toe"]]
    far_arm = [at["shoulder2" if bones.front else "shoulder"], at["elbow2"], at["hand2"]]
    far_leg = [at["hip2" if bones.front else "hip"], at["knee2"], at["foot2"], at["toe2"]]
    head = f'<circle cx="{at["head"][0]:.1f}" cy="{at["head"][1]:.1f}" r="{HEAD_RADIUS}" fill="currentColor" stroke="none"/>'
    if bones.front:
        torso = "L".join(f"{x:.1f} {y:.1f}" for x, y in (at["shoulder"], at["shoulder2"], at["hip2"], at["hip"]))
        trunk = f'<path d="M{torso}Z" fill="currentColor" stroke-width="6"/>'
        limbs = _line(far_leg, 5.6) + _line(leg, 5.6)
        return _cut(limbs + trunk, [arm, far_arm], key) + head + _line(far_arm, ARM_WIDTH) + _line(arm, ARM_WIDTH)
    nose = f'<circle cx="{at["nose"][0]:.1f}" cy="{at["nose"][1]:.1f}" r="2" fill="currentColor" stroke="none"/>'
    far = "".join(
        _line(limb, 5.6, faint=not bones.flat) for limb, near in ((far_leg, leg), (far_arm, arm)) if limb != near
    )
    trunk = _line([at["hip"], at["chest"]], 9)
    return far + _cut(_line(leg, 6) + trunk, [arm], key) + head + nose + _line(arm, ARM_WIDTH)


def _cut(drawn: str, arms: Sequence[Sequence[Point]], key: str) -> str:
    """What is drawn, less a seam along the arms; the seam begins below the shoulder, so that the arm stays on."""
    seams = ""
    for (x, y), elbow, hand in arms:
        start = (x + (elbow[0] - x) * 0.3, y + (elbow[1] - y) * 0.3)
        path = "L".join(f"{px:.1f} {py:.1f}" for px, py in (start, elbow, hand))
        seams += f'<path d="M{path}" stroke="#000" stroke-width="{ARM_WIDTH + 3}"/>'
    return (
        f'<mask id="seam-{key}" maskUnits="userSpaceOnUse" x="-200" y="-50" width="400" height="300">'
        f'<path d="M-200-50h400v300h-400z" fill="#fff" stroke="none"/>{seams}</mask>'
        f'<g mask="url(#seam-{key})">{drawn}</g>'
    )
