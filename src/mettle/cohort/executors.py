"""Where the work is done: here, in threads, in processes, or on a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mettle.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

KINDS = ("serial", "threads", "processes")
DASK = ("tcp://", "tls://")


@contextmanager
def open_executor(kind: str, *, workers: int | None = None) -> Iterator[Executor | None]:
    """An executor that is shut down at the end; what was not begun is then dropped.

    Parameters
    ----------
    kind
        ``serial`` (none), ``threads``, ``processes``, or the address of a Dask scheduler (``tcp://...``).
    workers
        Threads or processes, at least 1; by default as many as there are processors. A cluster has its own number.

    Raises
    ------
    InputError
        Where the kind is none of these, or no scheduler answers.
    MissingExtraError
        For a cluster, where Dask is not installed.
    """
    if kind == "serial":
        yield None
    elif kind.startswith(DASK):
        yield from _cluster(kind)
    elif kind in KINDS:
        pool = _threads(workers) if kind == "threads" else _processes(workers)
        try:
            yield pool
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    else:
        raise InputError(f"must be {', '.join(KINDS)} or tcp://HOST:PORT, got {kind!r}", where="--executor")


def _threads(workers: int | None) -> Executor:
    return ThreadPoolExecutor(workers or os.cpu_count() or 1)


def _processes(workers: int | None) -> Executor:
    # a fresh interpreter each: forking a process that runs threads may hang; one thread of linear algebra in each
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers or os.cpu_count() or 1, mp_context=context, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work forever."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _cluster(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client  # noqa: PLC0415 # an extra, and slow to load
    except ImportError as absent:
        raise MissingExtraError("cluster") from absent
    try:
        client = Client(address, timeout="10s")  # type: ignore[no-untyped-call]  # it ships partial types
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(f"no Dask scheduler answers at {address}: {error}", where="--executor") from None
    with client:
        yield client.get_executor(pure=False)  # type: ignore[no-untyped-call]  # likewise
