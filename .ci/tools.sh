# Says plainly which of the machine's tools is missing or too old, before anything is installed. Called by the Makefile
# with PYTHON (the interpreter to use) and CARGO_MINOR (the oldest Rust that will do is 1.CARGO_MINOR).

fail() {
    printf 'plimsoll: %s\n' "$1" >&2
    exit 1
}

command -v "$PYTHON" >/dev/null 2>&1 || fail "$PYTHON was not found. Install Python 3.11 or newer, or name one: make PYTHON=python3.12"
found=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Python 3.11 or newer is needed, $PYTHON is $found. Name a newer one: make PYTHON=python3.12"
"$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "$PYTHON lacks the modules venv and ensurepip. On Debian and Ubuntu: apt-get install python3-venv"

command -v cargo >/dev/null 2>&1 || fail "cargo was not found. Install Rust 1.$CARGO_MINOR or newer (rustup.rs)"
found=$(cargo --version | cut -d ' ' -f 2)
[ -n "$found" ] || fail "cargo does not run; with rustup, install a toolchain: rustup default stable"
minor=$(printf '%s' "$found" | cut -d . -f 2)
[ "${found%%.*}" -gt 1 ] || [ "$minor" -ge "$CARGO_MINOR" ] ||
    fail "Rust 1.$CARGO_MINOR or newer is needed, cargo is $found. With rustup: rustup update stable"
command -v cc >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 || command -v clang >/dev/null 2>&1 ||
    fail "no C compiler was found; Rust links with it. On Debian and Ubuntu: apt-get install gcc"
