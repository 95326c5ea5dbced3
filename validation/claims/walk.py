"""Walk every claim that can be tried at home from end to end with the real commands: design, plan, rehearse, answer.

Run: .venv/bin/python validation/claims/walk.py [--afresh] (some minutes of one free core). It writes walk.json beside itself, and the count
that `mettle trial claims` prints.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from mettle import __version__
from mettle.cli import main
from mettle.trials.claims import ClaimTrial, ready

HERE = Path(__file__).resolve().parent
STORED = HERE / "walk.json"
COUNTED = HERE.parents[1] / "src" / "mettle" / "trials" / "data" / "walked.toml"
SEED = 1
START = "2025-03-03"
PHQ9 = "at,phq9,phq9_item9\n2025-03-01,8,0\n"
HOME_AND_GYM = {
    "age": 34,
    "sex": "F",
    "body_mass_kg": 68,
    "experience": "intermediate",
    "active_now": True,
    "equipment": [
        "barbell", "rack", "bench", "dumbbell", "kettlebell", "cable", "lat_pulldown", "seated_row", "leg_press", "chest_press",
        "leg_curl", "leg_extension", "shoulder_press", "band", "pullup_bar", "box", "chair",
    ],
    "dumbbells_kg": [4, 6, 8, 10, 12, 14, 16, 18, 20, 24],
    "dumbbell_count": 2,
    "kettlebells_kg": [8, 12, 16, 20, 24],
    "plates_kg": [1.25, 1.25, 2.5, 2.5, 5, 5, 10, 10, 15, 15, 20, 20],
    "bar_kg": 20,
    "stack": {"first_kg": 5, "step_kg": 5},
    "bands": ["yellow", "red", "green", "blue", "black"],
    "days_per_week": 3,
    "minutes": 45,
}  # fmt: skip
PLAN_WEEKS = 4


def run(*words: str) -> tuple[int, str, str]:
    """One command, as a shell would run it: exit code, stdout, stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(words))
    return code, out.getvalue(), err.getvalue()


def walk(claim: ClaimTrial, folder: Path, plans: dict[tuple[str, ...], dict[str, Any]]) -> dict[str, Any]:
    """One claim: what each step said. A step that fails raises with its message."""
    trial, profile, scores = folder / "trial.json", folder / "profile.json", folder / "scores.csv"
    trial.unlink(missing_ok=True)
    profile.write_text(json.dumps(HOME_AND_GYM))
    scores.write_text(PHQ9)
    told_before(claim)
    must(
        "trial",
        "design",
        "--claim",
        claim.claim,
        "--start",
        START,
        "--seed",
        str(SEED),
        "--scores",
        str(scores),
        "--out",
        str(trial),
    )
    document = json.loads(trial.read_bytes())
    told: dict[str, Any] = {
        "kind": document["kind"],
        "arms": document["arms"],
        "days": document["days"],
        "outcome": document["outcome"],
        "effect": claim.effect,
        "leaves_out": claim.part or None,
    }
    if claim.kind == "blocks" and claim.arms[1] == "rest":
        trial.unlink()
        must("trial", "design", "--claim", claim.claim, "--start", START, "--seed", str(SEED), "--out", str(trial))
        told["kind_without_phq9"] = json.loads(trial.read_bytes())["kind"]
        trial.write_text(json.dumps(document))
    told["plan"] = planned(document, trial, profile, plans)
    for person in ("benefits", "no_effect"):
        into = folder / person
        must("trial", "rehearse", str(trial), "--person", person, "--seed", str(SEED), "--out", str(into))
        said = must(
            "answer", "--checkins", str(into / "checkins.csv"), "--exposures", str(into / "exposures.csv"),
            "--outcome", document["outcome"], "--schedule", str(trial), "--json",
        )  # fmt: skip
        told[person] = kept(json.loads(said))
    return told


@cache
def _told_before(claim: str) -> str:
    return must("trial", "plan", "--claim", claim, "--json")


def told_before(claim: ClaimTrial) -> None:
    """What a newcomer looks at first; once for claims that the arithmetic cannot tell apart."""
    same = (
        t.claim
        for t in ready().values()
        if (t.outcome, t.effect, t.arms[1] == "rest") == (claim.outcome, claim.effect, claim.arms[1] == "rest")
    )
    _told_before(next(same))


def must(*words: str) -> str:
    """What a command prints; RuntimeError with its own line where it fails."""
    code, out, err = run(*words)
    if code != 0:
        raise RuntimeError(
            f"mettle {' '.join(words[:2])}: exit {code}: {err.strip().splitlines()[-1] if err.strip() else ''}"
        )
    return out


