# Everything that one does with Borrador from a clone. `make run` and `make test` do all the set-up themselves.

.PHONY: help run test check bench faults tools web build test-rust test-web test-browser format clippy docs types licences clean

CARGO   ?= cargo
DATA    ?= data
LISTEN  ?= 127.0.0.1:8080
# Tests run under nextest where it is installed, and under cargo's own runner elsewhere.
NEXTEST := $(shell command -v cargo-nextest 2>/dev/null)

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: tools web ## build, then start the demonstration at http://127.0.0.1:8080
	@echo 'Building the server and the PDF worker. The first time takes some twelve minutes on two cores (typesetting is most of it).'
	$(CARGO) build --release --locked -p borrador -p borrador-pdf
	./target/release/borrador serve --demo --data $(DATA) --listen $(LISTEN)

test: tools web test-rust test-web test-browser ## all tests

check: tools web format clippy docs types licences ## what every change must pass beside the tests

bench: tools web ## measure; prints tables, judges nothing (PARTS="relay admission" for some)
	.ci/bench $(PARTS)

faults: ## bring about every trouble many times (half an hour); prints one table. Mounting disks needs root
	.ci/faults $(TROUBLES)

tools:
	@MAKECMDGOALS="$(MAKECMDGOALS)" .ci/tools

web: web/dist/index.html

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(shell find web/src web/public web/scripts fixtures/messages web/index.html web/vite.config.ts -type f 2>/dev/null)
	cd web && npm run build

# All targets at once: tests bring features of their own, and building apart from them would compile the typesetter twice.
build: web
	$(CARGO) build --locked --workspace --all-targets

test-rust: build
ifdef NEXTEST
	$(CARGO) nextest run --locked --workspace --no-fail-fast
else
	$(CARGO) test --locked --workspace --no-fail-fast
endif
	$(CARGO) test --locked --workspace --doc

test-web: web
	cd web && npm test

test-browser: build
	cd web && npm run test:interop && npm run test:browser

format:
	$(CARGO) fmt --all --check

clippy: web/node_modules/.package-lock.json
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

docs: web/node_modules/.package-lock.json
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --workspace --no-deps --document-private-items

types: web/node_modules/.package-lock.json
	cd web && npm run check

licences: web/node_modules/.package-lock.json
	$(CARGO) deny --locked check licenses bans sources
	node .ci/licences.mjs

clean: ## remove everything that was built
	$(CARGO) clean
	rm -rf web/dist web/node_modules
