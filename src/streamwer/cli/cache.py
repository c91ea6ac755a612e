"""List the cached results of finished recordings by system, or drop them."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from streamwer.cli.common.arguments import build_parser, load_config
from streamwer.cli.common.run_command import print_warning, stage_command
from streamwer.errors import StreamwerError
from streamwer.runners.cache.run_lock import list_run_locks
from streamwer.runners.cache.sessions import MeasuringSessions
from streamwer.runners.cache.store import ResultStore, StoreEntry


@stage_command
def main() -> int:
    """List the cached results, or drop them."""
    args = build_cache_parser().parse_args()
    chosen = load_config(args.overrides).cache
    store = ResultStore(Path(chosen.folder), chosen.max_bytes, print_warning)
    if args.system:
        _refuse_unknown(store, args.system)
    if args.empty:
        print(_drop_recordings(store, args.system))
    else:
        _print_table(store, args.system, chosen.max_gb)
    return 0


def build_cache_parser() -> argparse.ArgumentParser:
    """Build the parser of the command."""
    parser = build_parser("streamwer.cli.cache", __doc__)
    parser.add_argument(
        "--empty", action="store_true", help="drop them: the next run streams everything anew"
    )
    parser.add_argument("--system", help="only those of one system")
    return parser


def _refuse_unknown(store: ResultStore, system: str) -> None:
    names = {_get_system(store, place) for place in store.list_entries()} - {""}
    if system not in names:
        known = f"there are those of {', '.join(sorted(names))}" if names else "the store is empty"
        raise StreamwerError(f"{store.folder}: nothing of '{system}' is kept; {known}")


def _drop_recordings(store: ResultStore, system: str | None) -> str:
    run = next((run for run in list_run_locks(store.folder) if system in (None, run.system)), None)
    if run:
        raise StreamwerError(
            f"{store.folder}: {run.system} is being streamed, by process {run.process};"
            " wait until it has ended, or end it first"
        )
    dropped = size = 0
    for place in store.list_entries():
        if system is None or _get_system(store, place) == system:
            store.remove(place)
            dropped, size = dropped + 1, size + place.size
    if system is None:
        MeasuringSessions(store.folder).forget()
    return f"{store.folder}: {_format_count(dropped)} dropped, {_format_size(size)}"


def _print_table(store: ResultStore, system: str | None, most_gb: float) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    sizes: Counter[tuple[str, str]] = Counter()
    for place in store.list_entries():
        label = store.inspect(place)
        if label and system in (None, label.system):
            row = label.system, label.clock
            counts[row] += 1
            sizes[row] += place.size
    whole = f"{_format_count(counts.total())}, {_format_size(sizes.total())} of {most_gb:g} GB"
    title = f"{store.folder}: {whole}"
    table = Table("system", "clock", title=title, title_justify="left")
    table.add_column("recordings", justify="right")
    table.add_column("size", justify="right")
    for row in sorted(counts):
        table.add_row(*row, str(counts[row]), _format_size(sizes[row]))
    Console().print(table if counts else title, highlight=False)


def _get_system(store: ResultStore, place: StoreEntry) -> str:
    label = store.inspect(place)
    return label.system if label else ""


def _format_count(count: int) -> str:
    return f"{count} recording{'s' * (count != 1)}"


def _format_size(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


if __name__ == "__main__":
    sys.exit(main())
