"""Whatever a file holds, it is refused in one line or every row of it is accounted for; nothing else is ever raised."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mettle.diary import merge
from mettle.errors import InputError
from mettle.importers import Imported, read

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*/*/*.*"))
CELLS = st.sampled_from(
    [b"", b",", b";", b'"', b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"-", b"=1+1", b"1e99", b"NaN", b"inf", b"99999999999",
     b"9999-12-31 23:59:59", b"0001-01-01 00:00:00", b"2026-02-30", b"1e-99", b"\xe2\x80\xaf", "٣".encode(), b"<", b"&x;"]
)  # fmt: skip


def read_or_refusal(path: Path, *, stated: bool) -> Imported | str:
    try:
        return read(path, unit="kg", timezone="Pacific/Apia") if stated else read(path)
    except InputError as refused:
        return str(refused)


def accounted_for(path: Path) -> None:
    for stated in (False, True):
        imported = read_or_refusal(path, stated=stated)
        if isinstance(imported, str):
            assert imported.startswith(path.name)
            assert "\n" not in imported
        else:
            assert imported.rows_in == imported.rows_imported + imported.rows_skipped
            assert merge([imported.diary, imported.diary]) == merge([imported.diary])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.floats(0, 1), CELLS, st.integers(0, 9)), max_size=6),
    st.floats(0, 1),
)
def test_a_damaged_sample(tmp_path: Path, sample: Path, damage: list[tuple[float, bytes, int]], cut: float) -> None:
    text = sample.read_bytes()
    for place, put, gone in damage:
        at = round(place * len(text))
        text = text[:at] + put + text[at + gone :]
    path = tmp_path / f"damaged{sample.suffix}"
    path.write_bytes(text[: round(cut * len(text))] if cut > 0.5 else text)
    accounted_for(path)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SAMPLES), st.lists(st.lists(st.one_of(CELLS, st.binary(max_size=6)), max_size=14), max_size=4))
def test_a_true_header_over_foreign_rows(tmp_path: Path, sample: Path, rows: list[list[bytes]]) -> None:
    header = sample.read_bytes().split(b"\n")[0]
    delimiter = b";" if header.count(b";") > header.count(b",") else b","
    path = tmp_path / f"claims{sample.suffix}"
    path.write_bytes(b"\n".join([header, *(delimiter.join(row) for row in rows)]) + b"\n")
    accounted_for(path)
