# Everything a contributor runs. `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# What the compiler knows of a run's hot places: 7 % less of the program's processor time. `make profile` renews it.
PROFILE := $(CURDIR)/bench/postgres/tenantcopy.pgo
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

# Packages whose tests need no server: all but the ones that talk to one. A new package is tested here by default.
UNIT = $$(go list ./... | grep -vE '/(cmd|internal/copy|e2e|examples|bench)(/|$$)')

# The names of tests, in whatever package, that need Kubernetes, whose servers take ten minutes to build.
KUBE = ^TestKube

# The servers' addresses, for one recipe line.
WITH_SERVERS = eval "$$(scripts/services env)" && TENANTCOPY_REQUIRE=all

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

.PHONY: demo
demo: ## a tenant in production, its pseudonymised copy in staging, on real servers, in one go
	scripts/demo

.PHONY: build
build: ## the program, in bin/tenantcopy
	go build -trimpath -buildvcs=false -pgo='$(PROFILE)' -ldflags '-s -w -X main.version=$(VERSION)' -o bin/tenantcopy ./cmd/tenantcopy

LONGEST := ./internal/copy/postgres ./internal/copy/search ./cmd/tenantcopy # packages whose tests begin first

.PHONY: check
check: lint ## format, vet, staticcheck, shape and the tests that need no server
	unit=$(UNIT); go test -skip '$(KUBE)' $$unit

.PHONY: lint
lint: ## format, vet and staticcheck alone
	@unformatted=$$(find . -path './.*' -prune -o -name '*.go' -exec gofmt -l {} +); \
	  [[ -z $$unformatted ]] || { printf 'not formatted, run gofmt -w:\n%s\n' "$$unformatted"; exit 1; }
	@for script in $$(grep -rlE '^#!.*bash|shellcheck shell=bash' scripts .ci); do bash -n "$$script"; done
	go vet ./...
	go tool staticcheck ./...

.PHONY: test
test: services-up-all ## all tests but those of Kubernetes, with the race detector, on real servers; a missing server fails
	$(WITH_SERVERS) go test -race -timeout 30m -skip '$(KUBE)' $(LONGEST) ./...
	$(MAKE) test-without-race

# Files of tests that say so with a build constraint: the race detector makes allocations of its own, and minutes of what one goroutine
# does to very much text, in which it has nothing to find.
.PHONY: test-without-race
test-without-race: ## the tests that the race detector would only disturb or slow down
	files=$$(grep -rlx --include='*_test.go' '//go:build !race' . | xargs grep -l '^func Test'); \
	  go test -run "^($$(sed -n 's/^func \(Test[A-Za-z0-9_]*\)(.*/\1/p' $$files | paste -sd '|'))$$" $$(xargs -n 1 dirname <<<"$$files" | sort -u)

.PHONY: test-kube
test-kube: ## the tests that need Kubernetes, on real API servers and controllers (built once, in ten minutes)
	scripts/services up --require all,kube
	packages=$$(grep -rl --include='*_test.go' '^func TestKube' . | xargs -n 1 dirname | sort -u); \
	  $(WITH_SERVERS) go test -race -timeout 30m -parallel 6 -run '$(KUBE)' $$packages # they wait for pods and leases most of the time

.PHONY: test-matrix
test-matrix: ## PostgreSQL's tests on versions 13, 17 and 18, in chroots that debootstrap makes (root only, 2 GB)
	scripts/services matrix

.PHONY: bench
bench: services-up-all ## Go benchmarks of all packages
	$(WITH_SERVERS) go test -run '^$$' -bench . -benchmem ./...

.PHONY: bench-anonymize
bench-anonymize: ## the anonymiser's engine against its goals; needs no server; writes the table of the docs
	go build -trimpath -pgo='$(PROFILE)' -o bin/bench-anonymize ./bench/anonymize
	bin/bench-anonymize -markdown docs/benchmarks.md

.PHONY: bench-postgres
bench-postgres: ## one tenant of 2 million rows against the tools that copy without masking; writes the tables of the docs
	scripts/services up --require postgres
	command -v pgcopydb >/dev/null || { apt-get update -q && apt-get install -y -q --no-install-recommends pgcopydb; }
	go build -trimpath -pgo='$(PROFILE)' -o bin/bench-postgres ./bench/postgres
	$(WITH_SERVERS) bin/bench-postgres -markdown docs/benchmarks.md,README.md

.PHONY: profile
profile: ## record what the program spends its time on, for the compiler: bench/postgres/tenantcopy.pgo
	scripts/services up --require postgres
	dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; go build -trimpath -o "$$dir/tenantcopy" ./bench/postgres; go build -trimpath -o "$$dir/anonymize" ./bench/anonymize; \
	  "$$dir/anonymize" -profile "$$dir/run.engine" >/dev/null; \
	  $(WITH_SERVERS); for i in 1 2 3; do BENCH_PROFILE=$$dir/run$$i "$$dir/tenantcopy" -rounds 1 -only full,keep; done; \
	  go tool pprof -proto -output '$(PROFILE)' "$$dir"/run*

.PHONY: manifests
manifests: ## the plain manifests of deploy/, rendered from the chart by helm (built once)
	mkdir -p bin
	cd tools/helm && GOFLAGS='' GOWORK=off go tool helm template tenantcopy '$(CURDIR)/deploy/chart/tenantcopy' --namespace tenantcopy --kube-version 1.34 \
	  --values '$(CURDIR)/deploy/manifests/values.yaml' >'$(CURDIR)/bin/manifests.yaml'
	mv bin/manifests.yaml deploy/manifests/tenantcopy.yaml

.PHONY: services-up
services-up: ## start the servers of tests and demo; see scripts/services --help
	scripts/services up

.PHONY: services-up-all
services-up-all:
	scripts/services up --require all

.PHONY: services-down
services-down: ## stop them
	scripts/services down

.PHONY: clean
clean: ## stop the servers, remove their data and what was built
	scripts/services down --purge
	rm -rf bin dist
