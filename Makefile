# Two commands are enough on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
PORT ?= 8000
# `make run MODELS=0` leaves out torch and transformers, which only a Hugging Face model in place of the shipped one needs.
MODELS ?= 1
TEST_PROCESSES ?= 3
BIN := .venv/bin
comma := ,
EXTRAS := train,eval,discord,llm,mcp,faiss,dev$(if $(filter 1,$(MODELS)),$(comma)models)
STAMP := .venv/installed-$(MODELS)

# pip need not compile thousands of files that nobody imports: each is compiled when it is imported first.
export PYTHONDONTWRITEBYTECODE =

.PHONY: run test install compiled lint types layers unit sample format eval bench train browser clean

run: install
	@exec env ASSISTANT_PORT=$(PORT) $(BIN)/assistant serve

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is %d.%d" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --constraint constraints.txt --editable '.[$(EXTRAS)]'
	@touch $@

# Fetching waits for the network; tests wait for processes that start and stop as often as they compute: other work runs beside both.
test:
	@$(MAKE) --no-print-directory --jobs=2 install browser
	@$(MAKE) --no-print-directory --jobs=2 types compiled lint layers
	@$(MAKE) --no-print-directory --jobs=2 unit sample

# What the tests import is compiled once, and not by each of their processes at the same time.
compiled:
	@said=$$($(BIN)/python -m pytest --collect-only --quiet 2>&1) || { echo "$$said" | tail -n 60; exit 1; }

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

layers:
	$(BIN)/lint-imports

# One thread each: the processes have the cores among them already, and threads that wait for each other's turn take many times as long.
unit: export OMP_NUM_THREADS = 1
unit:
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder || { \
	  echo "WARNING: what failed runs once more, alone: a busy machine fails what waits for seconds"; \
	  $(BIN)/python -m pytest --last-failed --last-failed-no-failures none; }

sample: export OMP_NUM_THREADS = 1
sample:
	$(BIN)/python -m eval --sample --check

# Chromium for the browser tests, where this may be installed; elsewhere they are skipped, and say so.
browser:
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	  else echo "WARNING: no chromium: the browser tests will be skipped"; fi; }

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

eval: install
	$(BIN)/python -m eval

bench: install
	$(BIN)/python -m eval.bench

train: install
	$(BIN)/python -m models.risk.train
	$(BIN)/python -m models.embedder.train
	$(BIN)/python -m models.advertising.train

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis dist eval/out
