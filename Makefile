# Nothing is needed but python3 (3.11 or newer), pip and make. `make` alone says what there is.
PYTHON ?= python3
PORT ?= 8000
OPEN ?= 1
WORKERS ?= 2
UV := 0.13.9
BIN := .venv/bin
PY := $(BIN)/python
CORE := .venv/.stamp-core
TOOLS := .venv/.stamp-tools
SPARK := .venv-spark/.stamp
DUCKDB2 := .venv-duckdb2/.stamp
# A venv without pip of its own (python3 without ensurepip) is served by the pip of python3.
PIP = $$(test -x $(BIN)/pip && echo $(PY) -m pip || echo $(PYTHON) -m pip --python $(PY)) --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help install tools demo test test-postgres test-spark test-duckdb2 torture check lint bench docs wheel lock clean

help: ## What can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name says; do printf '%-14s %s\n' "$$name" "$$says"; done

install: $(CORE) ## Aloft in .venv, ready to run

tools: $(TOOLS) ## What tests and checks need besides

demo: install ## A company to look at, on 127.0.0.1; PORT=9000 chooses the port, OPEN=0 opens no browser
	@exec $(PY) -m aloft demo --port $(PORT) $(if $(filter 0,$(OPEN)),--no-open)

test: tools ## Every test; those in a browser need Chromium, and are skipped where there is none
	@.ci/chromium
	@.ci/fuse
	@$(PY) -m pytest -q -n $(WORKERS) --dist loadfile

test-postgres: tools ## Every test that needs no browser, on a PostgreSQL server that is started for it
	@$(PY) -m tests.postgres $(PY) -m pytest -q -n $(WORKERS) --dist loadfile -m "not browser"

check: tools lint ## The quick ones, with format, lint, import and type checks: under two minutes
	@$(PY) -m pytest -q -n $(WORKERS) --dist loadfile -m "not slow and not browser"

lint: tools ## Format, lint, import and type checks
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports >.venv/lint-imports.txt || { cat .venv/lint-imports.txt; exit 1; }
	@$(BIN)/mypy

test-spark: $(SPARK) ## Those that compare what Spark says with DuckDB: on Sail, and with Java on two executors
	@.venv-spark/bin/python -m pytest -q tests/measures/spark
	@.ci/pyspark

test-duckdb2: $(DUCKDB2) ## The quick ones of facts, measures and engine on DuckDB 2, and what it reads beside 1.5
	@ALOFT_DUCKDB_1=$(PY) .venv-duckdb2/bin/python -m pytest -q -n $(WORKERS) --dist loadfile tests/facts tests/measures \
	  tests/engine -m "not slow and not browser"

torture: tools ## What CI tries small, in large sizes; writes a dated report into docs/torture
	@$(PY) -m tests.crash.torture

bench: tools ## Every benchmark, one after another, each with its ratio
	@$(PY) benchmarks/all.py

docs: tools ## Write the reference pages again from the code
	@$(PY) docs/generate.py

wheel: tools ## A wheel in dist/
	@$(PY) -m build --no-isolation --wheel >.venv/build.txt 2>&1 || { cat .venv/build.txt; exit 1; }
	@ls dist/*.whl

lock: ## Choose versions again; UPGRADE=1 takes the newest
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	@for each in core dev spark pyspark duckdb2; do (cd requirements && ../.venv-lock/bin/uv pip compile $$each.in --output-file $$each.txt \
	  --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet $(if $(UPGRADE),--upgrade)); done

clean: ## Remove .venv and what was built; the data under .aloft stays
	@rm -rf .venv .venv-lock .venv-spark .venv-pyspark .venv-duckdb2 dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Aloft needs Python 3.11 or newer: name one with make PYTHON=..." >&2; exit 1; }
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then $(PYTHON) -m venv .venv; \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1; then $(PYTHON) -m venv --without-pip .venv; \
	else echo "$(PYTHON) has no pip: install it first (Debian: apt-get install python3-pip or python3-venv)" >&2; exit 1; fi

$(CORE): requirements/core.txt pyproject.toml | $(PY)
	@echo "Installing Aloft in .venv: once, in about a minute" >&2
	@$(PIP) install --quiet --require-hashes -r requirements/core.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(TOOLS): requirements/dev.txt requirements/old-client.txt $(CORE)
	@echo "Installing what tests need in .venv" >&2
	@$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	@$(PIP) install --quiet --require-hashes --no-deps -r requirements/old-client.txt
	@touch $@

# What is in .venv is found from here too, but for what is installed besides: Spark, or another DuckDB.
.venv-%/.stamp: requirements/%.txt $(TOOLS)
	@echo "Installing $* in .venv-$*: once, in half a minute" >&2
	@rm -rf .venv-$* && $(PY) -m venv --without-pip .venv-$*
	@$(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
	  >"$$(.venv-$*/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/main.pth"
	@$$(test -x $(BIN)/pip && echo $(PY) || echo $(PYTHON)) -m pip --python .venv-$*/bin/python \
	  --disable-pip-version-check install --quiet --no-warn-conflicts --require-hashes -r requirements/$*.txt
	@touch $@
