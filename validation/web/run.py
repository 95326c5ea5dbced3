"""Lighthouse on Today, Workout and Answer of the simulated person, and the pictures of the README, from a real server.

    PUPPETEER_SKIP_DOWNLOAD=1 npm ci --prefix validation/web --ignore-scripts
    python validation/web/run.py [--pictures]

Writes `lighthouse.json` beside this file; with --pictures also docs/pictures/{today,workout,check-in,answer-page,answer-page-dark}.png;
with --runs 0 nothing but those.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from playwright.sync_api import sync_playwright  # noqa: E402 # the path comes first
from tests.web.served import QUIET, free_port, running  # noqa: E402 # likewise

SCREENS = {"today": "/", "workout": "/workout/", "answer": "/answer/"}
CATEGORIES = ("performance", "accessibility", "best-practices")
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "device_scale_factor": 2}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    chromium = shutil.which("chromium")
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), "--demo", https=False) as (site, _process),
        sync_playwright() as playwright,
    ):
        port = free_port()
        browser = playwright.chromium.launch_persistent_context(
            folder + "/profile", executable_path=chromium, args=[*QUIET, f"--remote-debugging-port={port}"], **PHONE
        )
        page = browser.new_page()
        page.goto(site.link())
        page.goto(f"{site.url}/answer/")
        page.get_by_text("How sure, and why").wait_for(timeout=180_000)
        page.goto(f"{site.url}/workout/")
        page.get_by_role("button", name="Start").first.wait_for()
        if args.pictures:
            pictures(page, site.url)
        if not args.runs:
            browser.close()
            return
        report = {name: judged(f"{site.url}{path}", port, args.runs) for name, path in SCREENS.items()}
        browser.close()
    told = {
        "how": f"python validation/web/run.py; lighthouse {version()}, mobile preset (simulated slow 4G, 4x slower processor), median of {args.runs} run(s)",
        "load_of_the_machine": round(os.getloadavg()[0], 1),
        "scores": report,
    }
    (Path(__file__).parent / "lighthouse.json").write_text(json.dumps(told, indent=2) + "\n")
    print(json.dumps(told, indent=2))


def version() -> str:
    return json.loads((ROOT / "validation/web/node_modules/lighthouse/package.json").read_text())["version"]


def judged(url: str, port: int, runs: int) -> dict[str, object]:
    """Median scores in percent, and what keeps a category below 100."""
    command = [
        "node",
        str(ROOT / "validation/web/node_modules/lighthouse/cli/index.js"),
        url,
        f"--port={port}",
        "--quiet",
    ]
    command += ["--output=json", "--disable-storage-reset", f"--only-categories={','.join(CATEGORIES)}"]
    documents = [
        json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(runs)
    ]
    scores = {c: sorted(round(100 * d["categories"][c]["score"]) for d in documents)[runs // 2] for c in CATEGORIES}
    last = documents[-1]
    lost = sorted(
        {
            ref["id"]
            for c in CATEGORIES
            for ref in last["categories"][c]["auditRefs"]
            if ref["weight"] and (last["audits"][ref["id"]]["score"] or 0) < 0.9
        }
    )
    assert last["finalDisplayedUrl"].rstrip("/") == url.rstrip("/"), last["finalDisplayedUrl"]
    return {**scores, "below_90": lost}


def pictures(page: object, url: str) -> None:
    """The screens at phone width, for the README."""
    folder = ROOT / "docs" / "pictures"
    page.goto(f"{url}/")
    page.get_by_role("button", name="Done").wait_for()
    page.wait_for_timeout(500)
    page.screenshot(path=folder / "today.png")
    page.goto(f"{url}/check-in/?occasion=before")
    page.get_by_role("button", name="Done").wait_for()
    for slider, value in zip(
        page.locator("input[type=range]").all(), ("6", "4", "7"), strict=False
    ):  # a fourth, for last night, stays untouched
        slider.fill(value)
    page.wait_for_timeout(500)
    page.screenshot(path=folder / "check-in.png")
    page.goto(f"{url}/answer/")
    page.wait_for_timeout(500)
    page.screenshot(path=folder / "answer-page.png")
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=folder / "answer-page-dark.png")
    page.emulate_media(color_scheme="light")
    page.goto(f"{url}/workout/")
    page.get_by_role("button", name="Start").first.click()
    page.get_by_role("button", name="Done as planned").wait_for()
    page.wait_for_timeout(500)
    page.screenshot(path=folder / "workout.png")
    page.goto(f"{url}/workout/")
    page.get_by_role("button", name="stop").click()
    page.get_by_role("button", name="End the session here").click()


if __name__ == "__main__":
    main()
