# A user needs Python 3.11+, Rust, make and a C linker; everything else is installed into .venv from hashed locks.
#
#   make demo    set up what the demo needs, then check, prove and verify a sample book
#   make test    set everything up and run all tests
#   make check   formatting, lints, types, import direction
#   make docs    the documentation, in docs/_build/html
#   make page    the customers' offline page, dist/plimsoll-customer.html (needs npm)
#   make audit   the long checks whose result is stale; their results are committed
#   make fuzz    coverage-guided fuzzing of every reader and of the verifier, SECONDS=120 for each of eight harnesses;
#                make fuzz-rust: of the Rust core's border
#   make licences, make sbom, make wheel    each locked package's licence; a CycloneDX bill of them; reproducible wheel
#   make lock    write requirements/*.lock from pyproject.toml; newer versions only with UPGRADE=--upgrade

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
# Bytecode is compiled on first import instead of for every installed file: halves the installation.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --no-build-isolation
LOCKED := $(PIP_INSTALL) --require-hashes

# Proving is several times faster with the machine's own vector instructions. Every cargo call here uses the same
# flags and profile, so the dependencies are compiled once.
export RUSTFLAGS ?= -C target-cpu=native
# Measured: no faster proof from link-time optimisation, but twice the build, since each library then wants its own copy
# of every dependency. Wheels for others are built by maturin alone and keep the workspace's profile.
export CARGO_PROFILE_RELEASE_LTO ?= false
export CARGO_TARGET_DIR ?= $(CURDIR)/target
CARGO_MINOR := 88
RUST := Cargo.toml Cargo.lock $(shell find prover/core tests/dishonest \( -name target -o -name fuzz \) -prune -o \
    \( -name '*.rs' -o -name '*.toml' -o -name '*.pyi' \) -print)
ROOMS := engine circuits verifier prover service cli
DISHONEST := build/dishonest/plimsoll_dishonest.abi3.so

# Each cargo call uses all cores already, and the tests' closing line must come last.
.NOTPARALLEL:
.PHONY: setup setup-demo demo test pytest cargo-test check format docs bench audit audit-check fuzz fuzz-rust licences sbom \
    dependencies page wheel lock clean

setup: $(STAMPS)/dev $(STAMPS)/core $(STAMPS)/plimsoll $(DISHONEST)

setup-demo: $(STAMPS)/demo $(STAMPS)/core $(STAMPS)/plimsoll

demo: setup-demo
	$(BIN)/plimsoll demo

test: cargo-test pytest

cargo-test: setup
	cargo test --locked --release --package plimsoll-core --no-default-features

# Closes with pytest's own summary, which continuous integration reads.
# Two processes, a test module in one of them: modules share what they prove. Proving itself uses every core. The
# processes are told of a terminal of 80 columns, where lines break by the length of a temporary folder's name; a pipe,
# which is what they have, breaks none.
pytest: setup
	COLUMNS=320 $(BIN)/python -m pytest --numprocesses=2 --dist=loadfile

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
	cargo fmt --all --check
	cargo clippy --locked --release --workspace --all-targets -- -D warnings

format: $(STAMPS)/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cargo fmt --all

docs: $(STAMPS)/docs
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet docs docs/_build/html
	@echo "docs/_build/html/index.html"

# One HTML file that verifies in a browser without any network. Fetches Pyodide and wheels once, by their hashes.
page: $(STAMPS)/plimsoll $(STAMPS)/dev
	$(BIN)/python .ci/page.py

bench: setup
	$(BIN)/python benchmarks/run.py

# The long checks whose sources have changed since their committed result, at most two at a time: all with ALL=1, some
# with PARTS="fuzz vectors". They write docs/security/audit.json and audit.md, which are to be committed.
audit: setup $(STAMPS)/fuzz
	$(BIN)/python .ci/audit.py $(if $(ALL),--all) $(PARTS)

# Whether the committed results are those of this tree; the tests ask the same.
audit-check: setup
	$(BIN)/python .ci/audit.py --check

# Coverage-guided, each harness for SECONDS. atheris has wheels for CPython 3.11 to 3.13 only, so it has a lock of its
# own; `make test` runs the same harnesses on seeded mutants without it.
SECONDS ?= 120
fuzz: setup $(STAMPS)/fuzz
	$(BIN)/python tests/fuzz/fuzz_long.py python $(SECONDS) $(HARNESSES)

# The Rust core's border: needs a C++ compiler for libFuzzer, and no other toolchain than the one that builds the core.
fuzz-rust: setup
	$(BIN)/python tests/fuzz/fuzz_long.py rust $(SECONDS) $(HARNESSES)

