from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils.timezone import now

from mettle.evidence import claims
from mettle.instruments import safety
from mettle.reports.pictures import save
from mettle.reports.replication import forest
from mettle.web import models
from mettle.web.views.evidence import FORESTS
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from django.contrib.auth.models import User
    from django.test import Client

PICTURES = ROOT / "src" / "mettle" / "web" / "static" / "mettle" / "forest"


def test_every_claim_has_a_page_that_does_not_judge_the_reader(as_alice: Client) -> None:
    for number in claims():
        page = as_alice.get(reverse("claim", args=[number]))
        assert page.status_code == 200
        assert not safety.forbidden_phrases(claims()[number].for_you)


def shown(page: str) -> set[str]:
    return set(re.findall(r'href="/evidence/([\d.]+)/"', page))


def test_filters_choose_and_stay_until_something_else_is_chosen(as_alice: Client) -> None:
    asked = {"section": "1", "verdict": "contradicted", "mine": "testable"}
    page = as_alice.get(reverse("evidence"), asked).content.decode()
    chosen = {
        c.id for c in claims().values() if c.section.number == 1 and c.verdict == "contradicted" and c.design != "none"
    }
    assert 0 < len(chosen) < len(claims())
    assert shown(page) == chosen
    assert shown(as_alice.get(reverse("evidence")).content.decode()) == chosen
    again = as_alice.get(reverse("evidence"), dict.fromkeys(asked, "")).content.decode()
    assert shown(again) == set(claims())


def test_the_page_is_short_until_a_group_is_opened_and_opens_where_the_reader_was(as_alice: Client) -> None:
    page = as_alice.get(reverse("evidence")).content.decode()
    groups = re.findall(r'<details class="card evidence claims"[^>]*>', page)
    assert len(groups) == len({c.section for c in claims().values()})
    assert not [g for g in groups if " open" in g]
    assert not re.findall(r'<details class="claim"[^>]* open', page)
    as_alice.get(reverse("claim", args=["8.3"]))
    page = as_alice.get(reverse("evidence")).content.decode()
    assert [g for g in re.findall(r'<details class="card evidence claims"[^>]*>', page) if " open" in g] == [
        '<details class="card evidence claims" id="s8" open>'
    ]


@pytest.mark.parametrize("asked", ["section=\0", "verdict=" + "x" * 5000, "mine=%F0%9F%92%A5", "section=99"])
def test_a_filter_that_is_none_leaves_nothing_out(as_alice: Client, asked: str) -> None:
    page = as_alice.get(f"{reverse('evidence')}?{asked}").content.decode()
    assert shown(page) == set(claims())


def test_a_claim_that_ones_own_days_answer_says_so(as_alice: Client, alice: User) -> None:
    answer = {"headline": {"text": "These days go with better mood."}}
    models.Person.of(alice).answers.create(key="mood", fingerprint="x", answer=answer, pictures={}, computed_at=now())
    page = as_alice.get(reverse("evidence"), {"mine": "answered"}).content.decode()
    about = {c.id for c in claims().values() if "mood" in (c.measure, c.instrument)}
    assert shown(page) == about
    assert "These days go with better mood." in page


@pytest.mark.parametrize("analysis", [name for name, _title in FORESTS])
def test_the_pictures_are_those_of_the_data(analysis: str, tmp_path: Path) -> None:
    drawn = tmp_path / "now.svg"
    save(forest(analysis), str(drawn))
    shipped = (PICTURES / f"{analysis}.svg").read_text()
    assert rounded(drawn.read_text()) == rounded(shipped), "run validation/pictures/forest.py"


def rounded(svg: str) -> str:
    """The drawing to a tenth of a pixel: the last digits differ between processors."""
    return re.sub(r"-?\d+\.\d+", lambda number: f"{float(number[0]):.1f}", svg)


def test_a_claims_figures_lie_on_one_axis_with_what_is_better_to_the_right(as_alice: Client) -> None:
    page = as_alice.get("/evidence/1.0/").content.decode()
    shown = [f for f in claims()["1.0"].figures if f.estimate is not None]
    drawn = re.findall(r'aria-label="(SMD [^"]+)"><path class="none" d="M150 0v24"/>.*?<circle cx="([\d.]+)"', page)
    assert len(drawn) == len(shown) > 4
    by_figure = {f.figure: f for f in shown}
    for told, at in drawn:
        f = by_figure[told]
        assert f.estimate is not None
        assert (float(at) > 150) == ((f.estimate > 0) == (f.benefit == "plus"))
    assert (
        "<svg"
        not in as_alice.get("/evidence/1.1/").content.decode().split("What is published")[1].split("</section>")[0]
    )
