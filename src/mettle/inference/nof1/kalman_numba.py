"""The Kalman pass of ``kalman``, compiled: several hyperparameter points in each SIMD register.

Same equations, same numbers to 1e-10. Rows are whitened in stretches of ``STRETCH``, four columns at a time with their
means in registers; each stretch is then added to ``S`` in tiles of two by four columns that stay in registers.
"""

# compiled: numba infers the types
# mypy: disable-error-code="no-untyped-def,no-untyped-call,call-arg,var-annotated"
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from mettle.inference.nof1.kalman import Conditional, Points, State, rows, steps
from mettle.inference.nof1.simd import WIDTH, every, load, root, store

if TYPE_CHECKING:
    from mettle.inference.nof1.design import Design, Floats, Ints

STRETCH = 16  # rows; their whitened columns (16 x 16 x 8 doubles) fit the first-level cache


@dataclass(frozen=True, slots=True)
class Prepared:
    """What does not change with the hyperparameters, so that each round of points starts at once."""

    design: Design
    columns: Floats  # (n, 1 + p), prior-scaled, as in kalman.Rows
    gaps: Floats  # distinct gaps between rows, days
    gap: Ints  # (n,): which of them precedes each row
    kernels: tuple[Kernel, ...]


@dataclass(frozen=True, slots=True)
class Kernel:
    """One dose kernel's times, in the units of its own clock (whole days for adstock)."""

    adstock: bool
    gaps: Floats
    gap: Ints
    entry: Ints  # first row that each event can be seen in, ascending
    reaches: Floats  # distinct times from an event to that row
    reach: Ints
    dose: Floats


def prepare(design: Design) -> Prepared:
    """From a sorted design."""
    p = len(design.names) - len(design.kernels)
    y = design.y - design.x @ design.prior_mean[:p]
    columns = np.concatenate([y[:, None], design.x * design.prior_sd[:p]], axis=1)
    kernels = []
    for kernel in design.kernels:
        adstock = kernel.kind == "adstock"
        times, onsets = (np.floor(design.t), np.floor(kernel.at) + 1.0) if adstock else (design.t, kernel.at)
        entry = np.searchsorted(times, onsets, side="left" if adstock else "right")
        order = np.argsort(entry, kind="stable")[: int(np.sum(entry < len(times)))]
        reaches, reach = _distinct(times[entry[order]] - onsets[order])
        kernels.append(Kernel(adstock, *_distinct(_gaps(times)), entry[order], reaches, reach, kernel.dose[order]))
    return Prepared(design, columns, *_distinct(_gaps(design.t)), tuple(kernels))


def _gaps(t: Floats) -> Floats:
    gaps = np.zeros(len(t))
    gaps[1:] = t[1:] - t[:-1]
    return gaps


@njit(cache=True)
def _distinct(values):
    """Distinct values in order of appearance, and which of them each value is (few are expected)."""
    found, which, count = np.empty(len(values)), np.empty(len(values), np.int64), 0
    for i in range(len(values)):
        j = 0
        while j < count and found[j] != values[i]:
            j += 1
        if j == count:
            found[count] = values[i]
            count += 1
        which[i] = j
    return found[:count].copy(), which


@njit(cache=True, nogil=True)
def _convolve(out, gain, tau, gaps, gap, entry, reaches, reach, dose):
    """Kernel column of each point, (n, g): fade from row to row, and take in the events that the row is first to see."""
    n, g = out.shape
    fade = np.exp(-gaps.reshape(-1, 1) / tau)
    arrive = np.exp(-reaches.reshape(-1, 1) / tau)
    event = 0
    for block in range(0, g, WIDTH):
        c, event = every(0.0), 0
        for i in range(n):
            c = c * load(fade, gap[i] * g + block)
            while event < len(entry) and entry[event] == i:
                c = c + every(dose[event]) * load(arrive, reach[event] * g + block)
                event += 1
            store(out, i * g + block, c * load(gain, block))


