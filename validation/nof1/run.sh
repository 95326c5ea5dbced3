#!/bin/sh
# The reference (about a quarter of an hour), then the comparisons (under a minute).
set -e
PYTHONPATH=src .venv-reference/bin/python validation/nof1/nuts.py
PYTHONPATH=src .venv/bin/python validation/nof1/compare.py
