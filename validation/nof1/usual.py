"""What people use on such diaries: the t-test, least squares, and least squares with Newey and West's standard errors."""

from __future__ import annotations

import numpy as np
import simulate
from scipy import stats

LAGS = 7


def table(diary):
    """Intercept, trend, six weekdays, trained today, trained yesterday, and an adstock of 14 days (its decay taken as known)."""
    day = diary.t.astype(int)
    yesterday = np.concatenate([[0.0], diary.dose[:-1]])
    columns = [np.ones(len(day)), (diary.t - diary.t.mean()) / len(diary.dose)]
    columns += [(day % 7 == w).astype(float) for w in range(6)]
    columns += [diary.dose[day], yesterday[day], simulate.adstock(diary.dose, 14.0)[day]]
    return np.stack(columns, axis=1)


ACUTE = 8


def welch(diary):
    """Two-sided p value of trained against other days, pooled."""
    trained = diary.dose[diary.t.astype(int)] > 0
    return float(stats.ttest_ind(diary.y[trained], diary.y[~trained], equal_var=False).pvalue)


def least_squares(diary):
    """Two-sided p values of the acute column, ordinary and Newey-West (7 lags, small-sample factor)."""
    x, y = table(diary), diary.y
    n, k = x.shape
    inverse = np.linalg.pinv(x.T @ x)
    beta = inverse @ x.T @ y
    e = y - x @ beta
    scores = x * e[:, None]
    meat = scores.T @ scores
    for lag in range(1, LAGS + 1):
        cross = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (LAGS + 1)) * (cross + cross.T)
    ordinary = np.sqrt(e @ e / (n - k) * inverse[ACUTE, ACUTE])
    robust = np.sqrt(n / (n - k) * (inverse @ meat @ inverse)[ACUTE, ACUTE])
    return tuple(float(2 * stats.t.sf(abs(beta[ACUTE] / se), n - k)) for se in (ordinary, robust))
