"""Show how many finished recordings are cached, or drop them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from streamwer.cli.common.arguments import build_parser, load_config
from streamwer.cli.common.run_command import print_warning, stage_command
from streamwer.errors import StreamwerError
from streamwer.runners.cache.run_lock import list_run_locks
from streamwer.runners.cache.sessions import MeasuringSessions
from streamwer.runners.cache.store import ResultStore


@stage_command
def main() -> int:
    """Show how much is cached, or drop it."""
    args = build_cache_parser().parse_args()
    chosen = load_config(args.overrides).cache
    store = ResultStore(Path(chosen.folder), chosen.max_bytes, print_warning)
    sizes = [entry.size for entry in store.list_entries()]
    whole = f"{len(sizes)} recording{'s' * (len(sizes) != 1)}"
    size = f"{sum(sizes) / 1e6:.1f} MB"
    if args.empty:
        _drop_recordings(store)
        print(f"{store.folder}: {whole} dropped, {size}")
    else:
        print(f"{store.folder}: {whole}, {size} of {chosen.max_gb:g} GB")
    return 0


def build_cache_parser() -> argparse.ArgumentParser:
    """Build the parser of the command."""
    parser = build_parser("streamwer.cli.cache", __doc__)
    parser.add_argument(
        "--empty", action="store_true", help="drop them: the next run streams everything anew"
    )
    return parser


def _drop_recordings(store: ResultStore) -> None:
    if run := next(iter(list_run_locks(store.folder)), None):
        raise StreamwerError(
            f"{store.folder}: {run.system} is being streamed, by process {run.process};"
            " wait until it has ended, or end it first"
        )
    for entry in store.list_entries():
        store.remove(entry)
    MeasuringSessions(store.folder).forget()


if __name__ == "__main__":
    sys.exit(main())
