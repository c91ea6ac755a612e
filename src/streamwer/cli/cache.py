"""Finished recordings that are kept: what is there, by system, and how to be rid of it."""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from streamwer.cli.stage import arguments, command, config_of
from streamwer.errors import StreamwerError
from streamwer.runners.cache.run_lock import runs
from streamwer.runners.cache.sessions import Sessions
from streamwer.runners.cache.store import Place, Store

_PROGRAM = ("python", "-m", "streamwer.cli.cache")


@command
def main() -> int:
    args = parser().parse_args()
    chosen = config_of(args.overrides).finished
    store = Store(Path(chosen.folder), chosen.most_bytes, _warn)
    if args.system:
        _refuse_unknown(store, args.system)
    if args.empty:
        print(_emptied(store, args.system))
    else:
        _show(store, args.system, chosen.max_gb)
    return 0


def parser() -> argparse.ArgumentParser:
    found = arguments("streamwer.cli.cache", __doc__)
    found.add_argument(
        "--empty", action="store_true", help="drop them: the next run streams everything anew"
    )
    found.add_argument("--system", help="only those of one system")
    return found


def emptying(folder: str) -> str:
    """The command that drops what is kept in a folder, whatever params.yaml says of it."""
    plain = re.fullmatch(r"[\w./-]+", folder)
    value = folder if plain else "'" + folder.replace("'", "\\'") + "'"  # as Hydra quotes
    return shlex.join([*_PROGRAM, "--empty", f"finished.folder={value}"])


def _refuse_unknown(store: Store, system: str) -> None:
    names = {_system(store, place) for place in store.places()} - {""}
    if system not in names:
        known = f"there are those of {', '.join(sorted(names))}" if names else "the store is empty"
        raise StreamwerError(f"{store.folder}: nothing of '{system}' is kept; {known}")


def _emptied(store: Store, system: str | None) -> str:
    run = next((run for run in runs(store.folder) if system in (None, run.system)), None)
    if run:
        raise StreamwerError(
            f"{store.folder}: {run.system} is being streamed, by process {run.process};"
            " wait until it has ended, or end it first"
        )
    dropped = size = 0
    for place in store.places():
        if system is None or _system(store, place) == system:
            store.remove(place)
            dropped, size = dropped + 1, size + place.size
    if system is None:
        Sessions(store.folder).forget()
    return f"{store.folder}: {_recordings(dropped)} dropped, {_megabytes(size)}"


def _show(store: Store, system: str | None, most_gb: float) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    sizes: Counter[tuple[str, str]] = Counter()
    for place in store.places():
        label = store.described(place)
        if label and system in (None, label.system):
            row = label.system, label.clock
            counts[row] += 1
            sizes[row] += place.size
    whole = f"{_recordings(counts.total())}, {_megabytes(sizes.total())} of {most_gb:g} GB"
    title = f"{store.folder}: {whole}"
    table = Table("system", "clock", title=title, title_justify="left")
    table.add_column("recordings", justify="right")
    table.add_column("size", justify="right")
    for row in sorted(counts):
        table.add_row(*row, str(counts[row]), _megabytes(sizes[row]))
    Console().print(table if counts else title, highlight=False)


def _system(store: Store, place: Place) -> str:
    label = store.described(place)
    return label.system if label else ""


def _recordings(count: int) -> str:
    return f"{count} recording{'s' * (count != 1)}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _warn(text: str) -> None:
    print(f"warning: {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