@njit(cache=True, nogil=True)
def _filter(
    columns,
    shapes,
    k_mean,
    k_sd,
    gaps,
    gap,
    group,
    load_l,
    load_u,
    noise,
    ou,
    ou_time,
    walk,
    mean_at_end,
    cov_at_end,
    means,
    covs,
    log_ml,
):
    """Filter all rows for every block of points, and conclude; see ``kalman.run`` and ``kalman.conclude``."""
    n, fixed = columns.shape
    k, _, g = shapes.shape
    m = fixed + k
    wide = (m + 7) // 4 * 4
    a_of, step_of = np.exp(-gaps.reshape(-1, 1) / ou_time), -np.expm1(-2.0 * gaps.reshape(-1, 1) / ou_time) * ou**2
    gains = np.zeros((STRETCH, 5, WIDTH))
    z = np.zeros((STRETCH, wide, WIDTH))
    w = np.zeros((STRETCH, wide, WIDTH))
    state = np.zeros((2, wide, WIDTH))
    S = np.zeros((wide, wide, WIDTH))
    f_product = np.zeros(WIDTH)
    log_f = np.zeros(WIDTH)
    for block in range(0, g, WIDTH):
        state[:] = 0.0
        S[:] = 0.0
        log_f[:] = 0.0
        ll, lu, uu = every(0.0), every(0.0), load(ou, block) * load(ou, block)
        walk2 = load(walk, block) * load(walk, block)
        for start in range(0, n, STRETCH):
            rows = min(STRETCH, n - start)
            product = every(1.0)
            for s in range(rows):  # variances and gains
                i = start + s
                a = load(a_of, gap[i] * g + block)
                hl, hu = every(load_l[i]), every(load_u[i])
                sd = load(noise, group[i] * g + block)
                ll = ll + walk2 * every(gaps[gap[i]])
                lu = a * lu
                uu = a * a * uu + load(step_of, gap[i] * g + block)
                to_l, to_u = hl * ll + hu * lu, hl * lu + hu * uu
                f = hl * to_l + hu * to_u + sd * sd
                inverse = every(1.0) / f
                k_l, k_u = to_l * inverse, to_u * inverse
                ll, lu, uu = ll - to_l * k_l, lu - to_l * k_u, uu - to_u * k_u
                product = product * f
                at = s * 5 * WIDTH
                store(gains, at, a)
                store(gains, at + WIDTH, hu * a)
                store(gains, at + 2 * WIDTH, k_l)
                store(gains, at + 3 * WIDTH, k_u)
                store(gains, at + 4 * WIDTH, root(inverse))
                y = every(columns[i, 0])
                for j in range(1, fixed):
                    store(z, (s * wide + j) * WIDTH, every(columns[i, j]))
                for j in range(k):
                    shape = load(shapes, (j * n + i) * g + block)
                    store(z, (s * wide + fixed + j) * WIDTH, every(k_sd[j]) * shape)
                    y = y - every(k_mean[j]) * shape
                store(z, s * wide * WIDTH, y)
            store(f_product, 0, product)
            log_f += np.log(f_product)
            for j in range(0, m, 4):  # means of four columns at a time
                at = j * WIDTH
                l0, l1, l2, l3 = (
                    load(state, at),
                    load(state, at + WIDTH),
                    load(state, at + 2 * WIDTH),
                    load(state, at + 3 * WIDTH),
                )
                at = (wide + j) * WIDTH
                u0, u1, u2, u3 = (
                    load(state, at),
                    load(state, at + WIDTH),
                    load(state, at + 2 * WIDTH),
                    load(state, at + 3 * WIDTH),
                )
                for s in range(rows):
                    at = s * 5 * WIDTH
                    a, hua, k_l, k_u, r = (
                        load(gains, at),
                        load(gains, at + WIDTH),
                        load(gains, at + 2 * WIDTH),
                        load(gains, at + 3 * WIDTH),
                        load(gains, at + 4 * WIDTH),
                    )
                    hl = every(load_l[start + s])
                    at = (s * wide + j) * WIDTH
                    v0 = load(z, at) - hl * l0 - hua * u0
                    v1 = load(z, at + WIDTH) - hl * l1 - hua * u1
                    v2 = load(z, at + 2 * WIDTH) - hl * l2 - hua * u2
                    v3 = load(z, at + 3 * WIDTH) - hl * l3 - hua * u3
                    l0, l1, l2, l3 = l0 + k_l * v0, l1 + k_l * v1, l2 + k_l * v2, l3 + k_l * v3
                    u0, u1, u2, u3 = a * u0 + k_u * v0, a * u1 + k_u * v1, a * u2 + k_u * v2, a * u3 + k_u * v3
                    store(w, at, v0 * r)
                    store(w, at + WIDTH, v1 * r)
                    store(w, at + 2 * WIDTH, v2 * r)
                    store(w, at + 3 * WIDTH, v3 * r)
                at = j * WIDTH
                store(state, at, l0)
                store(state, at + WIDTH, l1)
                store(state, at + 2 * WIDTH, l2)
                store(state, at + 3 * WIDTH, l3)
                at = (wide + j) * WIDTH
                store(state, at, u0)
                store(state, at + WIDTH, u1)
                store(state, at + 2 * WIDTH, u2)
                store(state, at + 3 * WIDTH, u3)
            for i in range(0, m, 2):  # S += w w', upper triangle
                for j in range(i, m, 4):
                    at = (i * wide + j) * WIDTH
                    s00, s01, s02, s03 = (
                        load(S, at),
                        load(S, at + WIDTH),
                        load(S, at + 2 * WIDTH),
                        load(S, at + 3 * WIDTH),
                    )
                    at += wide * WIDTH
                    s10, s11, s12, s13 = (
                        load(S, at),
                        load(S, at + WIDTH),
                        load(S, at + 2 * WIDTH),
                        load(S, at + 3 * WIDTH),
                    )
                    for s in range(rows):
                        at = (s * wide + i) * WIDTH
                        x0, x1 = load(w, at), load(w, at + WIDTH)
                        at = (s * wide + j) * WIDTH
                        y0, y1, y2, y3 = (
                            load(w, at),
                            load(w, at + WIDTH),
                            load(w, at + 2 * WIDTH),
                            load(w, at + 3 * WIDTH),
                        )
                        s00, s01, s02, s03 = s00 + x0 * y0, s01 + x0 * y1, s02 + x0 * y2, s03 + x0 * y3
                        s10, s11, s12, s13 = s10 + x1 * y0, s11 + x1 * y1, s12 + x1 * y2, s13 + x1 * y3
                    at = (i * wide + j) * WIDTH
                    store(S, at, s00)
                    store(S, at + WIDTH, s01)
                    store(S, at + 2 * WIDTH, s02)
                    store(S, at + 3 * WIDTH, s03)
                    at += wide * WIDTH
                    store(S, at, s10)
                    store(S, at + WIDTH, s11)
                    store(S, at + 2 * WIDTH, s12)
                    store(S, at + 3 * WIDTH, s13)
        for j in range(m):
            store(mean_at_end, j * g + block, load(state, j * WIDTH))
            store(mean_at_end, (m + j) * g + block, load(state, (wide + j) * WIDTH))
        store(cov_at_end, block, ll)
        store(cov_at_end, g + block, lu)
        store(cov_at_end, 2 * g + block, uu)
        _conclude(S, log_f, n, m - 1, block, means, covs, log_ml)


