# The door to Prospecto: `make run` serves it, `make test` tests it. `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV ?= .venv
PORT ?= 8000
HOST ?= 127.0.0.1
DEMO ?=
WORKERS ?= 2
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

# An environment carries the checksums of the locks it was made from; another checksum means another environment.
RUNTIME := $(VENV)/.runtime-$(firstword $(shell cksum < requirements.lock))
DEV := $(VENV)/.dev-$(firstword $(shell cksum < requirements-dev.lock))
CATALOGS := $(wildcard core/translations/*/LC_MESSAGES/*.po plugins/*/translations/*/LC_MESSAGES/*.po)

.PHONY: help run test test-quick lint format install dev bench new-plugin translations lock clean

help: ## List what can be made
	@echo "Prospecto"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: install ## Set up and serve on port 8000 (PORT=…, HOST=…; DEMO=1 with an invented company)
	@exec $(BIN)/prospecto serve --host $(HOST) --port $(PORT) $(if $(filter 1 yes true on,$(DEMO)),--demo)

test: install $(DEV) ## Run every test: unit, SQLite and PostgreSQL, browser (ARGS='-k name')
	@tools/ensure-test-systems
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

test-quick: install $(DEV) ## Run the tests that need no browser and no PostgreSQL
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m "not browser and not postgres" $(ARGS)

lint: install $(DEV) ## Check style, types, import contracts and templates
	@failed=0; \
	for check in "ruff check ." "ruff format --check --quiet ." "mypy" "lint-imports" "djlint --lint --quiet core plugins"; do \
	    echo "== $$check"; $(BIN)/$$check || failed=1; \
	done; exit $$failed

format: install $(DEV) ## Format the code and mend what can be mended by itself
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

install: $(BIN)/prospecto $(VENV)/.catalogs ## Make .venv/bin/prospecto and nothing else

dev: install $(DEV) ## Make the environment with the developer's tools in it

bench: install $(DEV) ## Measure, and write the figures into docs/performance.md (ARGS='import list')
	@$(BIN)/python -m bench $(ARGS)

new-plugin: install ## Make a new plugin: make new-plugin NAME=crm_visits (BARE=1: the manifest and an empty plugin.py)
	@test -n "$(NAME)" || { echo "Which name? make new-plugin NAME=crm_visits"; exit 2; }
	@$(BIN)/prospecto plugins new "$(NAME)" $(if $(filter 1 yes true on,$(BARE)),--bare)

translations: install ## Collect the texts, merge them into the catalogues, compile these, say what is untranslated
	@$(BIN)/python tools/translations.py update
	@$(BIN)/python tools/translations.py compile
	@$(BIN)/python tools/translations.py check

lock: install $(DEV) ## Choose the versions anew (UPGRADE=1 takes the newest) and write both locks
	@tools/lock $(BIN) $(if $(UPGRADE),--upgrade)

clean: ## Remove what was made, but never instance/
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find core plugins tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- the environment -------------------------------------------------------------------------------

# Made from nothing when its lock has changed, so that what the lock no longer names is gone.
$(RUNTIME):
	@python=$$(PYTHON="$(PYTHON)" tools/find-python) || exit 1; \
	echo "Making $(VENV) with $$python"; \
	"$$python" -m venv --clear $(VENV)
	@$(PIP) install -qq --require-hashes -r requirements.lock
	@touch $@

$(BIN)/prospecto: pyproject.toml $(RUNTIME)
	@$(PIP) install -qq --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): $(RUNTIME)
	@echo "Installing the tools for tests and checks"
	@$(PIP) install -qq --require-hashes -r requirements-dev.lock
	@rm -f $(VENV)/.dev-*
	@touch $@

$(VENV)/.catalogs: $(CATALOGS) $(BIN)/prospecto
	@$(BIN)/python tools/translations.py compile
	@touch $@