# What is not installed is judged by requirements/licences.toml alone, so the documentation's packages come first.
licences: setup $(STAMPS)/docs
	@cargo fetch --locked --quiet
	$(BIN)/python .ci/licences.py

# The wheel of the last commit, the same bytes wherever it is built: file modes and times are the commit's.
wheel: $(STAMPS)/build
	@rm -rf build/source && mkdir -p build/source dist
	@git -c tar.umask=022 archive HEAD pyproject.toml README.md LICENSE $(ROOMS) | tar -xpf - -C build/source
	@umask 022 && SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m pip wheel --quiet --no-index --no-deps \
	    --no-build-isolation --wheel-dir dist ./build/source
	@$(BIN)/python -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest(), sys.argv[1])' \
	    dist/plimsoll-*.whl

# Both from the locks alone; they need nothing installed.
sbom:
	@$(PYTHON) .ci/sbom.py

# The page that says which version of each package was looked at; fails where one was not.
dependencies:
	@$(PYTHON) .ci/dependencies.py

clean:
	rm -rf $(VENV) build target dist docs/_build *.egg-info .pytest_cache .ruff_cache .hypothesis

# --- the virtual environment ---------------------------------------------------------------------------------------

$(STAMPS)/venv: .ci/tools.sh
	@PYTHON="$(PYTHON)" CARGO_MINOR=$(CARGO_MINOR) sh .ci/tools.sh
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/build: requirements/build.lock $(STAMPS)/venv
	$(LOCKED) -r $<
	@touch $@

# One of the two, after the build tools: cairo-lang comes as a source archive and is built with the locked setuptools.
$(STAMPS)/demo $(STAMPS)/dev: $(STAMPS)/%: requirements/%.lock $(STAMPS)/build
	$(LOCKED) -r $<
	@touch $@

$(STAMPS)/docs $(STAMPS)/fuzz: $(STAMPS)/%: requirements/%.lock $(STAMPS)/build
	$(LOCKED) -r $<
	@touch $@

# Editable: the installed rooms are the folders of this tree, so a changed or a new module needs no new setup.
# build/path/plimsoll holds the same as links, for tools that read folders and follow no import hook.
$(STAMPS)/plimsoll: pyproject.toml README.md $(STAMPS)/build
	$(PIP_INSTALL) --editable .
	@mkdir -p build/path/plimsoll
	@for room in $(ROOMS); do ln -sfn ../../../$$room build/path/plimsoll/$$room; done
	@touch $@

# --- the Rust core ------------------------------------------------------------------------------------------------

$(STAMPS)/core: $(RUST) $(STAMPS)/build
	@rm -rf build/wheels
	$(BIN)/maturin build --locked --release --manifest-path prover/core/Cargo.toml --interpreter $(BIN)/python \
	    --auditwheel skip --out build/wheels
	$(PIP_INSTALL) --no-index --force-reinstall build/wheels/plimsoll_core-*.whl
	@touch $@

# For the forgeries of the tests only; it proves any trace it is handed. tests/conftest.py puts its folder on the path.
$(DISHONEST): $(RUST) $(STAMPS)/core
	cargo build --locked --release --package plimsoll-dishonest
	@mkdir -p $(@D)
	@cp $(CARGO_TARGET_DIR)/release/libplimsoll_dishonest.so $@ 2>/dev/null \
	    || cp $(CARGO_TARGET_DIR)/release/libplimsoll_dishonest.dylib $@

# --- locks --------------------------------------------------------------------------------------------------------

LOCK_VENV := build/lock-venv
COMPILE = $(LOCK_VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
    --no-emit-index-url --custom-compile-command "make lock" $(UPGRADE)

# `dev` is resolved first; the others keep to its versions, so they can be installed into one environment.
lock:
	@test -x $(LOCK_VENV)/bin/python || $(PYTHON) -m venv $(LOCK_VENV)
	@$(LOCK_VENV)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/lock.lock
	$(COMPILE) pyproject.toml --extra book --extra oracles --extra service --extra circuits --group build --group test --group check \
	    -o requirements/dev.lock
	$(COMPILE) --group docs -c requirements/dev.lock -o requirements/docs.lock
	$(COMPILE) pyproject.toml --extra book -c requirements/dev.lock -o requirements/demo.lock
	$(COMPILE) pyproject.toml -c requirements/dev.lock -o requirements/verify.lock
	$(COMPILE) pyproject.toml --extra oracles --extra service -c requirements/dev.lock -o requirements/service.lock
	$(COMPILE) --group build -c requirements/dev.lock -o requirements/build.lock
	$(COMPILE) --group fuzz -c requirements/dev.lock -o requirements/fuzz.lock
	$(COMPILE) --group lock -o requirements/lock.lock
