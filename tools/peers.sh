#!/bin/sh
# Installs into .venv what requirements-peers.lock lists, once; `make test` calls it. MeetEval has to
# be compiled: where it, or anything else, cannot be had, the tests that need it are skipped.
set -eu
cd "$(dirname "$0")/.."

stamp=.venv/peers-stamp
wanted=$(cksum <requirements-peers.lock)
[ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || exit 0

say() { echo "peers: $*" >&2; }

install() {
    if uv --version >/dev/null 2>&1; then
        uv pip install --quiet --python .venv/bin/python --no-deps "$1"
    else
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps "$1"
    fi
}

say "installing the scorers that ours are compared with; MeetEval compiles for a minute"
missing=
for pin in $(grep == requirements-peers.lock); do
    install "$pin" >.venv/peers-log 2>&1 || missing="$missing ${pin%%==*}"
done
if [ -n "$missing" ]; then
    say "could not install$missing: tests that need them are skipped (rm $stamp to try again)"
fi
echo "$wanted" >"$stamp"
