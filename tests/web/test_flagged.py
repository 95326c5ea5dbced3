"""A total that nobody reaches without an answer on self-harm shows the way to help wherever it comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from mettle.instruments import safety
from tests.web.test_data import upload

if TYPE_CHECKING:
    from django.test import Client

HELP = safety.message("help_item9").text


@pytest.mark.parametrize(("total", "shown"), [("24", False), ("25", True), ("27", True)])
def test_a_total_that_was_typed(as_alice: Client, total: str, shown: bool) -> None:
    page = as_alice.post(reverse("questionnaire_total", args=["phq9"]), {"total": total}, follow=True)
    assert page.status_code == 200
    main = page.content.decode().split("<main")[1]
    assert (HELP in main) is shown
    assert ('class="card help' in main) is shown


@pytest.mark.parametrize(("total", "shown"), [("24", False), ("25", True)])
def test_a_total_in_a_file(as_alice: Client, total: str, shown: bool) -> None:
    file = f"at,mood,phq9\n2026-04-01T20:00+02:00,6,{total}\n".encode()
    page = upload(as_alice, file, "checkins.csv")
    assert page.status_code == 200
    assert (HELP in page.content.decode()) is shown
