#!/bin/sh
# Lighthouse on three screens, and the pictures of the README (some minutes).
set -e
cd "$(dirname "$0")/../.."
PUPPETEER_SKIP_DOWNLOAD=1 npm ci --prefix validation/web --ignore-scripts --no-audit --no-fund --silent
.venv/bin/python validation/web/palette.py
.venv/bin/python validation/web/run.py --pictures
