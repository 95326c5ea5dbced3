from __future__ import annotations

import re
import subprocess
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from mettle.cli import main
from mettle.evidence import claims, overall
from mettle.evidence.claims import VERDICTS, Verdict
from mettle.reports.evidence import CELLS, page, picture, save
from mettle.reports.svg import NARROW, WIDE

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("altair", reason="the charts extra is not installed")


def _marks(width: int) -> list[list[dict[str, object]]]:
    spec = picture(width).to_dict(validate=False)
    return [spec["datasets"][layer["data"]["name"]] for layer in spec["layer"]]


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_one_cell_a_claim_and_none_outside_the_picture(width: int) -> None:
    boxes = _marks(width)[0]
    assert len(boxes) == len(claims()) + len(VERDICTS)  # and one for each line of the legend
    assert all(0 <= float(str(box["x"])) < float(str(box["x2"])) <= width for box in boxes)
    corners = {(box["x"], box["y"]) for box in boxes}
    assert len(corners) == len(boxes)


def test_untested_and_not_shown_look_different() -> None:
    assert CELLS["untested"][0] == "transparent"
    assert len(set(CELLS.values())) == len(VERDICTS)


@pytest.mark.parametrize("verdict", [v for v in VERDICTS if v != "untested"])
def test_signs_can_be_read_on_their_cells(verdict: Verdict) -> None:
    fill, ink = CELLS[verdict]
    assert _contrast(fill, ink) >= 4.5  # WCAG 2.2, 1.4.3


def _contrast(one: str, other: str) -> float:
    lights = sorted((_light(one), _light(other)), reverse=True)
    return (lights[0] + 0.05) / (lights[1] + 0.05)


def _light(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_picture_is_written_in_each_format(tmp_path: Path) -> None:
    for name, start in (("a.svg", b"<svg"), ("a.png", b"\x89PNG"), ("a.html", b"<!doctype html>")):
        assert main(["evidence", "--picture", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_bytes().startswith(start)
    svg = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "helps low mood on average" in svg


def test_another_ending_is_one_clear_line_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evidence", "--picture", str(tmp_path / "a.gif")]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "a picture's name ends in .svg, .png or .html, got 'a.gif'" in err
    assert list(tmp_path.iterdir()) == []


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_says_everything_in_words_and_runs_no_script() -> None:
    html = page()
    parser = _Text()
    parser.feed(html)
    text = " ".join(" ".join(parser.text).split())
    assert parser.scripts == 0
    assert "http" not in re.sub(r'xmlns(:xlink)?="http[^"]*"', "", html)
    assert text.index(overall()) < text.index(claims()["0.0"].finding)
    for claim in claims().values():
        for part in (claim.says, claim.finding, claim.for_you, claim.not_about):
            assert part in text, claim.id


@pytest.mark.browser
def test_no_sideways_scrolling_on_a_phone(tmp_path: Path, chromium: str) -> None:
    save(tmp_path / "all.html")
    probe = "<script>document.title = document.documentElement.scrollWidth</script></body>"
    html = (tmp_path / "all.html").read_text(encoding="utf-8").replace("</body>", probe)
    (tmp_path / "all.html").write_text(html, encoding="utf-8")
    frame = '<iframe src="all.html" width="360" height="700" style="border:0" onload="document.title = contentDocument.title"></iframe>'
    (tmp_path / "frame.html").write_text(f"<!doctype html>{frame}", encoding="utf-8")
    shown = subprocess.run(
        [
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--allow-file-access-from-files",
            "--virtual-time-budget=3000",
            "--dump-dom",
            f"file://{tmp_path}/frame.html",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    width = re.search(r"<title>(\d+)</title>", shown)
    assert width, shown[:500]
    assert int(width[1]) <= 360
