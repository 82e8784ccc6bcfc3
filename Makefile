PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DONE   := $(VENV)/.installed

.PHONY: run install test test-long check bench lock translations clean

run: install            ## set up everything and start Treue on http://127.0.0.1:8000
	@$(BIN)/treue up --demo

install: $(DONE)        ## make .venv with every dependency, by hash

$(DONE): requirements/run.txt requirements/dev.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(DONE)

test: install           ## every test, on real PostgreSQL; browser tests where Chromium is installed
	$(BIN)/python -m pytest -n 2 -m "not long and not browser" $(ARGS)
	$(BIN)/python -m pytest -n 2 -m "not long and browser" $(ARGS)

test-long: install      ## the trials that take longer
	$(BIN)/python -m pytest -m long $(ARGS)

check: install          ## format, lint, types, layers, migrations, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/treue manage makemigrations --check --dry-run
	$(BIN)/python -m treue.web.translations check

bench: install          ## measure; appends to benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks $(ARGS)

translations: install   ## collect the sentences into locale/ and compile them
	$(BIN)/python -m treue.web.translations update

lock:                   ## compile requirements/*.txt anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' requirements/run.in -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' requirements/dev.in -o requirements/dev.txt
