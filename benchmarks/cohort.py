"""Many people: two processes against one, Dask against processes, and the memory of a worker.

``.venv/bin/python benchmarks/cohort.py`` prints the table of ``docs/benchmarks.md``; ``--stream 100000`` runs so many people
through the batch estimator alone and tells the peak memory (an hour of one core).
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from datetime import date
from itertools import islice
from pathlib import Path
from statistics import median

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # people are what is done side by side

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "validation" / "nof1")]

from mettle.answers import answer_many  # noqa: E402 # after the path is set
from mettle.cohort import load, open_executor, people  # noqa: E402 # likewise

TODAY = date(2027, 1, 1)
BATCH = 10
RUNS = 5


def timed(everybody, executor):
    began = time.perf_counter()
    done = sum(one.error is None for one in answer_many(everybody, today=TODAY, load=load, executor=executor, group=2))
    assert done == len(everybody)
    return time.perf_counter() - began


def megabytes(_=None):
    """Peak resident memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compare(count):
    """Seconds with one and two processes and on Dask, in turn, and the peak memory of a worker."""
    from distributed import LocalCluster
    from tests.cohort.conftest import write_person

    from mettle.trials.people import PEOPLE

    with tempfile.TemporaryDirectory() as folder:
        for seed in range(count):
            write_person(Path(folder) / f"p{seed:04}", PEOPLE["benefits"], seed=seed, days=28)
        everybody = people(Path(folder))
        seconds = {"one": [], "two": [], "dask": []}
        with (
            LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
            open_executor("processes", workers=1) as one,
            open_executor("processes", workers=2) as two,
            open_executor(cluster.scheduler_address) as dask,
        ):
            executors = {"one": one, "two": two, "dask": dask}
            for executor in executors.values():
                timed(everybody[:4], executor)  # what is loaded once
            for _ in range(RUNS):
                for name, executor in executors.items():
                    seconds[name].append(timed(everybody, executor))
            memory = one.submit(megabytes).result()
    # each run's ratio, so that what else the machine does falls on both
    speedup = median(a / b for a, b in zip(seconds["one"], seconds["two"], strict=True))
    against = median(a / b for a, b in zip(seconds["two"], seconds["dask"], strict=True))
    print(f"people                                    {count}, 28 days, about 75 check-ins each")
    print(f"one process                               {median(seconds['one']) / count * 1e3:.0f} ms a person")
    print(f"two processes / one                       {speedup:.2f} times as fast (median of {RUNS})")
    print(f"Dask, two workers / two processes         {against:.2f} times as fast (median of {RUNS})")
    print(f"peak memory of a process after {count * RUNS + 4} people  {memory:.0f} MB")
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")


def diaries(count):
    """Designs of simulated people, one after the other."""
    import simulate

    for number in range(count):
        rng = np.random.default_rng([11, number])
        kind = simulate.KINDS[number % len(simulate.KINDS)]
        yield simulate.design(simulate.diary(kind, rng, days=84, world=simulate.from_prior(rng)))


def stream(count, backend):
    """Everybody through the batch estimator; of each the messages of two effects go to a file, as from a worker."""
    from mettle.inference.nof1 import fit_many
    from mettle.inference.pooling import message

    rest, done, began = diaries(count), 0, time.process_time()
    with tempfile.TemporaryFile() as file:
        while group := list(islice(rest, BATCH)):
            for design, posterior in zip(group, fit_many(group, backend=backend), strict=True):
                for effect in ("acute", "chronic"):
                    L = (np.array(design.names) == effect).astype(float)
                    told = message(posterior, L, prior_mean=design.prior_mean, prior_sd=design.prior_sd).posterior
                    np.save(file, np.stack([told.weights, told.means, told.sds]))
            done += len(group)
            if done % (BATCH * 40) == 0 or done == count:
                used = time.process_time() - began
                print(
                    f"{done} people, {done / used:.0f} a second of processor time, peak {megabytes():.0f} MB",
                    flush=True,
                )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--stream", type=int, metavar="N")
    parser.add_argument("--backend", choices=["numpy", "numba"], default="numba")
    given = parser.parse_args()
    if given.stream:
        stream(given.stream, given.backend)
    else:
        compare(given.people)
