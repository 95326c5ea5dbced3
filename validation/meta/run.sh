#!/bin/sh
# Redoes the reference values (about three minutes). Debian: apt-get install r-cran-metafor r-cran-metadat r-cran-jsonlite
set -e
cd "$(dirname "$0")"
command -v Rscript >/dev/null || { echo "R is not installed: reference.json is left as it is"; exit 0; }
Rscript reference.R
if [ -x ../../.venv-reference/bin/python ]; then ../../.venv-reference/bin/python peers.py; fi
PYTHONPATH=../../src ../../.venv/bin/python compare.py
