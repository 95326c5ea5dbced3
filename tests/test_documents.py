"""Documents cannot rot: every command they print exists with its options, every page stands in its index, every link leads somewhere."""

from __future__ import annotations

import argparse
import importlib
import re
from typing import TYPE_CHECKING

import pytest

from mettle.cli import verbs
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "validation").glob("*/README.md")],
    key=str,
)
COMMAND = re.compile(r"(?:`|^\s*(?:\$ )?)mettle ([a-z][a-z-]*)([^`\n]*)", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`mettle [^`\n]+`")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def commands(text: str) -> list[tuple[str, list[str]]]:
    """Each verb with the long options beside it, from code in backticks and from fenced blocks."""
    code = [*CODE.findall(text), *FENCED.findall(text)]
    return [(verb, re.findall(r"(?<!\S)--[a-z-]+", rest)) for part in code for verb, rest in COMMAND.findall(part)]


def options(parser: argparse.ArgumentParser) -> set[str]:
    """Every option of a verb and of what stands below it (`mettle trial design`)."""
    found: set[str] = set()
    for action in parser._actions:
        found |= set(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                found |= options(below)
    return found


def known(verb: str) -> set[str]:
    parser = argparse.ArgumentParser()
    importlib.import_module(verbs()[verb]).add_arguments(parser)
    return options(parser)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_in_a_page_exists_with_its_options(page: Path) -> None:
    for verb, told in commands(page.read_text()):
        assert verb in verbs(), f"{name(page)}: mettle {verb}"
        assert set(told) <= known(verb), f"{name(page)}: mettle {verb} {told}"


def test_commands_are_found_in_backticks_and_in_blocks() -> None:
    text = (
        "`mettle plan P.json --weeks 4` and\n```\nmettle meta a.csv --arms   study,m1\n```\nmettle is no command here"
    )
    assert commands(text) == [("plan", ["--weeks"]), ("meta", ["--arms"])]


def test_the_readme_lists_every_verb_once() -> None:
    told = re.findall(r"^\| `mettle ([a-z-]+)` \|", (ROOT / "README.md").read_text(), flags=re.MULTILINE)
    assert sorted(told) == sorted(verbs())


def test_every_decision_stands_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    told = re.findall(r"\]\((\w+\.md)\)", (folder / "README.md").read_text())
    assert sorted(told) == sorted(page.name for page in folder.glob("*.md") if page.name != "README.md")


def test_the_readme_leads_to_every_page_of_docs() -> None:
    told = set(re.findall(r"\]\((docs/\w+\.md)\)", (ROOT / "README.md").read_text()))
    assert told == {name(page) for page in (ROOT / "docs").glob("*.md")}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)\s#]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{name(page)}: {target}"
