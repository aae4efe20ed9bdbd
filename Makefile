# Everything a newcomer runs. Needs python 3.11 or newer and make; the rest is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest -q

PROMPT ?= a red bicycle

unexport PYTHONDONTWRITEBYTECODE  # the tests start many processes, which must not all compile the bot anew

# A test can be late where four at a time share a busy machine, which says nothing of the bot: it may try once more, alone.
define crowded
@$(PYTEST) -n 4 --dist worksteal -m "not timing" $(1) || { test $$? -eq 1 && \
	echo "=== SECOND RUN: what failed beside the other tests, once more and by itself ===" && \
	$(PYTEST) --last-failed --last-failed-no-failures none -m "not timing" $(1) -n 0 $(2) && \
	echo "=== THE TESTS ABOVE FAILED BESIDE THE OTHERS AND PASSED ONLY ALONE ==="; }
endef

.PHONY: run sandbox-once test check bench format screenshots lock clean

run: $(VENV)/installed  ## run the bot: for real with Slack tokens in .env, else in the sandbox
	@$(BIN)/python -m bot serve --or-sandbox

sandbox-once: $(VENV)/installed  ## make one image in the sandbox and end: make sandbox-once PROMPT="a red bicycle"
	@$(BIN)/python -m bot sandbox --once "$(PROMPT)"

test: $(VENV)/installed-dev  ## the whole test suite, or a part of it: make test ARGS=tests/core
	$(call crowded,$(ARGS))
	$(if $(ARGS),,$(PYTEST) -m timing)

check: $(VENV)/installed-dev  ## style, types, architecture, tests with coverage
	$(BIN)/ruff format --check bot tests
	$(BIN)/ruff check bot tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(call crowded,--cov --cov-report=,--cov-append)
	$(PYTEST) -m timing --cov --cov-append --cov-report=term --cov-fail-under=95

bench: $(VENV)/installed-dev  ## the bot beside two naive ones, as a table, or a part of it: make bench ARGS="--row 1"
	$(BIN)/python -m tests.bench $(ARGS)

format: $(VENV)/installed-dev
	$(BIN)/ruff format bot tests
	$(BIN)/ruff check --fix bot tests

screenshots: $(VENV)/installed-dev  ## take the README's pictures of the sandbox's page anew (needs Chromium)
	$(BIN)/python -m tests.browser.screenshots docs

lock:  ## pin the newest versions that pyproject.toml admits (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --upgrade --no-emit-index-url --no-header --no-annotate \
		--no-emit-package pip pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --upgrade --no-emit-index-url --no-header --no-annotate \
		--group dev -c requirements.txt -o requirements-dev.txt

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Bloom for Slack needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python could not make the environment; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
