# Two commands need nothing but python3, pip and make: `make demo` and `make test`.
PORT ?= 8000
OPEN ?= 1
PY := .venv/bin/python

.PHONY: install demo test check bench

install: .venv/.stamp-installed

.venv/.stamp-installed: requirements/dev.txt pyproject.toml
	python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: install
	$(PY) -m aloft demo --port $(PORT) $(if $(filter 0,$(OPEN)),--no-open,)

check: install
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports
	.venv/bin/mypy
	$(PY) -m pytest -q -m "not slow and not browser"

test: install
	.ci/chromium
	$(PY) -m pytest -q

bench: install
	$(PY) benchmarks/all.py
