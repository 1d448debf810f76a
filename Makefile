# Two commands do everything: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test test-slow lint bench clean

run: $(VENV)/.installed
	@rm -rf demo
	$(BIN)/python -m cleaner seeds/*.txt seeds/*.jsonl seeds/*.html -o demo
	@echo
	$(BIN)/python -m cleaner explain seeds/006_agency_grain_corridor.txt
	@echo
	@echo "Cleaned records: demo/documents/   every removed span and why: demo/removed/"

test: $(VENV)/.installed-dev lint
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-slow: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy

# pip 23 stumbles over one extra of lxml that two of the peers spell differently.
bench: $(VENV)/.installed-dev
	$(PIP) install --upgrade 'pip>=24'
	$(PIP) install -c constraints.txt -e '.[bench]'
	$(BIN)/python scripts/bench.py
	$(BIN)/python scripts/bench_batch.py

$(VENV)/.installed: pyproject.toml constraints.txt $(wildcard cleaner/*.pyx cleaner/*.pxd)
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) demo build *.egg-info
