# SPDX-License-Identifier: Apache-2.0

# Everything is linked statically: the binary is also PID 1 of the guests.
export CGO_ENABLED = 0
GO ?= go
export GO
KERNEL ?= debian:6.12
CASES ?=

ifeq ($(origin CASE),command line)
$(error say CASES='$(CASE)': CASE is not looked at)
endif

.DEFAULT_GOAL := help
SHELL := /bin/sh
.DELETE_ON_ERROR:

version = $(shell git describe --always --dirty 2>/dev/null)

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

.PHONY: run
run: deps build ## run all cases on KERNEL (default debian:6.12); CASES selects some
	bin/klptest run --kernel $(KERNEL) $(CASES)

.PHONY: build
build: ## build bin/klptest
	$(GO) build -trimpath -buildvcs=false -ldflags '-s -w -X main.release=$(version)' -o bin/klptest ./cmd/klptest

PREFIX ?= /usr/local
bindir = $(DESTDIR)$(PREFIX)/bin
sharedir = $(DESTDIR)$(PREFIX)/share

.PHONY: install
install: build ## install the program, its man page and completions for bash, zsh and fish; PREFIX, DESTDIR
	install -D -m 755 bin/klptest $(bindir)/klptest
	mkdir -p $(sharedir)/man/man1 $(sharedir)/bash-completion/completions $(sharedir)/zsh/site-functions $(sharedir)/fish/vendor_completions.d
	bin/klptest man > $(sharedir)/man/man1/klptest.1
	bin/klptest completion bash > $(sharedir)/bash-completion/completions/klptest
	bin/klptest completion zsh > $(sharedir)/zsh/site-functions/_klptest
	bin/klptest completion fish > $(sharedir)/fish/vendor_completions.d/klptest.fish

.PHONY: test
test: deps-test check vm-test attack ## everything that CI runs: check, then the tests that boot VMs, then attack

.PHONY: check
check: build formatted ## go.mod, gofmt, vet, staticcheck, unit tests, lint of the cases, docs/coverage.md; no VM
	$(GO) mod tidy -diff
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) test -vet=off -timeout 30m ./...
	cd docs/fleet && $(GO) mod tidy -diff && $(GO) vet ./... && $(GO) test ./...
	bin/klptest check

# The gofmt that belongs to GO, which need not be on the PATH.
.PHONY: formatted
formatted:
	@wrong=$$("$$($(GO) env GOROOT)/bin/gofmt" -l .) || exit; \
	test -z "$$wrong" || { echo "gofmt -w" $$wrong >&2; exit 1; }

# What the integration tests of vm and kmods need to know about a kernel.
fetched = $$(bin/klptest kernel fetch $(KERNEL) | sed -n 's/^$(1) *//p')

# A failure of fetched above would only leave it empty.
.PHONY: fetch
fetch: deps build
	@bin/klptest kernel fetch $(KERNEL) >/dev/null

# The packages with such tests.
vm-packages = $(sort $(dir $(shell find . -name '*_integration_test.go')))

vm-env = KLPTEST_VM=1 KLPTEST_VM_KERNEL=$(call fetched,image) KLPTEST_VM_KDIR=$(call fetched,kdir) KLPTEST_VM_MODULES=$(call fetched,modules)

.PHONY: vm-test
vm-test: fetch ## the integration tests, and all cases on both Debian kernels
	$(vm-env) $(GO) test -vet=off -p 2 -count=1 -timeout 40m -run Integration $(filter-out ./cmd/klptest/,$(vm-packages))
	$(vm-env) $(GO) test -vet=off -count=1 -timeout 40m -run Integration ./cmd/klptest
	bin/klptest run --kernel debian:6.12 --kernel debian:6.1

ATTACK ?= short
.PHONY: attack
attack: fetch check ## the unit tests, then attacks by hostile cases, guests, neighbours, signals and disks; ATTACK=long takes half an hour on two quiet processors
	$(vm-env) KLPTEST_ATTACK=$(ATTACK) $(GO) test -vet=off -p 2 -count=1 -timeout 8h -v -run Attack $(vm-packages)

.PHONY: html-test
html-test: ## test the HTML report in Chromium: layout, keyboard, accessibility, speed with 10,000 results; SHOTS=DIR keeps screenshots
	@.ci/deps html
	KLPTEST_HTML=$(or $(SHOTS),1) $(GO) test -count=1 -v -run HTML ./internal/report

.PHONY: race
race: ## unit tests under the race detector
	CGO_ENABLED=1 $(GO) test -race -timeout 60m ./...

.PHONY: fuzz
fuzz: ## each fuzz test for 20 s
	.ci/fuzz 20s

.PHONY: profile
profile: deps build ## where the processor time of a case on KERNEL goes
	KLPTEST_PROFILE=1 KLPTEST_RUN_KERNEL=$(KERNEL) $(GO) test -count=1 -v -timeout 30m -run IntegrationProfile ./internal/rig

.PHONY: bench
bench: fetch ## boot, snapshot, clone, connect, one command, cases, selftests: medians and spread, beside virtme-ng if installed
	$(vm-env) $(GO) test -run '^$$' -bench Clone -benchtime 15x -timeout 30m ./vm
	$(GO) test -run '^$$' -bench 'Boot|Cloned|Guest' -benchtime 15x -timeout 60m ./internal/rig
	$(GO) test -run '^$$' -bench Suite -benchtime 5x -timeout 90m ./internal/rig
	$(GO) test -v -run '^$$' -bench . -benchtime 3x -timeout 90m ./cmd/klptest

