"""Many people: a batch against single calls, two processes against one, Dask against processes, the memory of a worker.

``.venv/bin/python benchmarks/cohort.py`` prints the table of ``docs/benchmarks.md`` (some minutes; the wall clock means something
where nothing else runs, the processor time everywhere). ``--answers 3000`` streams so many whole answers and tells how memory
grows; ``--stream 100000`` so many people through the batch estimator alone (an hour of one core).
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

from mettle.answers import Case, answer, answer_many  # noqa: E402 # after the path is set
from mettle.cohort import load, open_executor, people  # noqa: E402 # likewise
from mettle.trials.people import PEOPLE  # noqa: E402 # likewise
from mettle.trials.people import simulate as simulated  # noqa: E402 # likewise

TODAY = date(2027, 1, 1)
DAYS = 84
BATCH = 10
RUNS = 5


def megabytes(_=None):
    """Peak resident memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one_by_one(everybody):
    """The loop of single calls that somebody would write without `answer_many`."""
    for person in everybody:
        case = load(person)
        answer(case.outcome, case.diary, today=TODAY, schedule=case.schedule, redraw=case.redraw).to_json()


def all_at_once(everybody, executor=None):
    assert all(one.error is None for one in answer_many(everybody, today=TODAY, load=load, executor=executor))


def processor(pids):
    """Processor seconds that these processes have used so far."""
    import psutil

    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)


def batch(everybody):
    """Processor time of the loop over that of the batch, in turn, median."""
    few = everybody[:16]
    all_at_once(few[:2])  # what is loaded and compiled once
    one_by_one(few[:2])
    ratios, each = [], []
    for _ in range(RUNS):
        began = time.process_time()
        one_by_one(few)
        between = time.process_time()
        all_at_once(few)
        each.append((time.process_time() - between) / len(few))
        ratios.append((between - began) / (each[-1] * len(few)))
    print(f"| one process, `answer_many` | {median(each) * 1e3:.0f} ms of processor time a person |")
    print(f"| a loop of single calls | {median(ratios):.1f} times as long (processor time, median of {RUNS}) |")


def spin(_=None):
    """Arithmetic that shares nothing: what two processes could reach at best on this machine, now."""
    a = np.full((64, 64), 1e-3)
    began = time.perf_counter()
    for _ in range(10_000):
        a = a @ a
    return time.perf_counter() - began


def compare(everybody):
    """One and two processes and Dask, in turn: everybody once untimed in each, so that all workers are warm alike, then timed."""
    from distributed import LocalCluster

    count = len(everybody)
    seconds, used = ({"one": [], "two": [], "dask": []} for _ in range(2))
    ideal = []
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        open_executor("processes", workers=1) as one,
        open_executor("processes", workers=2) as two,
        open_executor(cluster.scheduler_address) as dask,
    ):
        executors = {"one": one, "two": two, "dask": dask}
        for executor in executors.values():
            all_at_once(everybody, executor)
        workers = {"one": [*one._processes], "two": [*two._processes]}  # noqa: SLF001 # to read their clocks
        workers["dask"] = [worker.pid for worker in cluster.workers.values()]
        for _ in range(RUNS):
            for name, executor in executors.items():
                pids = [os.getpid(), *workers[name]]
                began, spent = time.perf_counter(), processor(pids)
                all_at_once(everybody, executor)
                seconds[name].append(time.perf_counter() - began)
                used[name].append(processor(pids) - spent)
            alone = one.submit(spin).result()
            both = [two.submit(spin) for _ in range(2)]
            ideal.append(2 * alone / max(future.result() for future in both))
        memory = max(two.submit(megabytes).result() for _ in range(4))

    def ratio(of, a, b):  # each run's ratio, so that what else the machine does falls on both
        return median(x / y for x, y in zip(of[a], of[b], strict=True))

    print(
        f"| one process, {count} people | {median(seconds['one']):.1f} s, {count / median(seconds['one']):.0f} people/s |"
    )
    print(f"| two processes against one, median of {RUNS} | {ratio(seconds, 'one', 'two'):.2f} times as fast |")
    print(f"| the same for arithmetic that shares nothing | {median(ideal):.2f} times as fast |")
    print(
        f"| Dask, two workers, against two processes, median of {RUNS} | {ratio(seconds, 'two', 'dask'):.2f} times as fast |"
    )
    print(f"| processor time, two processes over one | {ratio(used, 'two', 'one'):.2f} |")
    print(f"| processor time, Dask over two processes | {ratio(used, 'dask', 'two'):.2f} |")
    print(f"| peak memory of a process that answered | {memory:.0f} MB |")
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors", file=sys.stderr)


def short(number):
    """One of many simulated people, 21 days, made where they are answered."""
    who = list(PEOPLE)[number % len(PEOPLE)]
    diary, schedule = simulated(PEOPLE[who], days=21, seed=number, randomised=number % 2 == 0)
    return Case(str(number), "mood", diary, schedule)


def resident():
    """Memory of this process now, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def answers(count):
    """Whole answers, streamed: resident memory as it goes."""
    began, step = time.process_time(), max(count // 10, 1)
    seen = []
    for done, one in enumerate(answer_many(range(count), today=TODAY, load=short), start=1):
        assert one.error is None, one.error
        if done % step == 0:
            seen.append((done, resident()))
            used = time.process_time() - began
            print(
                f"{done} answers, {done / used:.0f} a second of processor time, {seen[-1][1]:.0f} MB, peak {megabytes():.0f} MB",
                flush=True,
            )
    half = seen[len(seen) // 2 :]
    slope = np.polyfit([d for d, _ in half], [m for _, m in half], 1)[0] * 1000 if len(half) > 1 else float("nan")
    print(f"growth over the second half: {slope:+.2f} MB per 1,000 answers")


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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=96)
    parser.add_argument("--answers", type=int, metavar="N")
    parser.add_argument("--stream", type=int, metavar="N")
    parser.add_argument("--backend", choices=["numpy", "numba"], default="numba")
    given = parser.parse_args()
    if given.stream:
        stream(given.stream, given.backend)
    elif given.answers:
        answers(given.answers)
    else:
        from tests.cohort.conftest import write_person

        with tempfile.TemporaryDirectory() as folder:
            for seed in range(given.people):
                who = list(PEOPLE)[seed % len(PEOPLE)]
                write_person(Path(folder) / f"p{seed:04}", PEOPLE[who], seed=seed, days=DAYS, trial=seed % 2 == 0)
            everybody = people(Path(folder))
            batch(everybody)
            compare(everybody)


if __name__ == "__main__":
    main()
