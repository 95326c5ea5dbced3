from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from tests.conftest import ROOT

from mettle.errors import InputError
from mettle.inference.heterogeneity import METHODS
from mettle.inference.meta_analysis import TESTS
from mettle.inference.meta_regression import meta_regression

PINNED: list[dict[str, Any]] = json.loads((ROOT / "validation" / "meta" / "reference.json").read_text())["regressions"]
RELATIVE = 1e-6  # agreed with metafor at its own root
TAU2_ABSOLUTE = 1e-8


def test_the_reference_covers_every_method_and_test() -> None:
    assert len(PINNED) >= 4
    assert max(len(p["moderators"]) for p in PINNED) >= 4
    for pinned in PINNED:
        assert set(pinned["fits"]) == {f"{m} {t}" for m in METHODS for t in TESTS}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("number", range(len(PINNED)))
def test_agrees_with_metafor(number: int, method: Any) -> None:
    pinned = PINNED[number]
    names = [n for n in pinned["moderators"] if n != "(Intercept)"]
    M = np.column_stack([pinned["moderators"][n] for n in names])
    for test in TESTS:
        theirs = pinned["fits"][f"{method} {test}"]
        fit = meta_regression(pinned["yi"], pinned["vi"], moderators=M, names=names, method=method, test=test)
        for field, key in (("estimate", "beta"), ("se", "se"), ("ci_low", "ci_low"), ("ci_high", "ci_high")):
            np.testing.assert_allclose([getattr(c, field) for c in fit.coefficients], theirs[key], rtol=RELATIVE)
        np.testing.assert_allclose([c.p for c in fit.coefficients], theirs["p"], rtol=1e-5, atol=1e-12)
        np.testing.assert_allclose(fit.tau2, theirs["tau2"], rtol=RELATIVE, atol=TAU2_ABSOLUTE)
        np.testing.assert_allclose(fit.q, theirs["qe"], rtol=RELATIVE)
        np.testing.assert_allclose(fit.q_p, theirs["qe_p"], rtol=1e-5, atol=1e-12)
        np.testing.assert_allclose(fit.qm, theirs["qm"], rtol=RELATIVE)
        np.testing.assert_allclose(fit.qm_p, theirs["qm_p"], rtol=1e-5, atol=1e-12)
        np.testing.assert_allclose(fit.i2, theirs["i2"], rtol=RELATIVE, atol=1e-5)
        np.testing.assert_allclose(fit.h2, theirs["h2"], rtol=RELATIVE)
        if theirs["r2"] is not None and method != "EE":
            np.testing.assert_allclose(fit.r2, theirs["r2"], rtol=RELATIVE, atol=1e-4)


def test_a_moderator_that_says_nothing_new_is_named() -> None:
    y, v = [0.1, 0.3, 0.2, 0.5], [0.1, 0.1, 0.2, 0.1]
    with pytest.raises(InputError, match="moderator same says nothing new"):
        meta_regression(y, v, moderators=[[1.0], [1.0], [1.0], [1.0]], names=["same"])
    with pytest.raises(InputError, match="moderator twice says nothing new"):
        meta_regression(
            [*y, 0.7], [*v, 0.1], moderators=[[1, 2], [2, 4], [3, 6], [4, 8], [5, 10]], names=["once", "twice"]
        )
    with pytest.raises(InputError, match="2 moderator columns need at least 4 studies, got 3"):
        meta_regression(y[:3], v[:3], moderators=[[1, 2], [2, 5], [3, 6]], names=["a", "b"])


def test_large_values_of_a_moderator_do_not_cost_precision() -> None:
    rng = np.random.default_rng(5)
    year = rng.integers(1990, 2026, 20).astype(float)
    y, v = 0.01 * (year - 2000) + rng.normal(0, 0.1, 20), rng.uniform(0.01, 0.05, 20)
    raw = meta_regression(y, v, moderators=year[:, None], names=["year"])
    centred = meta_regression(y, v, moderators=(year - 2000)[:, None], names=["year"])
    assert raw.coefficients[1].estimate == pytest.approx(centred.coefficients[1].estimate, rel=1e-9)
    assert raw.tau2 == pytest.approx(centred.tau2, rel=1e-8)