RUNS ?= 3000

.PHONY: soak
soak: deps build ## RUNS=3000 runs of cases beside a load, stopped and continued at random, on both Debian kernels and SOURCE; 300 clones in a row; 20 random orders
	KLPTEST_VM=1 KLPTEST_SOAK=$(RUNS) KLPTEST_SOAK_KERNELS='debian:6.12 debian:6.1 $(SOURCE)' $(GO) test -count=1 -timeout 12h -v -run IntegrationSoak ./cmd/klptest
	KLPTEST_VM=1 KLPTEST_SOAK=300 KLPTEST_ORDERS=20 $(GO) test -count=1 -timeout 3h -v -run "IntegrationSoak|IntegrationOrders" ./internal/rig

.PHONY: mutants
mutants: deps-kernel-build build ## which one-line mistakes in SOURCE's kernel/livepatch the cases find, or with EXPLORE=5m the explorer
	@test -n "$(SOURCE)" || { echo 'name a kernel source: make mutants SOURCE=~/linux' >&2; exit 2; }
	bin/klptest mutants $(if $(EXPLORE),--explore $(EXPLORE)) $(SOURCE) $(CASES)

.PHONY: variants
variants: deps-variants build ## all cases on differently configured kernels of SOURCE; ONLY selects kernels
	@test -n "$(SOURCE)" || { echo 'name a kernel source: make variants SOURCE=~/linux' >&2; exit 2; }
	bin/klptest variants $(if $(ONLY),--only $(ONLY)) $(SOURCE) $(CASES)

.PHONY: model-mutants
model-mutants: ## whether the explorer finds one-line mistakes in the model of the livepatch core
	KLPTEST_MUTANTS=1 $(GO) test -count=1 -timeout 30m -v -run Mutants ./internal/explore

SEQUENCES ?= 100

.PHONY: reach
reach: deps build ## how much of kernel/livepatch SEQUENCES=100 of explore --gcov reach, and three times as many random ones; KERNEL is from klptest kernel build --gcov
	KLPTEST_REACH=$(KERNEL) KLPTEST_REACH_SEQUENCES=$(SEQUENCES) $(GO) test -count=1 -timeout 12h -v -run IntegrationReach ./cmd/klptest

.PHONY: fleet-test
fleet-test: deps deps-fleet build ## an array of shards, one of which is killed, on a Slurm of its own; KERNEL
	KERNEL=$(KERNEL) .ci/fleet

SUITE ?= bookworm
IMAGE ?= bin/machine-$(SUITE).qcow2

.PHONY: image
image: ## make the disk image of a small Debian with systemd and OpenSSH: SUITE (bookworm), IMAGE, KEY (who may log in)
	@.ci/deps image
	SUITE=$(SUITE) IMAGE=$(IMAGE) $(if $(KEY),KEY=$(KEY)) .ci/image

.PHONY: image-test
image-test: deps build image ## boot that image in QEMU, and run cases on it as on your own machine, with SOURCE also under that kernel; CASES
	KLPTEST_IMAGE=$(abspath $(IMAGE)) KLPTEST_IMAGE_KEY=$(abspath $(or $(KEY:.pub=),$(IMAGE).key)) KLPTEST_IMAGE_CASES='$(CASES)' \
		KLPTEST_IMAGE_HEADERS=$(findstring linux-headers,$(PACKAGES)) KLPTEST_IMAGE_KERNEL=$(SOURCE) \
		$(GO) test -count=1 -timeout 2h -v -run "IntegrationHost|IntegrationImage|IntegrationBuildInGuest" ./cmd/klptest

.PHONY: deps-fleet
deps-fleet:
	@.ci/deps fleet

.PHONY: deps-kernel-build
deps-kernel-build:
	@.ci/deps kernel-build

.PHONY: deps-test
deps-test:
	@.ci/deps test

.PHONY: deps-variants
deps-variants:
	@.ci/deps kernel-build variants

.PHONY: deps
deps: ## install missing packages with apt, or name them
	@.ci/deps

.PHONY: fresh
fresh: ## run COMMAND (make run) from a clean clone on minimal Debians: SUITES (bookworm trixie), USERS (root newcomer)
	@.ci/deps fresh
	.ci/fresh

# The cases whose pictures README and docs show; a unit test compares them.
PICTURES = $(basename $(notdir $(wildcard docs/pictures/*.svg)))

.PHONY: docs
docs: build ## regenerate docs/coverage.md and the pictures in docs from the cases
	mkdir -p docs/pictures
	bin/klptest list --coverage > docs/coverage.md
	for case in $(PICTURES); do bin/klptest show --timeline $$case > docs/pictures/$$case.svg || exit; done

.PHONY: kernel-coverage
kernel-coverage: build ## regenerate docs/kernel-coverage.md: what all cases run of the kernel in the source SRC
	kdir=$$(bin/klptest kernel build '$(SRC)' --gcov | sed -n 's/^kdir *//p') && test -n "$$kdir" && \
	out=$$(mktemp -d) && trap 'rm -rf "$$out"' EXIT && \
	bin/klptest run --gcov --kernel "$$kdir" --out "$$out" && \
	bin/klptest kernel coverage "$$out" > docs/kernel-coverage.md

.PHONY: clean
clean: ## remove bin/
	rm -rf bin
