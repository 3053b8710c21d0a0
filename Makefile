# The only entry: `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test test-quick test-build faults check format build release dist install uninstall wheel deb docs bench bench-clusters \
	bench-page bench-errors bench-usage clean deps check-deps test-deps test-python test-page test-metrics screenshots build-tested test-wheel test-deb clusters-up clusters-down test-clusters

SWIFT ?= swift
PREFIX ?= $(HOME)/.local
# Debug builds are what demo and test share: one build, minutes on a small machine.
DEBUG_BIN := .build/debug/jobmon

help: ## what one can type here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */\1\t/' | awk -F'\t' '{printf "  make %-13s %s\n", $$1, $$2}'
	@echo "The first build takes 6 (make demo) to 15 minutes on two cores, and 2 to 3 GB in .build; later ones are quick."

deps: ## installs what is missing (Debian packages when root or sudo is there, else says what to install)
	@scripts/install-deps.sh

test-deps:
	@scripts/install-deps.sh tests

build: deps ## builds the executable for this machine, with checks on (debug)
	$(SWIFT) build --product jobmon

demo: build ## five real jobs, two of which fail: how it looks
	@demo/run.sh $(DEBUG_BIN)

# What is tested: the debug build, or with CONFIGURATION=release that for use, which is then built once for both.
CONFIGURATION ?= debug
export CONFIGURATION
# Tests look at what is internal. What is installed is compiled in the same way, so that it is what was tested.
RELEASE_FLAGS = -c release -Xswiftc -enable-testing

test-build: test-deps
	$(SWIFT) build $(if $(filter release,$(CONFIGURATION)),$(RELEASE_FLAGS)) --build-tests

test: test-build ## every test but those that want a real cluster (test-clusters)
	@scripts/run-tests.sh all

test-quick: test-build ## the rules and the command line: what to run after each change, in three minutes
	@scripts/run-tests.sh quick

test-python: test-deps build ## the tests of the Python package, under each Python that is here
	@JOBMON_EXECUTABLE="$${JOBMON_EXECUTABLE:-$(CURDIR)/$(DEBUG_BIN)}" scripts/test-python.sh

test-page: test-deps build-tested ## the tests of the page, in Debian's Chromium, which they install
	@scripts/test-page.sh

test-metrics: test-deps build-tested ## checks the metrics of a real monitor, and the files of docs/monitoring, with promtool
	@scripts/test-metrics.sh

screenshots: build-tested ## takes the pictures of the page for the README into docs/images
	@scripts/make-screenshots.sh

# The executable that tests use; JOBMON_EXECUTABLE names another.
build-tested:
	@[ -n "$$JOBMON_EXECUTABLE" ] || $(MAKE) $(if $(filter release,$(CONFIGURATION)),release,build)

clusters-up: ## brings up a real Slurm and a real Grid Engine on this machine (Debian 12, root): clusters/README.md
	@clusters/slurm/up.sh
	@clusters/sge/up.sh

clusters-down: ## takes both down; what they recorded stays for the next time
	@clusters/slurm/down.sh
	@clusters/sge/down.sh

test-clusters: test-build ## the tests that want a real Slurm and a real Grid Engine, with both of them
	@clusters/with.sh bash -c 'scripts/run-tests.sh clusters && scripts/test-page.sh test_cluster'

faults: test-deps ## kill -9 of everything, at random, 100 times, for minutes; wants the machine for itself
	$(SWIFT) build --build-tests
	JOBMON_TEST_KILL_JOBS=2000 JOBMON_TEST_KILL_ROUNDS=20 $(SWIFT) test --skip-build --disable-xctest --no-parallel --filter FaultTests

check-deps:
	@scripts/install-deps.sh check

check: check-deps ## format, layers, sources, documents, the Python package, shell scripts
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Examples benchmarks/JobmonBench
	@scripts/check-layers.sh
	@scripts/check-source.sh
	@scripts/list-assets.py --check
	@scripts/check-docs.sh
	@scripts/check-python.sh
	@scripts/check-shell.sh

format: ## formats the sources in place
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests Examples benchmarks/JobmonBench

release: deps ## builds the executable for use, optimised; `dist` makes one file of it
	$(SWIFT) build $(RELEASE_FLAGS) --product jobmon

dist: release ## builds dist/jobmon, which needs no shared library: one file for any node
	@SWIFT="$(SWIFT)" scripts/link-static.sh jobmon JobmonCLI dist/jobmon
	@scripts/show-start.sh dist/jobmon

