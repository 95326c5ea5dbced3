"""Pictures into files: SVG, PNG, or a page that shows the wide one on a desk and the narrow one on a phone.

The page holds plain SVG: no script, nothing fetched, a few kilobytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from mettle.errors import InputError
from mettle.reports import charting

if TYPE_CHECKING:
    from collections.abc import Sequence

_SUFFIXES = (".svg", ".png", ".html")
_SCALE = 2  # pixels of a PNG per unit: sharp on a phone


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture at two widths, with its words.

    Parameters
    ----------
    title
        Heading of the page.
    description
        What the picture shows, for those who do not see it.
    wide, narrow
        Vega-Lite specs for a desk (about 760 px) and a phone (360 px).
    columns, rows
        The same figures as a table.
    """

    title: str
    description: str
    wide: dict[str, Any]
    narrow: dict[str, Any]
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


def save(picture: Picture, path: str, *, narrow: bool = False) -> None:
    """The picture in a file; what it is follows the name's ending. Nothing half-written is left.

    Parameters
    ----------
    picture
        What to draw.
    path
        Ending in .svg, .png or .html.
    narrow
        For .svg and .png: the phone's width.

    Raises
    ------
    InputError
        For another ending, or a folder that does not exist.
    MissingExtraError
        Where the charts extra is not installed.
    """
    check(path)
    target = Path(path)
    suffix = target.suffix.lower()
    spec = picture.narrow if narrow else picture.wide
    if suffix == ".svg":
        content = charting.svg(spec).encode()
    elif suffix == ".png":
        content = png(spec)
    else:
        content = page(picture).encode()
    partial = target.with_name(f".{target.name}.partial")
    partial.write_bytes(content)
    partial.replace(target)


def check(path: str) -> None:
    """Refuse a name that is no picture's, or a folder that does not exist, before any work is done."""
    target = Path(path)
    if target.suffix.lower() not in _SUFFIXES:
        raise InputError(f"a picture's name ends in .svg, .png or .html, got {target.name!r}", where=path)
    if not target.parent.is_dir():
        raise InputError("its folder does not exist", where=path)


def png(spec: dict[str, Any]) -> bytes:
    """The PNG of a spec."""
    return charting.png(spec, scale=_SCALE)


def page(picture: Picture) -> str:
    """A page with both widths and the table of figures."""
    template = Environment(loader=PackageLoader("mettle.reports"), autoescape=True).get_template("picture.html")
    # the converter escapes every text inside its SVG, so the drawing itself is markup
    wide, narrow = (Markup(charting.svg(spec)) for spec in (picture.wide, picture.narrow))  # noqa: S704
    return template.render(picture=picture, wide=wide, narrow=narrow)
