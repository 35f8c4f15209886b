# Targets: run, test, lint, engines, lab, kernels, coverage, mutants, bench, clean. Only engines and lab need root.
#   make run ARGS="--require linux/arm64"
#   make test PYTEST_ARGS="-k binfmt -n auto"
#   make test PYTHON=/opt/python/bin/python3.12

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
PYTEST_ARGS ?=

.PHONY: run test lint engines lab kernels coverage mutants bench clean
.DELETE_ON_ERROR:

# Status 1 means that the host has findings; that is an answer and not a failure of make.
run: $(VENV)/.ready-run
	@$(BIN)/qemu-doctor $(ARGS) || { status=$$?; [ $$status -eq 1 ] || exit $$status; }

test: $(VENV)/.ready-dev
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.ready-dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

engines: $(VENV)/.ready-dev
	$(BIN)/python -m pytest --engines tests/engines $(PYTEST_ARGS)

# Breaks hosts in every known way, and writes what became of it into docs/fault-laboratory.md.
lab: $(VENV)/.ready-dev
	$(BIN)/python -m tests.lab.table

# Other kernels than this machine's: fetched by apt with state of their own, booted by QEMU or as ordinary processes.
kernels: $(VENV)/.ready-dev
	$(BIN)/python -m pytest --kernels tests/kernels $(PYTEST_ARGS)

# Every branch of the model of the kernel is taken by its tests.
coverage: $(VENV)/.ready-dev
	$(BIN)/python -m coverage run --data-file=.coverage.kernel --branch --source=qemudoctor.kernel -m pytest tests/kernel
	$(BIN)/python -m coverage report --data-file=.coverage.kernel --fail-under=100

# Every change of the model is noticed by its tests, or explained: make mutants ARGS="register script"
mutants: $(VENV)/.ready-dev
	$(BIN)/python -m tests.kernel.mutants $(ARGS)

bench: $(VENV)/.ready-run
	$(BIN)/python -m benchmarks $(ARGS)

clean:
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A name on PATH is not enough: version managers leave names that only print an error, and Debian ships venv apart
# from python3. So each candidate is asked for what is needed of it. A PYTHON that was given is never replaced.
SUITABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))

$(VENV)/.ready-run: pyproject.toml
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    rm -rf $(VENV); \
	    if [ -n "$$PYTHON" ]; then set -- "$$PYTHON"; else set -- python3.13 python3.12 python3.11 python3; fi; \
	    for python; do \
	        "$$python" -c '$(SUITABLE)' 2>/dev/null || continue; \
	        echo "setting up $(VENV) with $$python"; \
	        "$$python" -m venv $(VENV); \
	        break; \
	    done; \
	    [ -x $(BIN)/python ] || { \
	        echo "qemu-doctor needs Python 3.11 or newer with its venv module; looked at: $$*" >&2; \
	        echo "Debian, Ubuntu: apt install python3-venv. Elsewhere: make PYTHON=/path/to/python3.11" >&2; \
	        exit 1; \
	    }; \
	}
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready-run
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