@njit(cache=True, nogil=True)
def _conclude(S, log_f, n, q, block, means, covs, log_ml):
    """``P = I + S_xx = C C'``; ``beta = P^-1 S_xy``; the inverse of P as ``C^-T C^-1``. S's upper triangle is read."""
    wide = S.shape[1]
    g = log_ml.shape[0]
    C = np.zeros((q, q, WIDTH))  # row i, column j <= i
    D = np.zeros((q, q, WIDTH))  # its inverse
    b = np.zeros((q, WIDTH))
    fit = load(S, 0)
    determinant = np.ones((2, WIDTH))
    log_det = np.zeros(WIDTH)
    product = every(1.0)
    for i in range(q):
        for j in range(i + 1):
            x = load(S, ((j + 1) * wide + i + 1) * WIDTH)
            if i == j:
                x = x + every(1.0)
            for c in range(j):
                x = x - load(C, (i * q + c) * WIDTH) * load(C, (j * q + c) * WIDTH)
            if i == j:
                product = product * x
                store(C, (i * q + i) * WIDTH, root(x))
                store(D, (i * q + i) * WIDTH, every(1.0) / root(x))
            else:
                store(C, (i * q + j) * WIDTH, x * load(D, (j * q + j) * WIDTH))
        if i % 8 == 7 or i == q - 1:
            store(determinant, 0, product)
            log_det += np.log(determinant[0])
            product = every(1.0)
        x = load(S, (i + 1) * WIDTH)
        for c in range(i):
            x = x - load(C, (i * q + c) * WIDTH) * load(b, c * WIDTH)
        x = x * load(D, (i * q + i) * WIDTH)
        store(b, i * WIDTH, x)
        fit = fit - x * x
        for j in range(i):
            x = every(0.0)
            for c in range(j, i):
                x = x - load(C, (i * q + c) * WIDTH) * load(D, (c * q + j) * WIDTH)
            store(D, (i * q + j) * WIDTH, x * load(D, (i * q + i) * WIDTH))
    for i in range(q):
        x = every(0.0)
        for c in range(i, q):
            x = x + load(D, (c * q + i) * WIDTH) * load(b, c * WIDTH)
        store(means, i * g + block, x)
        for j in range(i + 1):
            x = every(0.0)
            for c in range(i, q):
                x = x + load(D, (c * q + i) * WIDTH) * load(D, (c * q + j) * WIDTH)
            store(covs, (i * q + j) * g + block, x)
            store(covs, (j * q + i) * g + block, x)
    store(determinant, WIDTH, fit)
    log_ml[block : block + WIDTH] = -0.5 * (n * np.log(2 * np.pi) + log_f + determinant[1] + log_det)


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _advance(columns, shapes, m0, sd, load_l, load_u, steps, mean, cov, means, covs, log_ml):
    """Further rows into each point's state (``mean``, ``cov``) and posterior, all changed in place; see ``kalman.advance``."""
    n, fixed = columns.shape
    g, q = means.shape
    a_of, ou_step, level_step, r_of = steps
    x, gain = np.empty(q), np.empty(q)
    for point in range(g):
        c, b = covs[point], means[point]
        ll, lu, uu = cov[0, point], cov[1, point], cov[2, point]
        for i in range(n):
            a, hl, hu = a_of[i, point], load_l[i], load_u[i]
            ll, lu, uu = ll + level_step[i, point], a * lu, a * a * uu + ou_step[i, point]
            to_l, to_u = hl * ll + hu * lu, hl * lu + hu * uu
            f = hl * to_l + hu * to_u + r_of[i, point]
            k_l, k_u = to_l / f, to_u / f
            ll, lu, uu = ll - to_l * k_l, lu - to_l * k_u, uu - to_u * k_u
            root_f, left = np.sqrt(f), 0.0
            y = columns[i, 0]
            for j in range(fixed - 1, q):
                y -= m0[j] * shapes[j - fixed + 1, i, point]
            for j in range(1 + q):
                z = y
                if j >= fixed:
                    z = sd[j - 1] * shapes[j - fixed, i, point]
                elif j:
                    z = columns[i, j]
                level, ou = mean[0, j, point], a * mean[1, j, point]
                v = z - hl * level - hu * ou
                mean[0, j, point], mean[1, j, point] = level + k_l * v, ou + k_u * v
                if j:
                    x[j - 1] = v / (root_f * sd[j - 1])
                    left += x[j - 1] * (m0[j - 1] - b[j - 1])
                else:
                    left = v / root_f
            s = 1.0
            for j in range(q):
                total = 0.0
                for k in range(q):
                    total += c[j, k] * x[k]
                gain[j] = total
                s += x[j] * total
            for j in range(q):
                share = gain[j] / s
                b[j] += share * left
                for k in range(q):
                    c[j, k] -= share * gain[k]
            log_ml[point] -= 0.5 * (np.log(2 * np.pi * f * s) + left * left / s)
        cov[0, point], cov[1, point], cov[2, point] = ll, lu, uu


