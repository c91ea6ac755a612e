#!/bin/sh
# Writes requirements.lock anew: one exact version of every package, for Python 3.11 to 3.13 on
# Linux and Apple silicon. Run it as `make lock`; ARGS=--upgrade moves to the newest versions.
set -eu
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

uv=uv
if ! uv --version >/dev/null 2>&1; then
    echo "lock: uv is not installed: fetching it into a throw-away environment"
    .venv/bin/python -m venv "$scratch/venv"
    "$scratch/venv/bin/python" -m pip install --quiet --disable-pip-version-check uv
    uv="$scratch/venv/bin/uv"
fi

[ ! -f requirements.lock ] || cp requirements.lock "$scratch/pins" # uv keeps pins that still fit
"$uv" pip compile pyproject.toml --extra dev --output-file "$scratch/pins" --quiet \
    --universal --python-version 3.11 --fork-strategy fewest \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@"

# What is left of the markers only repeats `environments` in pyproject.toml.
sed 's/ ;.*//' "$scratch/pins" >"$scratch/lock"
twice=$(sed 's/==.*//' "$scratch/lock" | uniq -d | tr '\n' ' ')
if [ -n "$twice" ]; then
    echo "lock: no single version for every Python of: ${twice}- constrain it in pyproject.toml" >&2
    exit 1
fi
{
    echo "# The exact packages of a run and of the checks: one set for Python 3.11, 3.12 and 3.13, on"
    echo "# Linux and Apple silicon, so that results do not depend on the interpreter."
    echo "# Made from pyproject.toml by \`make lock\`; do not edit."
    cat "$scratch/lock"
} >requirements.lock
echo "lock: $(grep -c '==' requirements.lock) packages in requirements.lock"
