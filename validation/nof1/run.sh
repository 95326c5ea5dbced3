#!/bin/sh
# The reference (about a quarter of an hour), the comparisons (under a minute), then the error rates (half an hour or more).
set -e
export PYTHONPATH=src
.venv-reference/bin/python validation/nof1/nuts.py
for script in compare calibration false_alarms reverse verdicts randomisation redraws decisive further; do
    .venv/bin/python "validation/nof1/$script.py"
done
.venv-reference/bin/python validation/nof1/peers.py
.venv/bin/python validation/nof1/pictures.py
