# Everything starts here: `make` lists the targets. Needs Python 3.11 or newer, git and make; the rest is fetched,
# every file of it checked against the hashes in requirements/.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
# Thousands of processes start in a run of the suite: each would compile the source anew.
export PYTHONDONTWRITEBYTECODE :=

VENV ?= .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip
INTO := --python $(BIN)/python
COMPILE := $(UV) compile --quiet --universal --python-version 3.11 --generate-hashes \
           --no-header --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)

# Options of the targets: make demo KEEP=1 ENVIRONMENT=cluster; make lock UPGRADE=1; make test TESTS=tests/e2e SHARE=3/20
TESTS ?= tests
SHARE ?= commit
WORKERS ?= 5
INPUTS ?= 100000
ROUNDS ?= 10
SEED ?= 1
COUNT ?= 300
PARTED = $(BIN)/pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder
INSTALLED := $(if $(wildcard $(VENV)/.test),$(VENV)/.test,$(VENV)/.demo)

.PHONY: help
help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(if $(ENVIRONMENT),servers,$(INSTALLED))  ## Run the whole loop on this machine (ENVIRONMENT=cluster, ray: real engines; gitea: a forge)
	@$(BIN)/$(if $(ENVIRONMENT),python -m tests.demo $(ENVIRONMENT),setpoint demo) $(if $(KEEP),--keep)

.PHONY: check
check: $(VENV)/.test  ## Format, lint, types, layers, unit and house tests: about 80 seconds
	$(eval BEGAN := $(shell date +%s.%N))
	@$(MAKE) --no-print-directory --jobs 3 --output-sync=target check-core check-world check-runners
	@$(BIN)/python -m tests.times check $(BEGAN)

# Processes that each collect their own tests: the workers of one pool would each collect all. The second waits a lot.
SWIFT = $(BIN)/pytest -q -m "not slow"
CORE := tests/unit/reconciler
WORLD := $(addprefix $(CORE)/,git lease loop providers status watched)
.PHONY: check-core check-world check-runners
check-core:
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy reconciler runners
	@$(BIN)/lint-imports --no-logo
	@$(SWIFT) $(CORE) $(addprefix --ignore=,$(WORLD))
check-world:
	@$(SWIFT) $(WORLD)
check-runners:
	@$(SWIFT) --ignore=$(CORE) tests/unit tests/house

.PHONY: servers
servers: $(VENV)/.test  ## Build the servers that the tests need, once for this machine
	@$(BIN)/python -m tests.servers

.PHONY: test
test: servers  ## Run the tests, and of sweeps, long plays and engines the share that the commit's id chooses (SHARE=3/20)
	@$(PARTED) --tries 2 --share $(SHARE) $(if $(filter tests,$(TESTS)),--times .bench/test.json) $(TESTS)

.PHONY: deep
deep: servers  ## Run every test and all of every sweep, and 100,000 random inputs: before a release
	@$(PARTED) --share all --times .bench/deep.json $(TESTS)
	@time $(BIN)/python -m tests.fuzz --inputs $(INPUTS)

.PHONY: flaky
flaky: servers  ## Run what is bound to the clock ten times over (ROUNDS=10): none of it may fail
	@for round in $$(seq $(ROUNDS)); do \
	    echo "round $$round of $(ROUNDS)"; $(PARTED) -q -m timing --share $$(( (round - 1) % 8 + 1 ))/8 $(TESTS); \
	done

.PHONY: matrix
matrix: $(VENV)/.test  ## Run the quick tests on Python 3.11 to 3.14, in environments of their own (PYTHONS="3.12 3.13")
	@$(BIN)/python -m tests.matrix $(PYTHONS)

.PHONY: durations
durations: $(VENV)/.test  ## Show what took longest in the last `make test`, and write it to tests/durations.md
	@$(BIN)/python -m tests.times

.PHONY: shares
shares: $(VENV)/.test  ## Tell what each share of `make test` would take, by tests/durations.md
	@$(BIN)/pytest tests --collect-only --quiet --quiet --estimates

.PHONY: bench
bench: $(if $(SERVERS),servers,$(VENV)/.test)  ## Measure daemon, jobs and endpoint, to .bench/ (QUICK=1: a part; SERVERS=1: real engines)
	@QUICK=$(QUICK) SERVERS=$(SERVERS) $(BIN)/python -m tests.bench

