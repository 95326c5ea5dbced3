# mettle: every command of the project. Bare `make` lists them.
# A fresh machine needs Python 3.11 or newer, make and git; nothing else is assumed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
REFERENCE := .venv-reference
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup run test check fix bench validate soak reference clean

help: ## what each command does
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

$(READY): requirements/dev.txt requirements/uv.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "mettle needs Python 3.11 or newer; set one with: make PYTHON=python3.11"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "the venv module is missing; on Debian: apt-get install python3-venv"; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip sync --quiet --require-hashes requirements/uv.txt requirements/dev.txt
	@VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 0 -x 'tests/|/gis/|/conf/locale/' $(VENV)/lib src >/dev/null || true # every start is quicker by the seconds that Python would compile for
	@touch $(READY)

setup: $(READY) ## the virtual environment in .venv, with pinned dependencies, and the words of public-domain questionnaires
	@$(BIN)/python -m mettle text fetch --quiet

run: setup ## the main job on the example: an answer in the terminal and an HTML report; then the app, until Ctrl-C
	@$(BIN)/python -m mettle example --serve

test: $(READY) ## all tests; three at a time, for those in a browser mostly wait
	@$(BIN)/python -X dev -m pytest -q -n 3 --dist loadfile $(TESTS)

soak: $(READY) ## the tests that are better the longer they run: 2,000 histories of three devices, 60 kills of the server, on both databases
	@METTLE_SOAK=2000 $(BIN)/python -m pytest -q tests/web/test_converge.py tests/web/test_kill.py tests/web/test_postgres.py

check: $(READY) ## format, lint, types, import contracts, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@PYTHONPATH=src $(BIN)/python -m mypy
	@PYTHONPATH=src $(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

fix: $(READY) ## format and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(READY) reference ## speed and memory as ratios against peers, in one run each
	@for f in benchmarks/*.py; do echo "== $$f"; $(BIN)/python $$f || exit 1; done

validate: $(READY) reference ## redo the slow simulations and reference values in validation/ (hours)
	@for f in validation/*/run.sh; do echo "== $$f"; sh $$f || exit 1; done

$(REFERENCE)/.ready: requirements/reference.txt $(READY)
	@test -x $(REFERENCE)/bin/python || $(PYTHON) -m venv $(REFERENCE)
	@VIRTUAL_ENV=$(abspath $(REFERENCE)) $(BIN)/uv pip sync --quiet --require-hashes requirements/reference.txt
	@VIRTUAL_ENV=$(abspath $(REFERENCE)) $(BIN)/uv pip install --quiet --no-deps $(abspath .)
	@touch $(REFERENCE)/.ready

reference: $(REFERENCE)/.ready ## the separate environment with peers and oracles

clean: ## remove both environments and caches
	rm -rf $(VENV) $(REFERENCE) .mypy_cache .ruff_cache .pytest_cache .hypothesis out
