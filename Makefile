# Every task of the project. `make help` lists them.
PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
# --no-compile: Python compiles a module when it is first imported, which halves the time of the install.
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --no-compile

# Whatever the shell says: without compiled code beside the sources every process would compile TensorFlow anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test nightly check bench messages install clean

help:  ## list the tasks
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

run: $(VENV)/app.ok  ## install what is missing and open the app in the browser
	$(BIN)/streamlit run streamlit_app.py --server.address $${STREAMLIT_SERVER_ADDRESS:-127.0.0.1} --server.port $(PORT) --server.fileWatcherType none

install: $(VENV)/app.ok  ## make .venv with what the app needs, and nothing else

# More processes than two cores: a test that waits for a server, a browser or a worker leaves its core to another.
WORKERS ?= 4
PYTEST := $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=15

test: $(VENV)/dev.ok  ## install what the tests need, a browser included, and run all but the nightly ones
	$(BIN)/python tests/browser.py
	$(PYTEST)

nightly: $(VENV)/dev.ok  ## the tests that repeat: thousands of damaged files, kills at many moments, 1,000 examples of each law
	$(BIN)/python tests/browser.py
	$(PYTEST) -m "nightly or hypothesis" --hypothesis-profile=nightly

check: $(VENV)/dev.ok  ## ruff on everything, mypy --strict on core
	$(BIN)/ruff check .
	$(BIN)/mypy

messages: $(VENV)/dev.ok  ## bring the Chinese catalogue up to date and name what is still English
	$(BIN)/python tests/messages.py

bench: $(VENV)/dev.ok  ## measure what the documents claim; prints ratios
	$(BIN)/python -m bench

clean:  ## remove .venv and caches; data in .limelight stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/app.ok: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	  { echo "Limelight needs Python 3.11. Name it with: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Installing into $(VENV), about one minute the first time ..."
	$(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/dev.ok: $(VENV)/app.ok requirements-dev.txt
	$(PIP) -r requirements-dev.txt
	@touch $@
