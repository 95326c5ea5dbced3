"""A second network oracle: pimeta's port of netmeta (DerSimonian-Laird), written to peers.json beside this file.

Run: .venv-reference/bin/python validation/meta/peers.py
"""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pimeta

HERE = Path(__file__).parent
CALL = "netmeta(TE, seTE, treat1, treat2, studlab, method_tau='DL', small_values='desirable')"


def fit(network: dict[str, Any]) -> dict[str, Any]:
    """All pairwise contrasts of every study through netmeta's own weights for trials of several arms."""
    studies: dict[str, dict[str, tuple[float, float]]] = {}
    for row in network["arms"]:
        studies.setdefault(row["study"], {})[row["treatment"]] = (row["yi"], row["vi"])
    rows = [
        (a[t][0] - a[u][0], (a[t][1] + a[u][1]) ** 0.5, t, u, study)
        for study, a in studies.items()
        for t, u in combinations(sorted(a), 2)
    ]
    te, se, one, other, label = (list(column) for column in zip(*rows, strict=True))
    found = pimeta.netmeta(te, se, one, other, label, method_tau="DL", small_values="desirable")
    names = list(found.trts)
    at = [names.index(t) for t in network["treatments"]]
    column = at[0]
    return {
        "tau2": float(found.tau2),
        "q": float(found.Q),
        "q_df": int(found.df_Q),
        "estimate": [float(found.TE_random[i][column]) for i in at[1:]],
        "se": [float(found.seTE_random[i][column]) for i in at[1:]],
        "p_scores": [float(found.pscore_random[i]) for i in at],
        "q_between_designs": float(found.Q_inconsistency),
        "df_between_designs": int(found.df_Q_inconsistency),
    }


def main() -> None:
    networks = json.loads((HERE / "reference.json").read_text())["networks"]
    found = {name: fit(network) for name, network in networks.items()}
    document = {"made_with": {"pimeta": pimeta.__version__, "call": CALL}, "networks": found}
    (HERE / "peers.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
