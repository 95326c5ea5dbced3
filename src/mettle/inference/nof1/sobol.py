"""Sobol points, so that importing the estimator does not load scipy.stats (a second or more)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mettle.inference.nof1.design import Floats

BITS = 30
# Degree, coefficients of the primitive polynomial, initial direction numbers, for dimensions 2 on.
# Source: Joe & Kuo 2008, Constructing Sobol sequences with better two-dimensional projections, doi 10.1137/070709359.
_POLYNOMIALS = (
    (1, 0, (1,)),
    (2, 1, (1, 3)),
    (3, 1, (1, 3, 1)),
    (3, 2, (1, 1, 1)),
    (4, 1, (1, 1, 3, 3)),
    (4, 4, (1, 3, 5, 13)),
    (5, 2, (1, 1, 5, 5, 17)),
    (5, 4, (1, 1, 5, 5, 5)),
    (5, 7, (1, 1, 7, 11, 19)),
    (5, 11, (1, 1, 5, 1, 1)),
    (5, 13, (1, 1, 1, 3, 11)),
    (5, 14, (1, 3, 5, 5, 31)),
)
MAX_DIMENSIONS = 1 + len(_POLYNOMIALS)


@lru_cache(maxsize=16)
def _directions(dimensions: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    """Direction numbers, shape (BITS, dimensions)."""
    v = np.zeros((BITS, dimensions), np.uint64)
    v[:, 0] = [1 << (BITS - 1 - i) for i in range(BITS)]
    for d, (degree, a, initial) in enumerate(_POLYNOMIALS[: dimensions - 1], start=1):
        m = list(initial)
        for i in range(degree, BITS):
            new = m[i - degree] ^ (m[i - degree] << degree)
            for j in range(1, degree):
                new ^= ((a >> (degree - 1 - j)) & 1) * (m[i - j] << j)
            m.append(new)
        v[:, d] = [m[i] << (BITS - 1 - i) for i in range(BITS)]
    return v


def uniform(start: int, count: int, dimensions: int, *, shift: int) -> Floats:
    """Points ``start`` to ``start + count`` of the sequence, digitally shifted, strictly inside (0, 1).

    Parameters
    ----------
    start, count
        Which stretch of the sequence; powers of two aligned to themselves are best balanced.
    dimensions
        1 to ``MAX_DIMENSIONS``.
    shift
        Seed of the random digital shift; the same seed gives the same points.

    >>> uniform(0, 4, 2, shift=7).shape
    (4, 2)
    """
    if not 1 <= dimensions <= MAX_DIMENSIONS:
        raise ValueError(f"dimensions must be 1 to {MAX_DIMENSIONS}, got {dimensions}")
    directions = _directions(dimensions)
    index = np.arange(start, start + count, dtype=np.uint64)
    bits = np.random.default_rng([shift, dimensions]).integers(0, 1 << BITS, dimensions, dtype=np.uint64)
    points = np.broadcast_to(bits, (count, dimensions)).copy()
    for i in range(int(start + count - 1).bit_length()):
        points ^= ((index >> np.uint64(i)) & np.uint64(1))[:, None] * directions[i]
    return np.asarray((points + 0.5) / float(1 << BITS), np.float64)
