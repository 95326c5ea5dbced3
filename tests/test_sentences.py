"""No text that mettle can show diagnoses, advises on medicines or shames: pages, tables, scripts and sentences in the code."""

from __future__ import annotations

import ast
import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from mettle.instruments import safety
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = ROOT / "src" / "mettle"
PATTERNS = SOURCE / "instruments" / "safety" / "messages.py"
TEXTS = sorted(path for kind in ("html", "js", "py", "toml") for path in SOURCE.rglob(f"*.{kind}") if path != PATTERNS)
SHAMING = re.compile(
    r"\b(?:you (?:failed|broke|lost)|(?<!=)(?<!=.)lazy|your (?:\d+.day )?streak|streak of|days? in a row!)",
    re.IGNORECASE,
)


def strings(value: object) -> Iterator[str]:
    """Every text of a table, however deep; the fixed, reviewed disclaimers are known to the check."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(inner)


def sentences(path: Path) -> list[str]:
    """What can reach a person: strings of code (not docstrings) and of tables; of pages and scripts all, on one line."""
    text = path.read_text()
    if path.suffix == ".toml":
        return list(strings(tomllib.loads(text)))
    if path.suffix != ".py":
        return [" ".join(text.split())]
    tree = ast.parse(text)
    told = [
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    ]
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in told
    ]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_sentence_diagnoses_advises_on_medicines_or_shames(path: Path) -> None:
    for sentence in sentences(path):
        assert safety.forbidden_phrases(sentence) == [], sentence[:200]
        assert not SHAMING.search(sentence), sentence[:200]


def test_what_must_be_found_is_found() -> None:
    assert safety.forbidden_phrases("You probably have depression.") == ["diagnosis"]
    assert SHAMING.search("You broke your 5-day streak")
