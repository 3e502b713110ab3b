# What a person types here is what CI types. `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
INSTALLED := .venv/installed
# Two at a time; a file's tests stay together, because they share what they set up. In the order of their
# names, so that the long ones in the browser do not come last.
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder
# Said once, on SQLite: these ask no database, or SQLite's own.
NO_DATABASE := $(addprefix --ignore=tests/,engine/rules engine/runtime engine/test_diagrams.py engine/test_expressions.py \
  engine/test_forms.py engine/test_differences.py engine/test_breadth.py processes/test_drawings.py engine/test_rehearsal.py engine/test_surveys.py engine/test_walks.py webforms/test_assets.py webforms/test_command.py webforms/test_forms_agree.py \
  webforms/rest/test_docs.py webforms/rest/test_real_client.py test_texts.py)

.PHONY: help
help: ## List what can be done here
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(INSTALLED) ## Serve the demo agency on http://127.0.0.1:8000
	@exec $(BIN)/agencyflow run

.PHONY: test
test: check system ## Set up what the tests need, then run every check and test
	$(PYTEST)
	tests/setup/with_postgresql.sh $(PYTEST) -m "not browser" $(NO_DATABASE)

.PHONY: check
check: $(INSTALLED) ## Look without running: format, lint, types, layers
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: bench
bench: $(INSTALLED) ## Measure what a completed task costs
	$(BIN)/python -m tests.benchmarks

.PHONY: format
format: $(INSTALLED) ## Put the Python sources in order
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

.PHONY: assets
assets: ## Rebuild webforms/static/dist from webforms/frontend (needs Node)
	cd webforms/frontend && npm ci --no-audit --no-fund && npm run build

.PHONY: texts
texts: $(INSTALLED) ## Take the pages' new texts into the Chinese catalogue, and compile it
	cd webforms && ../$(BIN)/pybabel -q extract -F babel.cfg -k _l -k ngettext:1,2 --no-location -o translations/messages.pot .
	cd webforms && ../$(BIN)/pybabel -q update -i translations/messages.pot -d translations --no-fuzzy-matching --ignore-obsolete
	cd webforms && ../$(BIN)/pybabel -q compile -d translations && rm translations/messages.pot

.PHONY: constraints
constraints: $(INSTALLED) ## Pin again what pyproject.toml asks for, within its bounds
	$(BIN)/python -m pip install --quiet pip-tools
	echo '# Every version and hash that `make` installs. Made by `make constraints`; not edited by hand.' > .venv/constraints
	cp constraints.txt .venv/pins
	$(BIN)/pip-compile --quiet --generate-hashes --all-extras --all-build-deps --allow-unsafe --strip-extras \
	  --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file .venv/pins pyproject.toml
	cat .venv/constraints .venv/pins > constraints.txt

.PHONY: system
system:
	@tests/setup/browser.sh

$(INSTALLED): constraints.txt pyproject.toml
	@tests/setup/python.sh .venv
	@touch $@
