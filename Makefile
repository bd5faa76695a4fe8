# Two commands do everything: `make demo` and `make test`. All take PORT= and DATA=; `make test K=word` runs some tests.
PORT ?= 8000
DATA ?= data
HOST ?= 127.0.0.1
SECONDS ?= 3600
K ?=
# One more than the cores that CI has: tests wait for databases, children and browsers a fifth of their time.
WORKERS ?= 3
# Debian's own Python where it makes environments: compiled by profile, it takes a seventh less time than a plain build.
PYTHON ?= $(shell /usr/bin/python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo /usr/bin/python3 || echo python3)
BIN := .venv/bin


.PHONY: demo run test test-all quick check join bench soak screenshots lock clean

demo: .venv/.ready
	$(BIN)/manyidu demo --data $(DATA) --host $(HOST) --port $(PORT)

run: .venv/.ready
	$(BIN)/manyidu serve --data $(DATA) --host $(HOST) --port $(PORT)

test: .venv/.ready-dev
	scripts/install-tools test
	$(MAKE) --no-print-directory check
	$(BIN)/pytest -n $(WORKERS) $(if $(K),-k '$(K)')

# The whole suite on both databases; test leaves out the second one where a test only reads and renders.
test-all: .venv/.ready-dev
	scripts/install-tools test
	$(MAKE) --no-print-directory check
	$(BIN)/pytest -n $(WORKERS) --all-databases

# Lint, types and the tests that need no database, browser or server: under a minute, to be run before every commit.
quick: .venv/.ready-dev
	$(MAKE) --no-print-directory check
	$(BIN)/pytest -q -n 2 -m pure

check: .venv/.ready-dev
	$(BIN)/ruff check . scripts/draw-state-machines scripts/extract-sentences scripts/vendor-assets
	$(BIN)/ruff format --check . scripts/draw-state-machines scripts/extract-sentences scripts/vendor-assets
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint app/templates --quiet --lint
	scripts/install-tools join
	$(BIN)/python -m scripts.join_assets --check

# After a change of what a phone fetches: joins the booth's scripts and styles and makes them small.
join: .venv/.ready-dev
	scripts/install-tools join
	$(BIN)/python -m scripts.join_assets

bench: .venv/.ready-dev
	scripts/install-tools bench
	$(BIN)/python -m bench

# Attacks 100,000 random published rounds; SECONDS= bounds it.
soak: .venv/.ready-dev
	$(BIN)/python -m bench.soak --seconds $(SECONDS)

screenshots: .venv/.ready-dev
	scripts/install-tools screenshots
	$(BIN)/python -m scripts.pictures
	$(BIN)/python -m scripts.pictures.reports

# Resolves the newest versions allowed by pyproject.toml and records their hashes.
lock:
	$(PYTHON) -m venv .venv/lock && .venv/lock/bin/pip install --quiet uv
	.venv/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra install pyproject.toml -o requirements.lock
	.venv/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra install --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

.venv/bin/pip:
	scripts/install-tools python
	$(PYTHON) -m venv .venv

.venv/.ready: .venv/bin/pip requirements.lock pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/.ready-dev: .venv/.ready requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

clean:
	rm -rf .venv