# Each file that `install` puts under PREFIX, which `uninstall` removes. DESTDIR is for who packages it.
INSTALLED := bin/jobmon share/man/man1/jobmon.1 share/bash-completion/completions/jobmon \
	share/zsh/site-functions/_jobmon share/fish/vendor_completions.d/jobmon.fish

install: dist ## installs dist/jobmon in PREFIX/bin (default ~/.local/bin), with man page and completions
	install -d $(foreach file,$(INSTALLED),"$(DESTDIR)$(PREFIX)/$(dir $(file))")
	install -m 755 dist/jobmon "$(DESTDIR)$(PREFIX)/bin/jobmon"
	install -m 644 docs/man/jobmon.1 "$(DESTDIR)$(PREFIX)/share/man/man1/jobmon.1"
	dist/jobmon completions bash >"$(DESTDIR)$(PREFIX)/share/bash-completion/completions/jobmon"
	dist/jobmon completions zsh >"$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_jobmon"
	dist/jobmon completions fish >"$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/jobmon.fish"
	@echo "installed $(DESTDIR)$(PREFIX)/bin/jobmon, its man page, and completions for bash, zsh and fish"

uninstall: ## removes what install put under PREFIX
	rm -f $(foreach file,$(INSTALLED),"$(DESTDIR)$(PREFIX)/$(file)")

wheel: dist ## builds dist/jobmon-*.whl for pip: the Python package, and the executable with it
	@scripts/install-deps.sh wheel
	@scripts/make-wheel.sh

test-wheel: wheel ## installs the wheel under each Python from 3.8 to 3.13 that is here, and runs programs with it
	@scripts/test-wheel.sh

deb: dist ## builds Debian packages: dist/jobmon_*.deb, and dist/python3-jobmon_*.deb
	@scripts/install-deps.sh deb
	@scripts/make-deb.sh

test-deb: deb ## installs the Debian packages into an empty root, uses all that they bring, removes them
	@scripts/install-deps.sh deb-tests
	@scripts/test-deb.sh

docs: deps ## the library's documentation into dist/docs, and the man page from the command line's parser
	$(SWIFT) package --allow-writing-to-directory dist/docs generate-documentation --target Jobmon --output-path dist/docs --transform-for-static-hosting --warnings-as-errors
	$(SWIFT) build --product jobmon
	@SWIFT="$(SWIFT)" scripts/make-man.sh docs/man

# What is measured is what is installed. BENCH_OPTIONS: see benchmarks/all.sh.
BENCH_JOBMON ?= dist/jobmon
BENCH_OPTIONS ?= --markdown .build/bench/table.md

bench: dist ## every figure against its limit or peer, in one table (half an hour, wants the machine for itself)
	$(SWIFT) build $(RELEASE_FLAGS) --product JobmonBench
	@benchmarks/all.sh $(BENCH_OPTIONS) $(BENCH_JOBMON)

bench-clusters: dist ## 1,000 jobs on a real Slurm and a real Grid Engine, against bare submits (needs root)
	clusters/with.sh benchmarks/clusters.py $(BENCH_JOBMON)

# BENCH_PAGE_OPTIONS: see benchmarks/page.py.
bench-page: dist ## the web page at a ledger of 1,000,000 jobs in headless Chromium, in one table (half an hour, wants the machine for itself)
	$(SWIFT) build $(RELEASE_FLAGS) --product JobmonBench
	@scripts/install-browser.sh
	@mkdir -p .build/bench && rm -f .build/bench/page.jsonl
	@.build/browser/bin/python benchmarks/page.py --rows .build/bench/page.jsonl $(BENCH_PAGE_OPTIONS) $(BENCH_JOBMON)
	@benchmarks/table.py .build/bench/page.jsonl .build/bench/page.md

bench-errors: deps ## how well errors are grouped by cause, and how fast, against Drain3 (PyPI): Tests/Corpus
	$(SWIFT) build $(RELEASE_FLAGS) --product JobmonBench
	@benchmarks/errors.py $(ERRORS_OPTIONS)

# BENCH_USAGE_OPTIONS: see benchmarks/usage.py.
bench-usage: dist ## how well jobmon usage recommends requests: nine real programs, inputs of varied sizes (ten minutes)
	@scripts/install-deps.sh bench-usage
	@benchmarks/usage.py $(BENCH_USAGE_OPTIONS) $(BENCH_JOBMON)

clean: ## removes what builds made
	rm -rf .build dist
