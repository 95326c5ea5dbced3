"""Meta-analysis beside PyMARE and pimeta: one analysis, batches of 10,000, and a network of 180 contrasts.

Run with the peers' environment: make reference && .venv-reference/bin/python benchmarks/meta.py [--json]
(started with another Python, it starts itself again there).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices this small only wait for a second thread
K, BATCH, RUNS, SAMPLE = 35, 10_000, 30, 100
METHOD, TEST = "REML", "knha"


def median_s(work: Callable[[], object], runs: int) -> float:
    """Median seconds of a call, one call thrown away first."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def studies(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Made-up effects of the size of the published ones: mean -0.6, tau 0.45."""
    v = rng.uniform(0.02, 0.3, (rows, K))
    return rng.normal(-0.6, 0.45, (rows, K)) + rng.normal(0, v**0.5), v


def pymare_fit(y: np.ndarray, v: np.ndarray) -> tuple[float, float]:
    """REML with Hartung-Knapp by PyMARE: estimate and standard error."""
    from pymare import Dataset
    from pymare.estimators import VarianceBasedLikelihoodEstimator

    found = VarianceBasedLikelihoodEstimator(method=METHOD).fit_dataset(Dataset(y[:, None], v[:, None])).summary()
    fixed = found.get_fe_stats()
    found.get_heterogeneity_stats()
    return float(fixed["est"][0, 0]), float(fixed["se"][0, 0])


def pimeta_fit(y: list[float], v: list[float]) -> tuple[float, float]:
    """The same by pimeta."""
    import pimeta

    found = pimeta.rma(y, v, method=METHOD, test=TEST)
    return float(found.b[0]), float(found.se[0])


def network_of(rng: np.random.Generator, contrasts: int) -> object:
    """A made-up network of ten treatments; every third study has three arms."""
    from mettle.inference.network_data import build, from_arms

    made, count = [], 0
    while count < contrasts:
        arms = 3 if len(made) % 3 == 0 and count < contrasts - 1 else 2
        chosen = rng.choice(10, arms, replace=False)
        made.append(
            from_arms(
                f"s{len(made)}",
                {f"t{t}": (float(rng.normal(-0.1 * t, 0.4)), float(rng.uniform(0.02, 0.2))) for t in chosen},
            )
        )
        count += arms - 1
    return build(made)


def measure() -> dict[str, float | str]:
    """All figures in one process, one after the other."""
    import numpy as np

    from mettle.inference.meta_analysis import meta_analyses, meta_analysis
    from mettle.inference.network import network_meta_analysis

    rng = np.random.default_rng(2026)
    Y, V = studies(rng, BATCH)
    y, v = Y[0], V[0]
    lists = (y.tolist(), v.tolist())
    ours = meta_analysis(y, v)
    for estimate, _ in (pymare_fit(y, v), pimeta_fit(*lists)):
        assert abs(estimate - ours.estimate) < 1e-4, "the three do not do the same thing"
    found: dict[str, float | str] = {}
    found["one_ms"] = 1e3 * median_s(lambda: meta_analysis(y, v), 10 * RUNS)
    found["one_pymare_ms"] = 1e3 * median_s(lambda: pymare_fit(y, v), RUNS)
    found["one_pimeta_ms"] = 1e3 * median_s(lambda: pimeta_fit(*lists), 10 * RUNS)
    found["batch_s"] = median_s(lambda: meta_analyses(Y, V), 7)
    rows = [(Y[i].tolist(), V[i].tolist()) for i in range(SAMPLE)]
    found["batch_pymare_s"] = BATCH / SAMPLE * median_s(lambda: [pymare_fit(Y[i], V[i]) for i in range(SAMPLE)], 3)
    found["batch_pimeta_s"] = BATCH / SAMPLE * median_s(lambda: [pimeta_fit(*r) for r in rows], 3)
    net = network_of(rng, 180)
    found["network_180_ms"] = 1e3 * median_s(lambda: network_meta_analysis(net, checks=False), RUNS)
    found["network_180_with_checks_ms"] = 1e3 * median_s(lambda: network_meta_analysis(net), 3)
    for peer in ("pymare", "pimeta"):
        found[f"one_times_{peer}"] = float(found[f"one_{peer}_ms"]) / float(found["one_ms"])
        found[f"batch_times_{peer}"] = float(found[f"batch_{peer}_s"]) / float(found["batch_s"])
    found["load"] = f"{os.getloadavg()[0]:.1f}"
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    try:
        import pimeta
        import pymare
    except ImportError:
        peers = ROOT / ".venv-reference" / "bin" / "python"
        if not peers.exists() or Path(sys.executable).parent == peers.parent:
            sys.exit("the peers are not installed: make reference")
        os.execv(peers, [str(peers), *sys.argv])
    sys.path.insert(0, str(ROOT / "src"))
    warnings.simplefilter("ignore")
    found = measure() | {"pymare": pymare.__version__, "pimeta": pimeta.__version__}
    if args.json:
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        print(f"{name:28} {value if isinstance(value, str) else format(value, '.3g')}")


if __name__ == "__main__":
    main()