.PHONY: worth
worth: $(VENV)/.test  ## Play policies of retraining on data with time in it, to docs/worth.md (TABLE, TIME, TARGET: on yours)
	@$(BIN)/python -m tests.worth $(if $(TABLE),--table "$(TABLE)" --time "$(TIME)" --target "$(TARGET)" $(if $(LAG),--lag $(LAG)) $(if $(CHUNKS),--chunks $(CHUNKS)))

.PHONY: fuzz
fuzz: $(VENV)/.test  ## Put 100,000 random inputs to all that takes any: five minutes (INPUTS=N: another number)
	@$(BIN)/python -m tests.fuzz --inputs $(INPUTS)

.PHONY: mutants
mutants: $(VENV)/.test  ## Put 300 faults into a copy of the source: the quick tests find nine of ten (SEED, COUNT, ONLY)
	@$(BIN)/python -m tests.mutants --seed $(SEED) --count $(COUNT) --workers $(WORKERS) --only "$(ONLY)" $(if $(LINE),--line $(LINE)) $(if $(CHECKED),--checked)

.PHONY: format
format: $(VENV)/.test  ## Format the code and fix what lint can fix
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --fix .

.PHONY: schemas
schemas: $(INSTALLED)  ## Write schemas/ from the models
	@$(BIN)/setpoint schema --write schemas

.PHONY: reference
reference: $(VENV)/.test  ## Write the reference anew from the code, to docs/reference/
	@PYTHONPATH=. $(BIN)/python docs/reference_pages.py

.PHONY: docs
docs: $(VENV)/.test  ## Build the documentation into site/
	@$(BIN)/mkdocs build --strict

.PHONY: lock
lock: $(BIN)/uv  ## Resolve requirements/*.txt again (UPGRADE=1: to the newest versions)
	@$(COMPILE) pyproject.toml --extra local --extra monitor --extra web --group build --group slim -o requirements/demo.txt
	@$(COMPILE) pyproject.toml --constraints requirements/demo.txt -o requirements/daemon.txt
	@printf '%s\n' hatchling setuptools | $(COMPILE) - --constraints requirements/demo.txt -o requirements/build.txt
	@$(COMPILE) pyproject.toml --extra local --extra monitor --extra torch --extra lakefs --extra lakehouse --extra ray --extra streams --extra web --group build \
	    --group slim --group dev --constraints requirements/demo.txt -o requirements/test.txt
	@$(COMPILE) pyproject.toml --extra kubernetes --extra forges --extra web --extra lakefs --constraints requirements/test.txt -o requirements/image.txt
	@$(COMPILE) --group servers -o requirements/servers.txt
	@$(COMPILE) --group mlserver -o requirements/mlserver.txt
	@$(COMPILE) --group formats -o requirements/formats.txt
	@$(COMPILE) --no-config requirements/label-studio.in -o requirements/label-studio.txt
	@echo uv | $(COMPILE) - --constraints requirements/demo.txt -o requirements/uv.txt

.PHONY: images
images: $(INSTALLED)  ## Write the container images of daemon and runners to dist/, as OCI layouts (KEY=path: signed)
	@for image in daemon runners; do \
	    rm -rf dist/$$image; $(BIN)/python -m deploy.images make $$image dist/$$image --revision "$$(git rev-parse HEAD)"; \
	    $(if $(KEY),$(BIN)/python -m deploy.images sign dist/$$image --key "$(KEY)";) \
	done

.PHONY: clean
clean:  ## Remove the environment, the caches and what was built
	@rm -rf $(VENV) .bench build dist site .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. A stamp says which lock it holds. The test lock is a superset of the demo's with the same versions,
# so `demo` takes the environment as it is when the tests have made theirs already.
$(BIN)/uv:
	@python=$$(requirements/find-python); \
	    echo "setpoint: making $(VENV) with $$($$python --version)" >&2; \
	    $$python -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt

$(VENV)/.demo $(VENV)/.test: $(VENV)/.%: requirements/%.txt pyproject.toml | $(BIN)/uv
	@[ ! -L $(VENV) ] || { echo "setpoint: $(VENV) is a link: this would install into another checkout" >&2; exit 1; }
	@echo "setpoint: installing $< (the first time takes minutes)" >&2
	@$(UV) sync --quiet --compile-bytecode $(INTO) --require-hashes --build-constraints $< $<
	@$(UV) install --quiet $(INTO) --no-deps --no-build-isolation --offline --editable .
	@touch $@
