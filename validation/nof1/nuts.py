"""The pinned reference: the same model by NUTS (NumPyro), for five simulated diaries. Writes ``nuts.json``.

Run in the reference environment: ``.venv-reference/bin/python validation/nof1/nuts.py`` (tens of minutes). The latent
states are integrated out by a dense Cholesky factor and the coefficients are sampled, so nothing of the estimator's
algebra (Kalman pass, conjugate update, importance sampling) is used.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # on a busy machine two threads wait for each other: ten times slower

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
import simulate
from numpyro.diagnostics import summary
from numpyro.infer import MCMC, NUTS

HERE = Path(__file__).parent
DIARIES = (("coin", 1), ("pairs", 2), ("phases", 3), ("habit", 4), ("coin", 5))
WORLD = simulate.World(acute=0.3, next_day=0.1, chronic=0.5)
WARMUP, DRAWS, CHAINS = 500, 2500, 2
TOTAL = {"acute": 3 / 7, "next_day": 3 / 7, "chronic": 3 / 7}  # three sessions a week against none, at steady state


def model(design, lag):
    """The equations of docs/method.md, written densely."""
    t = jnp.asarray(design.t)
    mean, sd = np.log([0.6, 0.3, 2.0, 0.05, 14.0]), np.array([0.6, 1.0, 0.8, 0.9, 0.6])
    hyper = numpyro.sample("hyper", dist.Normal(0.0, 1.0).expand([5]).to_event(1))
    noise, ou, ou_time, level, tau = jnp.exp(mean + sd * hyper)
    beta = numpyro.sample("beta", dist.Normal(design.prior_mean, design.prior_sd).to_event(1))
    shape = jnp.where(lag >= 0, jnp.exp(-jnp.maximum(lag, 0.0) / tau), 0.0).sum(1) * (1 - jnp.exp(-1 / tau))
    since = t - t[0]
    cov = level**2 * jnp.minimum(since[:, None], since) + ou**2 * jnp.exp(-jnp.abs(t[:, None] - t) / ou_time)
    cov += noise**2 * jnp.eye(len(t))
    location = design.x @ beta[:-1] + beta[-1] * shape
    numpyro.sample("y", dist.MultivariateNormal(location, scale_tril=jnp.linalg.cholesky(cov)), obs=design.y)


def reference(kind: str, seed: int) -> dict:
    diary = simulate.diary(kind, np.random.default_rng(seed), world=WORLD)
    design = simulate.design(diary)
    lag = jnp.asarray(np.subtract.outer(np.floor(design.t), np.floor(design.kernels[0].at)) - 1)
    mcmc = MCMC(
        NUTS(model, dense_mass=True),
        num_warmup=WARMUP,
        num_samples=DRAWS,
        num_chains=CHAINS,
        chain_method="sequential",
        progress_bar=False,
    )
    wall, cpu = time.perf_counter(), time.process_time()
    mcmc.run(jax.random.PRNGKey(seed), design, lag)
    beta = np.asarray(mcmc.get_samples(group_by_chain=True)["beta"])
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    position = design.names.index
    draws = {name: beta[:, :, position(name)] for name in ("acute", "next_day", "chronic")}
    draws["total"] = sum(share * draws[name] for name, share in TOTAL.items())
    effects = {}
    for name, value in draws.items():
        found = summary({name: value}, prob=0.95)[name]
        q025, median, q975 = np.quantile(value, [0.025, 0.5, 0.975])
        effects[name] = {
            "mean": float(value.mean()), "sd": float(value.std()), "q025": float(q025), "median": float(median),
            "q975": float(q975), "p_above_0": float((value > 0).mean()), "n_eff": float(found["n_eff"]), "r_hat": float(found["r_hat"]),
        }  # fmt: skip
    print(kind, seed, f"{wall:.0f} s wall, {cpu:.0f} s CPU", effects["chronic"], flush=True)
    return {
        "kind": kind, "seed": seed, "days": len(diary.dose), "dose": diary.dose.astype(int).tolist(),
        "t": diary.t.astype(int).tolist(), "y": diary.y.tolist(), "effects": effects,
        "divergences": int(mcmc.get_extra_fields()["diverging"].sum()), "wall_s": wall, "cpu_s": cpu,
    }  # fmt: skip


def main() -> None:
    jax.config.update("jax_enable_x64", True)
    path = HERE / "nuts.json"
    made_by = {
        "software": {"numpyro": numpyro.__version__, "jax": jax.__version__},
        "call": f"NUTS(dense_mass=True), {CHAINS} chains x ({WARMUP} + {DRAWS}), float64, one thread",
        "note": "times include compilation and were taken on a machine that had other work to do",
    }
    diaries = []
    for kind, seed in DIARIES:
        diaries.append(reference(kind, seed))
        path.write_text(json.dumps(made_by | {"diaries": diaries}, indent=1) + "\n")


if __name__ == "__main__":
    main()
