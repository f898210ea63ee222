# make run    trains, judges and pushes a model on the sample data
# make test   all tests, end to end ones included (`make test-quick` leaves the slow ones out)
# make check  formatting, lint, types, layers
# make airflow  installs Airflow beside the pipeline; `make test-airflow` runs the pipeline on it
# make prism  builds Prism, Beam's portable runner, with Go; the tests then run the data stages on it
# make lock   resolves requirements.in into requirements.txt, and Airflow's likewise

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed-$(shell sha256sum requirements.txt 2>/dev/null | cut -c1-16 || shasum -a 256 requirements.txt | cut -c1-16)
AIRFLOW_STAMP := .airflow/.installed
PRISM := .prism/prism

.PHONY: run test test-quick test-airflow check format airflow prism lock install clean

run: install
	$(BIN)/python pipeline_runner.py run

test: install
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-quick: install
	$(BIN)/python -m pytest -m "not slow and not e2e"

test-airflow: install airflow
	$(BIN)/python -m pytest tests/e2e/test_airflow.py

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

install: $(STAMP)

# The stamp carries the lock's digest: a changed lock is installed, an unchanged one is not asked about.
$(STAMP): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else "Graft needs Python 3.11; this is " + sys.version.split()[0] + ". Say which one to use: make PYTHON=/path/to/python3.11 <target>")'
	@# An interrupted make leaves a python without pip, or half a pip; its record is written last.
	$(BIN)/python -m pip show --quiet pip >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.txt
	rm -f $(VENV)/.installed-*
	touch $@

airflow: $(AIRFLOW_STAMP)

$(AIRFLOW_STAMP): requirements-airflow.txt
	$(PYTHON) -m venv --clear .airflow
	.airflow/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-airflow.txt
	touch $@

prism: $(PRISM)

# Version and digests of all that goes in are those of go.mod and go.sum; -mod=readonly takes nothing else.
$(PRISM): tests/e2e/prism/go.mod tests/e2e/prism/go.sum
	@command -v go >/dev/null || { echo "Prism is built with Go, which is not installed." >&2; exit 1; }
	cd tests/e2e/prism && GOFLAGS=-mod=readonly go build -trimpath -o $(CURDIR)/$@ github.com/apache/beam/sdks/v2/go/cmd/prism
	touch $@

lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet uv
	.venv-lock/bin/uv pip compile --quiet --no-header --python-version 3.11 requirements.in --override overrides.txt -o requirements.txt
	.venv-lock/bin/uv pip compile --quiet --no-header --python-version 3.11 requirements-airflow.in -o requirements-airflow.txt
	rm -rf .venv-lock

clean:
	rm -rf $(VENV) .airflow .prism workspace .pytest_cache .mypy_cache .ruff_cache
