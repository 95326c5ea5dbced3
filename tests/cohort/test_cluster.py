"""On a Dask cluster: the same bytes, also where a worker dies."""

from __future__ import annotations

import os
import signal
from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.cohort.conftest import write_person

from mettle.answers import answer_many
from mettle.cohort import load, open_executor, people
from mettle.cohort.kept import line_of
from mettle.trials.people import PEOPLE

if TYPE_CHECKING:
    from pathlib import Path

distributed = pytest.importorskip("distributed", reason="needs the cluster extra")
TODAY = date(2027, 1, 1)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # the scheduler warns of ports and of the worker that we kill
def test_the_same_bytes_though_a_worker_dies(tmp_path: Path) -> None:
    for seed in range(6):
        write_person(tmp_path / f"p{seed}", PEOPLE["benefits"], seed=seed, days=21)
    everybody = people(tmp_path)
    serial = [line_of(one) for one in answer_many(everybody, today=TODAY, load=load)]
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster,
        open_executor(cluster.scheduler_address) as executor,
    ):
        found = answer_many(everybody, today=TODAY, load=load, executor=executor, group=1)
        there = [line_of(next(found))]
        os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        there += [line_of(one) for one in found]
    assert there == serial
