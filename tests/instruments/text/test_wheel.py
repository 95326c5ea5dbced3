from __future__ import annotations

import hashlib
import zipfile
from typing import TYPE_CHECKING

import pytest

from mettle import instruments
from mettle.errors import InputError
from mettle.instruments import text

if TYPE_CHECKING:
    from pathlib import Path


def wheel(path: Path, **changes: str) -> str:
    """A stand-in for the pinned package: the same members and keys, other words. Returns its checksum."""
    with zipfile.ZipFile(path, "w") as file:
        for name, items, top in (
            ("phq9", 9, 3),
            ("phq8", 8, 3),
            ("gad7", 7, 3),
            ("pcl5", 20, 4),
            ("cesdr", 20, 4),
            ("cesd", 20, 3),
            ("gds15", 15, 1),
        ):
            rows = [("stem", f"{name} stem"), ("instruction", "choose"), ("instructions", "<b>Read</b> this")]
            rows += [(f"q{n}", f"{n}. {name} <u>question</u> {n}") for n in range(1, items + 1)]
            rows += [(f"a{n}", f"answer {n}") for n in range(top + 1)]
            if name == "phq9":
                rows += [("finalq", "how hard"), *((f"fa{n}", f"hard {n}") for n in range(4))]
            xml = "".join(f'<string name="{k}">{v}</string>' for k, v in rows)
            file.writestr(
                f"camcops_server/extra_strings/{name}.xml",
                changes.get(name, f"<resources><task>{xml}</task></resources>"),
            )
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_fetchable_instrument_gets_its_words(tmp_path: Path) -> None:
    path = tmp_path / "x.whl"
    packs = {p.instrument: p for p in text.from_wheel(path, sha256=wheel(path))}
    assert set(packs) == {k for k in instruments.ids() if "text" in instruments.load(k).rules}
    for pack in packs.values():
        text.check_pack(pack)
    assert packs["phq9"].items["3"] == "phq9 question 3"
    assert packs["phq9"].unscored["difficulty"] == ("how hard", {n: f"hard {n}" for n in range(4)})
    assert [*packs["phq4"].items.values()] == [
        "gad7 question 1",
        "gad7 question 2",
        "phq9 question 1",
        "phq9 question 2",
    ]
    assert packs["gds15"].answers["1"] == {0: "No", 1: "Yes"}
    assert packs["pcl5"].stem == "Read this choose pcl5 stem"


def test_a_wheel_with_another_checksum_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "x.whl"
    wheel(path)
    with pytest.raises(InputError, match="nothing was read from it"):
        text.from_wheel(path)


def test_a_wheel_that_lacks_a_member_or_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.whl"
    path.write_bytes(b"PK not a zip")
    with pytest.raises(InputError, match="not the package that was expected"):
        text.from_wheel(path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    with zipfile.ZipFile(path, "w"):
        pass
    with pytest.raises(InputError, match="not the package that was expected"):
        text.from_wheel(path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE r [<!ENTITY a "ha">]><resources><string name="q1">&a;</string></resources>',
        '<!DOCTYPE r SYSTEM "file:///etc/passwd"><resources/>',
        "<resources><string></resources>",
    ],
)
def test_entities_and_broken_xml_are_refused(tmp_path: Path, xml: str) -> None:
    path = tmp_path / "x.whl"
    digest = wheel(path, gad7=xml)
    with pytest.raises(InputError, match=r"refused|not well-formed"):
        text.from_wheel(path, sha256=digest)
