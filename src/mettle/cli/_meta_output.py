"""What ``mettle meta`` prints: the JSON document, and the same in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.cli._meta_effects import Study
    from mettle.inference.influence import Influence
    from mettle.inference.meta_analysis import MetaAnalysis
    from mettle.inference.meta_regression import MetaRegression
    from mettle.inference.network import Contrast, NetworkMetaAnalysis
    from mettle.inference.publication_bias import PetPeese, Regression, TrimAndFill

LOG_RATIOS = {"OR": "odds ratio", "RR": "risk ratio"}


def number(value: float | None) -> float | None:
    """JSON has no NaN: what cannot be estimated is null."""
    return None if value is None or not math.isfinite(value) else float(value)


def pooled(fit: MetaAnalysis, studies: Sequence[Study], measure: str, *, tau_prior: str | None) -> dict[str, Any]:
    """The document of one meta-analysis; bias, influence and warnings are filled in by the caller."""
    document: dict[str, Any] = {
        "k": fit.k,
        "measure": measure,
        "method": fit.method,
        "test": fit.test,
        "level": fit.level,
        "estimate": number(fit.estimate),
        "se": number(fit.se),
        "ci_low": number(fit.ci_low),
        "ci_high": number(fit.ci_high),
        "p": number(fit.p),
        "tau2": number(fit.tau2),
        "tau2_ci": _pair(fit.tau2_low, fit.tau2_high),
        "i2": number(fit.i2),
        "h2": number(fit.h2),
        "q": number(fit.q),
        "q_df": fit.q_df,
        "q_p": number(fit.q_p),
        "pi_low": number(fit.pi_low),
        "pi_high": number(fit.pi_high),
        "pi_df": fit.pi_df,
        "weights": [float(w) for w in fit.weights],
        "coefficients": [
            {
                "name": "intercept",
                "estimate": number(fit.estimate),
                "se": number(fit.se),
                "ci_low": number(fit.ci_low),
                "ci_high": number(fit.ci_high),
                "p": number(fit.p),
            }
        ],
        "bias": [],
        "influence": [],
        "studies": _studies(studies),
        "warnings": [],
    }
    if fit.bayes is not None:
        document["tau_prior"] = tau_prior
        document["p_positive"] = fit.bayes.p_positive
    return document


def regression(fit: MetaRegression, studies: Sequence[Study], measure: str) -> dict[str, Any]:
    """The document of a meta-regression: the estimate is the intercept, the effect where every moderator is 0."""
    first = fit.coefficients[0]
    return {
        "k": fit.k,
        "measure": measure,
        "method": fit.method,
        "test": fit.test,
        "level": fit.level,
        "estimate": first.estimate,
        "se": first.se,
        "ci_low": first.ci_low,
        "ci_high": first.ci_high,
        "p": number(first.p),
        "tau2": fit.tau2,
        "tau2_ci": _pair(fit.tau2_low, fit.tau2_high),
        "i2": number(fit.i2),
        "h2": number(fit.h2),
        "q": fit.q,
        "q_df": fit.q_df,
        "q_p": fit.q_p,
        "pi_low": None,
        "pi_high": None,
        "pi_df": None,
        "weights": [float(w) for w in fit.weights],
        "coefficients": [
            {
                "name": c.name,
                "estimate": c.estimate,
                "se": c.se,
                "ci_low": c.ci_low,
                "ci_high": c.ci_high,
                "statistic": number(c.statistic),
                "p": number(c.p),
            }
            for c in fit.coefficients
        ],
        "moderators": {"qm": fit.qm, "df": fit.qm_df, "p": fit.qm_p, "r2": number(fit.r2)},
        "bias": [],
        "influence": [],
        "studies": _studies(studies),
        "warnings": [],
    }


def network(fit: NetworkMetaAnalysis, measure: str, higher_is: str) -> dict[str, Any]:
    """The document of a network: coefficients are the treatments against the reference."""
    ranked = sorted(zip(fit.treatments, fit.p_scores, strict=True), key=lambda pair: -pair[1])
    check = fit.inconsistency
    return {
        "k": fit.studies,
        "measure": measure,
        "method": fit.method,
        "test": fit.test,
        "level": fit.level,
        "estimate": None,
        "se": None,
        "ci_low": None,
        "ci_high": None,
        "p": None,
        "tau2": fit.tau2,
        "tau2_ci": _pair(fit.tau2_low, fit.tau2_high),
        "i2": number(fit.i2),
        "h2": number(fit.h2),
        "q": fit.q,
        "q_df": fit.q_df,
        "q_p": number(fit.q_p),
        "pi_low": None,
        "pi_high": None,
        "pi_df": fit.pi_df,
        "weights": [],
        "coefficients": [_contrast(c) for c in fit.against_reference],
        "bias": [],
        "influence": [],
        "reference": fit.treatments[0],
        "treatments": list(fit.treatments),
        "league": [_contrast(c) for c in fit.league],
        "ranking": [{"treatment": name, "p_score": score} for name, score in ranked],
        "higher_is": higher_is,
        "inconsistency": {"test": "design_by_treatment", "q": check.q, "df": check.df, "p": number(check.p)},
        "node_splits": [
            {
                "treatment": s.treatment,
                "reference": s.reference,
                "direct": s.direct,
                "indirect": s.indirect,
                "difference": s.difference,
                "se": s.se,
                "p": s.p,
            }
            for s in fit.node_splits
        ],
        "warnings": list(fit.warnings),
    }


def bias(slope: Regression, both: PetPeese, trimmed: TrimAndFill) -> list[object]:
    """Each test with its statistic and p, and what it says of the effect."""

    def line(test: str, r: Regression) -> dict[str, Any]:
        return {
            "test": test,
            "statistic": number(r.statistic),
            "p": number(r.p),
            "df": r.df,
            "estimate": number(r.estimate),
            "ci_low": number(r.ci_low),
            "ci_high": number(r.ci_high),
        }

    return [
        line("egger", slope),
        line("pet", both.pet) | {"used": both.used == "pet"},
        line("peese", both.peese) | {"used": both.used == "peese"},
        {
            "test": "trim_and_fill",
            "statistic": trimmed.missing,
            "p": None,
            "side": trimmed.side,
            "estimate": number(trimmed.fit.estimate),
            "ci_low": number(trimmed.fit.ci_low),
            "ci_high": number(trimmed.fit.ci_high),
        },
    ]


def influence(left_out: Influence, studies: Sequence[Study]) -> list[object]:
    """The answer without each study, in file order."""
    return [
        {"study": s.label, "estimate": number(e), "tau2": number(t), "cook": number(c)}
        for s, e, t, c in zip(
            studies, left_out.estimate.tolist(), left_out.tau2.tolist(), left_out.cook.tolist(), strict=True
        )
    ]


def _studies(studies: Sequence[Study]) -> list[dict[str, object]]:
    return [{"study": s.label, "row": s.row.number, "yi": s.yi, "vi": s.vi} for s in studies]


def _contrast(c: Contrast) -> dict[str, Any]:
    return {
        "name": f"{c.treatment} vs {c.reference}",
        "treatment": c.treatment,
        "reference": c.reference,
        "estimate": c.estimate,
        "se": c.se,
        "ci_low": c.ci_low,
        "ci_high": c.ci_high,
        "p": number(c.p),
        "pi_low": number(c.pi_low),
        "pi_high": number(c.pi_high),
    }


def _pair(low: float, high: float) -> list[float] | None:
    return None if math.isnan(low) or math.isnan(high) else [float(low), float(high)]


def words(document: dict[str, Any]) -> str:
    """The document for a reader in a terminal."""
    measure = document["measure"]
    share = f"{100 * document['level']:g}%"
    ratio = measure in LOG_RATIOS
    lines = [f"{document['k']} {'study' if document['k'] == 1 else 'studies'}, {measure}, {_how(document)}"]
    if document.get("ranking"):
        lines += [""] + [_line(c["name"], c, share, ratio=ratio) for c in document["coefficients"]]
        best = "lowest" if document["higher_is"] == "worse" else "highest"
        lines += ["", f"Ranking (P-score, {best} outcome best; a rank is not a proof of being better):"]
        lines += [f"  {r['p_score']:.2f}  {r['treatment']}" for r in document["ranking"]]
        lines += ["", _consistency(document)]
    elif "moderators" in document:
        lines += [""] + [_line(c["name"], c, share, ratio=False) for c in document["coefficients"]]
        m = document["moderators"]
        explained = "" if m["r2"] is None else f"; they explain {m['r2']:.0f}% of tau2"
        lines += ["", f"All moderators together: {_p(m['p'])}{explained}"]
    else:
        lines += ["", _line("mean effect", document, share, ratio=ratio)]
        if document["pi_low"] is not None:
            on = f" (t on {document['pi_df']})" if document["pi_df"] else ""
            lines.append(
                f"in a new setting: {_range(document['pi_low'], document['pi_high'], ratio=ratio)}, {share}{on}"
            )
    lines += ["", _spread(document)]
    lines += _bias_words(document["bias"], ratio=ratio)
    if document["warnings"]:
        lines += ["", *(f"note: {w}" for w in document["warnings"])]
    return "\n".join(lines)


def _how(document: dict[str, Any]) -> str:
    if document["method"] == "bayes":
        return f"Bayesian random effects, tau ~ {document['tau_prior']}"
    tests = {"z": "z", "knha": "Hartung-Knapp", "adhoc": "Hartung-Knapp ad hoc"}
    return f"{document['method']}, {tests[document['test']]}"


def _line(name: str, c: dict[str, Any], share: str, *, ratio: bool) -> str:
    shown = math.exp(c["estimate"]) if ratio else c["estimate"]
    p = "" if c.get("p") is None else f", {_p(c['p'])}"
    return f"{name}: {shown:.2f} {_range(c['ci_low'], c['ci_high'], ratio=ratio)}, {share}{p}"


def _range(low: float, high: float, *, ratio: bool) -> str:
    ends = (math.exp(low), math.exp(high)) if ratio else (low, high)
    return f"[{ends[0]:.2f}, {ends[1]:.2f}]"


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _spread(document: dict[str, Any]) -> str:
    if document["tau2"] is None:
        return "How much studies differ cannot be said."
    ends = "" if document["tau2_ci"] is None else " [{:.3g}, {:.3g}]".format(*document["tau2_ci"])
    i2 = "" if document["i2"] is None else f", I2 {document['i2']:.0f}%"
    q = "" if document["q_p"] is None else f", Q {document['q']:.2f} on {document['q_df']} ({_p(document['q_p'])})"
    return f"How much studies differ: tau2 {document['tau2']:.3g}{ends}{i2}{q}"


def _bias_words(tests: Sequence[dict[str, Any]], *, ratio: bool) -> list[str]:
    lines = []
    for t in tests:
        if t["estimate"] is None:
            continue
        shown = math.exp(t["estimate"]) if ratio else t["estimate"]
        if t["test"] == "egger":
            lines.append(f"Small studies differ from large ones (Egger): {_p(t['p'])}")
        elif t["test"] == "trim_and_fill":
            lines.append(f"Trim and fill: {t['statistic']} missing on the {t['side']}; with them {shown:.2f}")
        elif t.get("used"):
            lines.append(
                f"{t['test'].upper()}, an effect without sampling error: {shown:.2f} "
                f"{_range(t['ci_low'], t['ci_high'], ratio=ratio)}"
            )
    return ["", *lines] if lines else []


def _consistency(document: dict[str, Any]) -> str:
    check = document["inconsistency"]
    if not check["df"]:
        return "Consistency cannot be checked: no comparison is reached by two kinds of studies."
    odd = [s for s in document["node_splits"] if s["p"] < 0.05]
    told = "; ".join(f"{s['treatment']} vs {s['reference']} ({_p(s['p'])})" for s in odd) or "none"
    return (
        f"Consistency (design by treatment): Q {check['q']:.2f} on {check['df']}, {_p(check['p'])}; comparisons whose own "
        f"studies disagree with the rest: {told}"
    )