def advance(design: Design, hyper: Floats, earlier: Conditional) -> Conditional:
    """As ``kalman.advance``."""
    points, state = Points.of(design, hyper), earlier.state
    new = rows(design, points, state)
    mean, cov = state.mean.copy(), state.cov.copy()
    means, covs, log_ml = earlier.means.copy(), earlier.covs.copy(), earlier.log_ml.copy()
    _advance(
        new.columns,
        new.shapes,
        design.prior_mean,
        design.prior_sd,
        new.level,
        new.ou,
        steps(new, points, state),
        mean,
        cov,
        means,
        covs,
        log_ml,
    )
    t = float(new.t[-1]) if len(new.t) else state.t
    return Conditional(log_ml, means, covs, State(mean, cov, new.traces, state.n + len(new.t), t))


def condition(prepared: Prepared, hyper: Floats) -> Conditional:
    """As ``kalman.condition``, from the first row on."""
    design = prepared.design
    q, k, count = len(design.names), len(design.kernels), len(hyper)
    g = -(-count // WIDTH) * WIDTH
    points = Points.of(design, np.concatenate([hyper, hyper[:1].repeat(g - count, axis=0)]))
    shapes, traces = np.empty((k, len(design.t), g)), np.zeros((k, g))
    for j, (kernel, tau, out) in enumerate(zip(prepared.kernels, points.tau, shapes, strict=True)):
        gain = design.kernels[j].gain(tau)
        _convolve(
            out,
            gain,
            np.ascontiguousarray(tau),
            kernel.gaps,
            kernel.gap,
            kernel.entry,
            kernel.reaches,
            kernel.reach,
            kernel.dose,
        )
        if len(out):
            traces[j] = out[-1] / gain
    assert design.reach is not None
    if not np.all(design.reach == 1.0):
        shapes *= design.reach.T[:, :, None]
    means, covs, log_ml = np.empty((q, g)), np.empty((q, q, g)), np.empty(g)
    mean, cov = np.empty((2, 1 + q, g)), np.empty((3, g))
    _filter(
        prepared.columns,
        shapes,
        design.prior_mean[q - k :],
        design.prior_sd[q - k :],
        prepared.gaps,
        prepared.gap,
        design.noise,
        design.level,
        design.ou,
        np.ascontiguousarray(points.noise),
        np.ascontiguousarray(points.ou),
        np.ascontiguousarray(points.ou_time),
        np.ascontiguousarray(points.level),
        mean,
        cov,
        means,
        covs,
        log_ml,
    )
    t = float(design.t[-1]) if len(design.t) else -np.inf
    state = State(mean[:, :, :count], cov[:, :count], traces[:, :count], len(design.t), t)
    sd = design.prior_sd
    scaled = (covs * np.outer(sd, sd)[:, :, None]).transpose(2, 0, 1)
    return Conditional(log_ml[:count], design.prior_mean + sd * means.T[:count], scaled[:count], state)
