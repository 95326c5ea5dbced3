"""The normal distribution without scipy agrees with scipy's."""

from __future__ import annotations

import numpy as np
from scipy import special

from mettle.inference.nof1.normal import ndtr, ndtri

ROUNDING = 1e-15  # a few units in the last place of numbers up to 1


def test_distribution_function_agrees_everywhere() -> None:
    x = np.r_[np.linspace(-12, 12, 20_011), -40.0, 40.0, 0.5 / 64, -np.inf, np.inf]
    assert np.abs(ndtr(x) - special.ndtr(x)).max() < ROUNDING
    assert ndtr(np.array(1.0)).shape == ()


def test_quantiles_agree() -> None:
    p = np.r_[1e-12, np.linspace(0.001, 0.999, 999), 1 - 1e-12].reshape(7, 143)
    np.testing.assert_allclose(ndtri(p), special.ndtri(p), rtol=100 * ROUNDING, atol=ROUNDING)
    assert ndtri(p).shape == p.shape
