"""Workers that are killed, and a run that is: whoever is in trouble is told, the rest go on, nothing is lost or doubled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.cohort.conftest import write_person

from mettle.answers import Case, answer_many
from mettle.cli import main
from mettle.cohort import Kept, answers, load, people
from mettle.cohort.folder import Person, name_of
from mettle.cohort.kept import line_of
from mettle.cohort.surviving import DIED
from mettle.trials.people import PEOPLE

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

TODAY = date(2027, 1, 1)


def load_or_die(person: Person) -> Case:
    """``kills`` takes its worker along each time, ``unlucky`` once."""
    once = person.folder / "seen"
    if person.name == "kills" or (person.name == "unlucky" and not once.exists()):
        once.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return load(person)


def test_who_kills_a_worker_is_told_and_the_rest_are_answered(tmp_path: Path) -> None:
    for seed, name in enumerate(["a", "kills", "unlucky", "z"]):
        write_person(tmp_path / name, PEOPLE["benefits"], seed=seed, days=14)
    everybody = people(tmp_path)
    ask = partial(answer_many, today=TODAY, name=name_of, backend="numpy")
    deaths: list[bool] = []
    found = answers(
        everybody,
        partial(ask, load=load_or_die),
        executor="processes",
        workers=1,
        on_death=lambda: deaths.append(True),
    )
    lines = [line_of(one) for one in found]
    alone = [line_of(one) for one in ask(everybody, load=load)]
    alone[1] = {"person": "kills", "status": "error", "error": DIED}
    if lines[2]["status"] == "error":  # the second time may have been the first for this one
        alone[2] = {"person": "unlucky", "status": "error", "error": DIED}
    assert lines == alone
    assert deaths


def test_a_run_that_was_killed_goes_on_with_nothing_lost_or_doubled(tmp_path: Path) -> None:
    folder, out = tmp_path / "c", tmp_path / "answers.jsonl"
    for seed in range(6):
        write_person(folder / f"p{seed:02}", PEOPLE["benefits" if seed % 2 else "no_effect"], seed=seed, days=14)
    command = ["cohort", str(folder), "--out", str(out)]
    running = subprocess.Popen([sys.executable, "-m", "mettle", *command])
    try:
        until = time.monotonic() + 600
        while not (out.exists() and out.read_bytes().count(b"\n") >= 2):
            assert running.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < until
            time.sleep(0.005)
    finally:
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    before = out.read_bytes().splitlines(keepends=True)
    assert main(command) == 0
    after = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert [line.get("person") for line in after] == [*(f"p{seed:02}" for seed in range(6)), None]
    assert [line["status"] for line in after[:-1]] == ["ok"] * 6
    assert out.read_bytes().startswith(b"".join(line for line in before[:-1] if line.endswith(b"\n")))
    again = tmp_path / "again.jsonl"
    assert main(["cohort", str(folder), "--out", str(again)]) == 0
    assert again.read_bytes() == out.read_bytes()


def test_a_worker_ends_with_its_parent(tmp_path: Path) -> None:
    code = (
        "import os\n"
        "from mettle.cohort import open_executor\n"
        "if __name__ == '__main__':\n"
        "    with open_executor('processes', workers=1) as pool:\n"
        "        print(pool.submit(os.getpid).result(), flush=True)\n"
        "        os.kill(os.getpid(), 9)\n"
    )
    told = tmp_path / "pid"  # a file: a worker that stayed would hold a pipe open
    with told.open("w") as file:
        subprocess.run([sys.executable, "-c", code], stdout=file, timeout=600, check=False)
    worker = int(told.read_text())
    until = time.monotonic() + 300
    while time.monotonic() < until and _lives(worker):
        time.sleep(0.02)
    assert not _lives(worker)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_whose_worker_died_is_tried_again_by_the_next_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_person(tmp_path / "c" / "p", PEOPLE["benefits"], seed=1, days=14)
    assert main(["cohort", str(tmp_path / "c"), "--json"]) == 0
    first = capsys.readouterr().out
    out = tmp_path / "c" / "answers.jsonl"
    line: dict[str, Any] = json.loads(out.read_text().splitlines()[0])
    died = {"person": "p", "status": "error", "error": DIED, "inputs": "", "made_with": line["made_with"]}
    out.write_text(json.dumps(died) + "\n")
    assert not Kept(out, {k: v for k, v in line["made_with"].items() if k != "version"}).has("p", line["inputs"])
    assert main(["cohort", str(tmp_path / "c"), "--json"]) == 0
    assert capsys.readouterr().out == first
