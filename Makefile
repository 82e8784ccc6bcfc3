PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DONE   := $(VENV)/.installed
CLIENT := $(VENV)/.spark
SPARK  := .venv-spark
SERVER := $(SPARK)/.installed
PIP    := -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK   := uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

.PHONY: run install test test-long test-all test-spark spark check bench lock translations clean

run: install            ## set up everything and start Treue on http://127.0.0.1:8000
	@$(BIN)/treue up --demo

install: $(DONE)        ## make .venv with every dependency, by hash

$(DONE): requirements/run.txt requirements/dev.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP) -r requirements/run.txt -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(DONE)

spark: $(CLIENT)        ## add what it takes to reckon on a Spark cluster (TREUE_ENGINE)

$(CLIENT): $(DONE) requirements/spark.txt
	$(BIN)/python $(PIP) -r requirements/spark.txt
	@touch $(CLIENT)

# A whole Spark, 480 MB, to start a cluster of; it needs Java 17.
$(SERVER): requirements/spark-build.txt requirements/spark-server.txt
	@test -x $(SPARK)/bin/python || $(PYTHON) -m venv $(SPARK)
	$(SPARK)/bin/python $(PIP) -r requirements/spark-build.txt
	$(SPARK)/bin/python $(PIP) --no-build-isolation -r requirements/spark-server.txt
	@touch $(SERVER)

test: install           ## the tests, on real PostgreSQL; in a browser where Chromium is installed
	$(BIN)/python -m pytest -n 2 -m "not long and not browser and not spark" $(ARGS)
	$(BIN)/python -m pytest -n 2 -m "not long and browser" $(ARGS)

test-long: install      ## the trials that take longer
	$(BIN)/python -m pytest -n 2 -m "long and not browser and not spark" $(ARGS)
	$(BIN)/python -m pytest -n 2 -m "long and browser" $(ARGS)

test-all: install       ## those and these, in two runs
	$(BIN)/python -m pytest -n 2 -m "not browser and not spark" $(ARGS)
	$(BIN)/python -m pytest -n 2 -m browser $(ARGS)

test-spark: $(CLIENT) $(SERVER) ## the same figures from a real Spark cluster as from DuckDB
	TREUE_SPARK=required $(BIN)/python -m pytest -m spark tests/spark $(ARGS)

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
	for part in run dev spark spark-build spark-server; do $(LOCK) requirements/$$part.in -o requirements/$$part.txt || exit 1; done
