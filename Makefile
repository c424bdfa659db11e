# Everything that is done by hand here has a name; `make setup` is the root of all of it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
.DEFAULT_GOAL := help
.PHONY: help setup jail chromium grade test check lint fix prove bench hostile soak browser docs clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: $(STAMP) jail  ## environment and, where it can be installed, the jail

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "setup: Python 3.11 or newer is needed  [E-SETUP]"; echo "  help: make setup PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "setup: this Python cannot make environments  [E-SETUP]"; \
	  echo "  help: apt-get install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt 'torch==2.13.0'
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[staff,dev]'
	@touch $@

jail: $(STAMP)
	@./tools/install bwrap bubblewrap
	@command -v bwrap >/dev/null || echo "setup: no bubblewrap; grading goes on at level 'container'. $(BIN)/grade doctor tells more"

grade: setup  ## grade the sample hand-ins, and make the student kits
	$(BIN)/grade submissions/ --rubric hw5.yaml --out out/hw5
	$(BIN)/grade submissions/ --rubric a4.yaml --out out/a4
	$(BIN)/grade submissions/ --rubric hw12.yaml --out out/hw12
	$(BIN)/grade submissions/ --rubric hw9.yaml --out out/hw9
	@for id in hw5 a4 hw12 hw9; do $(BIN)/grade handout $$id.yaml -o out/$$id-handout.zip || exit 1; done

chromium:
	@./tools/install chromium chromium

test: setup chromium  ## all tests: facts, real jails, real browser
	$(BIN)/python -m pytest tests -n 3 --dist loadfile --no-loadscope-reorder || \
	  { echo "once more, alone: what failed beside others"; $(BIN)/python -m pytest tests --last-failed --last-failed-no-failures none; }

check: setup lint  ## the loop while working: lint, types, house rules, fast tests
	$(BIN)/python -m pytest tests -q -m "not slow"

lint: setup  ## ruff, mypy and the budgets of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.house

fix: setup  ## mend what can be mended by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

prove: setup  ## prove every rubric: full marks for what is right, the written points for every known mistake
	$(BIN)/grade prove rubrics/*.yaml

bench: setup  ## hand-ins graded by us, by pytest, and by bare calls, side by side; what a student waits for
	$(BIN)/python -m benchmarks.grading --assignment a4
	$(BIN)/python -m benchmarks.grading --assignment hw5
	$(BIN)/grade handout a4.yaml -o out/a4-handout.zip
	$(BIN)/python -m benchmarks.student out/a4-handout.zip

hostile: setup chromium  ## only the hostile and honest hand-ins, and faults of our own
	$(BIN)/python -m pytest tests/hostile -n 3 --dist loadfile --no-loadscope-reorder

soak: setup  ## thousands of mixed jobs, then a process of a run killed a hundred times: nothing wrong, nothing left
	$(BIN)/python -m benchmarks.soak --jobs 10000 --slots 4
	$(BIN)/python -m tests.hostile.kill_at_random --times 100

browser: setup chromium  ## only the tests that open pages in Chromium
	$(BIN)/python -m pytest tests/browser

docs: setup  ## write the pages that are made from the program
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.tutorial

clean:  ## remove what grading made
	rm -rf out
