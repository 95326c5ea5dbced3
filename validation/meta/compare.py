"""How far mettle's figures lie from the pinned ones, the largest relative difference of each kind.

Run: PYTHONPATH=src .venv/bin/python validation/meta/compare.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from mettle.inference.influence import leave_one_out
from mettle.inference.meta_analysis import meta_analysis
from mettle.inference.meta_regression import meta_regression
from mettle.inference.network import network_meta_analysis
from mettle.inference.network_data import build, from_arms

HERE = Path(__file__).parent
REFERENCE: dict[str, Any] = json.loads((HERE / "reference.json").read_text())
ZERO = 1e-8  # tau2 below this on both sides is 0


def far(ours: object, theirs: object) -> float:
    a, b = np.atleast_1d(np.asarray(ours, dtype=float)), np.atleast_1d(np.asarray(theirs, dtype=float))
    both_zero = (np.abs(a) < ZERO) & (np.abs(b) < ZERO)
    return float(np.max(np.where(both_zero, 0.0, np.abs(a - b) / np.maximum(np.abs(b), 1e-300))))


def pairwise() -> dict[str, tuple[float, str]]:
    worst: dict[str, tuple[float, str]] = {}
    for name, s in REFERENCE["sets"].items():
        for key, theirs in s["fits"].items():
            method, test = key.split()
            fit = meta_analysis(s["yi"], s["vi"], method=method, test=test, pi_df="k-1")
            kinds = {
                "estimate": (fit.estimate, theirs["estimate"]),
                "se": (fit.se, theirs["se"]),
                "interval": ((fit.ci_low, fit.ci_high), theirs["ci"]),
                f"tau2 {method}": (fit.tau2, theirs["tau2"]),
            }
            if method != "EE":
                kinds["prediction interval"] = ((fit.pi_low, fit.pi_high), theirs["pi_k1"])
            for kind, pair in kinds.items():
                worst[kind] = max(worst.get(kind, (0.0, "")), (far(*pair), f"{name} {key}"))
        fit = meta_analysis(s["yi"], s["vi"], test="z", tau2_ci=True)
        worst["tau2 interval"] = max(
            worst.get("tau2 interval", (0.0, "")), (far((fit.tau2_low, fit.tau2_high), s["tau2_ci"]), name)
        )
        if "leave_one_out" in s:
            left = leave_one_out(s["yi"], s["vi"], fit=fit)
            worst["leave-one-out"] = max(
                worst.get("leave-one-out", (0.0, "")), (far(left.estimate, s["leave_one_out"]["estimate"]), name)
            )
    return worst


def regressions() -> float:
    worst = 0.0
    for s in REFERENCE["regressions"]:
        names = [n for n in s["moderators"] if n != "(Intercept)"]
        M = np.column_stack([s["moderators"][n] for n in names])
        for key, theirs in s["fits"].items():
            method, test = key.split()
            fit = meta_regression(s["yi"], s["vi"], moderators=M, names=names, method=method, test=test)
            worst = max(worst, far([c.estimate for c in fit.coefficients], theirs["beta"]))
            worst = max(worst, far([c.se for c in fit.coefficients], theirs["se"]), far(fit.tau2, theirs["tau2"]))
    return worst


def networks() -> dict[str, float]:
    worst = {}
    for name, s in REFERENCE["networks"].items():
        studies: dict[str, dict[str, tuple[float, float]]] = {}
        for row in s["arms"]:
            studies.setdefault(row["study"], {})[row["treatment"]] = (row["yi"], row["vi"])
        net = build([from_arms(k, a) for k, a in studies.items()], reference=s["treatments"][0])
        for method, theirs in s["fits"].items():
            fit = network_meta_analysis(net, method=method, checks=False)
            worst[f"{name} {method} estimates and se"] = max(
                far([c.estimate for c in fit.against_reference], theirs["beta"]),
                far([c.se for c in fit.against_reference], theirs["se"]),
            )
            worst[f"{name} {method} tau2"] = far(fit.tau2, theirs["tau2"])
    return worst


def main() -> None:
    for kind, (distance, where) in sorted(pairwise().items()):
        print(f"{kind:22} {distance:.1e}   {where}")
    print(f"{'meta-regression':22} {regressions():.1e}")
    for kind, distance in networks().items():
        print(f"{kind:40} {distance:.1e}")
    loose = [
        f"{n} {k} ({f['threshold']:g})"
        for n, s in REFERENCE["sets"].items()
        for k, f in s["fits"].items()
        if f["threshold"] > 1e-14
    ]
    print("asked for less than 1e-14:", "; ".join(loose) or "none")


if __name__ == "__main__":
    main()
