# The workshop: everything starts from python3.11, make and a way to PyPI.
# `.venv` gets exactly what the lock files say, hashes checked; uv itself comes out of the lock too.

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= $(shell command -v python3.11 || command -v python3)
FILE   ?=
TESTS  ?=
# In the order of the folders: the slowest files come early, and small ones fill up the end.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
# Where memory is a disk with room for them, and nobody has chosen another place, the tests work
# there: no disk decides how long they take, and nothing they prove is about a power cut.
MEMORY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 8000000 { print "/dev/shm" }')

# Without a home folder (a bare service account) the download cache lies beside what it fills.
ifeq ($(strip $(HOME)),)
export UV_CACHE_DIR := $(CURDIR)/$(VENV)/cache
endif
# The machine's own certificates, as pip takes them: many an office network inspects TLS.
ifneq ($(wildcard /etc/ssl/certs/*.crt /etc/ssl/cert.pem /etc/pki/tls/certs/*),)
export UV_SYSTEM_CERTS ?= 1
endif
export UV_LINK_MODE := copy
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Installs what one lock file lists and nothing else, then the project itself.
sync = $(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes $(1) && \
       $(BIN)/uv pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps --editable .
compile = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
          --no-emit-index-url --custom-compile-command "make lock" pyproject.toml --extra build

.DEFAULT_GOAL := help
.PHONY: help run serve test test-long test-nightly check bench pictures pictures-check lock clean
.DELETE_ON_ERROR:

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1 - /p' Makefile | awk -F ' - ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(VENV)/runtime ## the main job on a sample export, or FILE=export.xlsx
	@$(BIN)/gallra run $(if $(FILE),"$(FILE)")

serve: $(VENV)/runtime ## Prefect server, worker and all deployments on this machine
	@$(BIN)/gallra serve

ifndef TMPDIR
ifneq ($(MEMORY),)
test test-long test-nightly: export TMPDIR := $(MEMORY)
endif
endif

test: $(VENV)/dev ## the everyday suite (TESTS=tests/unit for a part)
	@$(PYTEST) -m "not long" $(TESTS)

test-long: $(VENV)/dev ## the kill sweeps and full-size runs
	@$(PYTEST) -m "long and not nightly" $(TESTS)

test-nightly: $(VENV)/dev ## the widest sweeps, an hour of them
	@$(PYTEST) -m nightly $(TESTS)

check: $(VENV)/dev ## linter, formatter, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/dev ## our import against the obvious alternative and the floor
	@$(BIN)/python -m tests.bench.run
	@$(BIN)/python -m tests.bench.startup

pictures: $(VENV)/dev ## the pictures of the pages anew, from a real run (needs Chromium)
	@$(BIN)/python -m docs.pictures.make

pictures-check: $(VENV)/dev ## which picture shows what is not so any more, and by which file
	@$(BIN)/python -m docs.pictures.freshness

lock: $(BIN)/uv ## resolve anew and write the lock files
	@$(compile) --upgrade --output-file requirements.lock
	@$(compile) --upgrade --extra dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove the environment and caches; records and keys are not touched
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/uv:
	@test -n "$(PYTHON)" || { echo "python3.11 (or newer) is needed and was not found" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@echo "Setting up $(VENV) (once)"
	@"$(PYTHON)" -m venv --clear $(VENV)
	@sed -n '/^uv==/,/^    # /p' requirements.lock > $(VENV)/uv.lock
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r $(VENV)/uv.lock

# The development lock holds all of the runtime lock: where it is installed it stays, so that
# `make run` and `make test` in turn install nothing.
$(VENV)/runtime: requirements.lock pyproject.toml | $(BIN)/uv
	@$(call sync,$(if $(wildcard $(VENV)/dev),requirements-dev.lock,requirements.lock))
	@touch $@

$(VENV)/dev: requirements-dev.lock pyproject.toml | $(BIN)/uv
	@$(call sync,requirements-dev.lock)
	@touch $(VENV)/runtime $@
