# `make` lists the targets. All it takes is a Python 3.11, 3.12 or 3.13 and a package index.
#
#   PYTHON=python3.12      the interpreter to make .venv with
#   ARGS="-k wer"          more arguments for pytest, DVC or the bench

PYTHON ?=
ARGS ?=
VENV := .venv

export PYTHON
# The stages of dvc.yaml say `python`: that must be the one in .venv.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Relative, so that an experiment in a temporary checkout imports its own code, not this tree's.
export PYTHONPATH := src
# `uv run` would make every Ray worker build an environment of its own.
export RAY_ENABLE_UV_RUN_RUNTIME_ENV := 0
export RAY_USAGE_STATS_ENABLED := 0
export DVC_NO_ANALYTICS := 1
export HF_HUB_DISABLE_TELEMETRY := 1
# DVC asks for the name of the user; where a container's user has none, the number will do.
ifndef USER
export USER := $(shell id -u)
endif

.DEFAULT_GOAL := help
.PHONY: help environment repro bench calibrate capacity validate servers peers test check format lock clean
# Two targets at once would fight for DVC's lock and spoil each other's timings, also under -j.
.NOTPARALLEL:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

environment: ## make .venv from requirements.lock
	@sh tools/environment.sh

repro: environment ## run the comparison: dvc repro
	@$(VENV)/bin/python -m dvc repro $(ARGS)

bench: environment ## compare real Whisper models and policies on real speech
	@$(VENV)/bin/python -m lab.bench $(ARGS)

calibrate: environment ## measure this machine for clock=profile
	@$(VENV)/bin/python -m lab.calibration $(ARGS)

capacity: environment ## find how many calls at once one worker carries
	@$(VENV)/bin/python -m lab.capacity $(ARGS)

validate: environment ## hold the virtual clock to the wall's, in real time
	@$(VENV)/bin/python -m lab.validation $(ARGS)

servers: environment ## measure servers of other projects beside our policies, in real time
	@$(VENV)/bin/python -m lab.servers $(ARGS)

peers: environment ## make the environments of servers of other projects, some GB
	@$(VENV)/bin/python -m lab.servers.environments $(ARGS)

test: environment ## run the tests
	@sh tools/peers.sh
	@$(VENV)/bin/python -m pytest --numprocesses logical --maxprocesses 4 \
		--dist loadfile --no-loadscope-reorder $(ARGS)

check: environment ## run the linter, the format check and the type check
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

format: environment ## put the code into shape
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

lock: environment ## pin the packages anew (ARGS=--upgrade for the newest)
	@sh tools/lock.sh $(ARGS)

clean: ## remove .venv and the caches of the tools; data and results stay
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