def planned(
    document: dict[str, Any], trial: Path, profile: Path, plans: dict[tuple[str, ...], dict[str, Any]]
) -> dict[str, Any]:
    """Whether a plan holds both arms. The plan of the first four weeks; claims with the same kind and arms share it."""
    key = (document["kind"], *document["arms"])
    if key not in plans:
        begin = document["schedule"][: 7 * PLAN_WEEKS]
        trial_file = trial.with_name("weeks.json")
        trial_file.write_text(json.dumps({**document, "schedule": begin}))
        made = json.loads(must("plan", str(profile), "--trial", str(trial_file), "--json"))
        sessions = Counter(s["arm"] for week in made["weeks"] for s in week["sessions"])
        plans[key] = {
            "status": made["status"],
            "sessions": dict(sorted(sessions.items())),
            "arms": [c for c in made["checks"] if c["rule"].startswith("arms")],
        }
    return plans[key]


def kept(document: dict[str, Any]) -> dict[str, Any]:
    """What is stored of an answer."""
    effect = document["effects"][document["headline"]["effect"]]
    return {
        "effect": document["headline"]["effect"],
        "higher_is": document["outcome"]["higher_is"],
        "verdict": document["headline"]["verdict"],
        "strength": document["headline"]["strength"],
        "credibility": document["credibility"],
        "mean": effect["mean"],
        "q025": effect["q025"],
        "q975": effect["q975"],
        "observations": document["data"]["observations"],
        "randomisation_p": document["checks"]["randomisation_p"],
    }


def whole(told: dict[str, Any]) -> bool:
    """Whether a claim ran: both arms have sessions (or one rests), and both people got an answer that was estimated."""
    if "failed" in told:
        return False
    wanted = [arm for arm in told["arms"] if arm != "rest"]
    estimated = all(
        told[p]["mean"] is not None and told[p]["randomisation_p"] is not None for p in ("benefits", "no_effect")
    )
    return (
        told["plan"]["status"] != "refused" and all(told["plan"]["sessions"].get(arm) for arm in wanted) and estimated
    )


def verdicts(walked: dict[str, dict[str, Any]]) -> dict[str, dict[str, dict[str, int]]]:
    """Of each person, how often each verdict came, by the effect that the claim is about."""
    found: dict[str, dict[str, Counter[str]]] = {}
    for told in walked.values():
        for person in ("benefits", "no_effect"):
            if person in told:
                said = f"{told[person]['strength'] or ''} {told[person]['verdict']}".strip()
                found.setdefault(person, {}).setdefault(told["effect"], Counter())[said] += 1
    return {p: {e: dict(sorted(c.items())) for e, c in sorted(by.items())} for p, by in found.items()}


def in_order() -> list[ClaimTrial]:
    """One claim of each kind of trial first, so that a walk that is cut short has seen them all."""
    seen: Counter[tuple[Any, ...]] = Counter()
    ranked = []
    for place, claim in enumerate(ready().values()):
        like = (claim.kind, claim.arms, claim.effect, claim.measured_by)
        ranked.append((seen[like], place, claim))
        seen[like] += 1
    return [claim for _, _, claim in sorted(ranked, key=lambda r: r[:2])]


def every() -> None:
    """All of them; stored after each, and taken up again where a walk was cut short (`--afresh` begins anew)."""
    stored = {} if "--afresh" in sys.argv or not STORED.exists() else json.loads(STORED.read_text())
    walked: dict[str, dict[str, Any]] = {c: t for c, t in stored.get("claims", {}).items() if "failed" not in t}
    plans = {(t["kind"], *t["arms"]): t["plan"] for t in walked.values()}
    with tempfile.TemporaryDirectory() as folder:
        for claim in in_order():
            if claim.claim in walked:
                continue
            try:
                walked[claim.claim] = walk(claim, Path(folder), plans)
            except RuntimeError as error:
                walked[claim.claim] = {"failed": str(error).replace(folder, "FOLDER")}
            print(claim.claim, walked[claim.claim].get("failed", "ran"), file=sys.stderr, flush=True)
            store(walked)


def store(walked: dict[str, dict[str, Any]]) -> None:
    document = {
        "made_by": f"validation/claims/walk.py, mettle {__version__}, seed {SEED}",
        "testable": len(ready()),
        "walked": len(walked),
        "ran": sum(map(whole, walked.values())),
        "arms_not_matched": sorted(
            {
                "/".join(t["arms"])
                for t in walked.values()
                if any(not c["holds"] for c in t.get("plan", {}).get("arms", []))
            }
        ),
        "verdicts": verdicts(walked),
        "claims": {claim: walked[claim] for claim in ready() if claim in walked},
    }
    STORED.write_text(json.dumps(document, indent=1) + "\n")
    COUNTED.write_text(
        f"# Written by validation/claims/walk.py: claims walked with the real commands, and how many of them ran.\nwalked = {document['walked']}\nran = {document['ran']}\n"
    )


if __name__ == "__main__":
    every()
