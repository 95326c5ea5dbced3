"""The charting library and its converter: an extra, loaded when the first picture is drawn."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from mettle.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VL_VERSION = "6.4"
"""The Vega-Lite that the specs are written for."""


def altair() -> Any:  # noqa: ANN401 - a module that may be absent
    """The charting library.

    Raises
    ------
    MissingExtraError
        Where it is not installed.
    """
    try:
        import altair as alt  # noqa: PLC0415 - loads in half a second; only pictures need it
    except ImportError:
        raise MissingExtraError("charts") from None
    return alt


@contextmanager
def unchecked() -> Iterator[None]:
    """Specs are not checked against the schema while they are made: it takes most of the time, and drawing finds mistakes too."""
    altair()
    from altair.utils.schemapi import debug_mode  # noqa: PLC0415 - see above

    with debug_mode(arg=False):
        yield


def svg(spec: dict[str, Any]) -> str:
    """The SVG of a spec; every text inside it is escaped."""
    return str(_converter().vegalite_to_svg(spec, vl_version=VL_VERSION))


def png(spec: dict[str, Any], *, scale: float = 1) -> bytes:
    """The PNG of a spec, each of its pixels drawn ``scale`` times in both directions."""
    return bytes(_converter().vegalite_to_png(spec, vl_version=VL_VERSION, scale=scale))


def write_library(path: Path) -> None:
    """Write the script that draws specs in a browser, whole or not at all: Vega, Vega-Lite, vega-embed and the interpreter of its
    expressions, as the converter carries them.
    """
    part = path.with_suffix(".part")
    part.write_text(_converter().javascript_bundle(vl_version=VL_VERSION), encoding="utf-8")
    part.replace(path)


def library_name() -> str:
    """The name of that script, which holds the version of what is in it."""
    return f"vega-lite-{VL_VERSION}-{version('vl-convert-python')}.js"


def _converter() -> Any:  # noqa: ANN401 - a module without types
    try:
        import vl_convert  # noqa: PLC0415 - as above
    except ImportError:
        raise MissingExtraError("charts") from None
    return vl_convert
