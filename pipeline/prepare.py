"""Stage `prepare`: the data set of `params.yaml` becomes `data/prepared`.

With `--dry-run`, the first rows are shown as they are understood, and nothing is written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.command import command, progress
from streamwer import compose, config
from streamwer.condition_config import Chain
from streamwer.config import Config
from streamwer.datasets import Preview, outcome, prepare, preview

PREPARED = Path("data/prepared")


@command
def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.prepare", description=__doc__)
    parser.add_argument("--dry-run", action="store_true", help="show rows and write nothing")
    parser.add_argument("--rows", type=int, default=10, help="how many rows to show (10)")
    parser.add_argument("overrides", nargs="*", help="choices as for Hydra; none: params.yaml")
    args = parser.parse_args()
    settings = compose.load(args.overrides) if args.overrides else config.load()
    if args.dry_run:
        _show(preview(settings.dataset, args.rows), settings.dataset.name)
    else:
        print(_prepared(settings))
    return 0


def _prepared(settings: Config) -> str:
    dataset, chains = settings.dataset, config.conditions(settings)
    with progress() as bar:
        task = bar.add_task(f"preparing {dataset.name}", total=None)
        references = prepare(
            dataset,
            PREPARED,
            lambda done, total: bar.update(task, completed=done, total=total),
            chains,
        )
    became = outcome(PREPARED)
    for line in became.told() if became else ():
        print(line, file=sys.stderr)
    minutes = sum(reference.seconds for reference in references) / 60
    speakers = len({reference.speaker for reference in references} - {""})
    source = f"{became.form}, {became.rows} rows; " if became else ""
    return (
        f"{dataset.name}: {source}"
        f"{len(references)} recordings, {minutes:.1f} min, {speakers} speakers"
        f"{_conditions(chains)}"
    )


def _conditions(chains: Sequence[Chain]) -> str:
    """Under which conditions, where there are others than none."""
    altered = any(chain.steps for chain in chains)
    return f"; {', '.join(chain.name for chain in chains)}" if altered else ""


def _show(found: Preview, name: str) -> None:
    total = "rows" if found.total is None else f"{found.total} rows"
    table = Table(title=f"{name}: {found.form}, {total}", title_justify="left")
    for column in ("row", "id", "speaker", "condition", "timed words", "transcript"):
        table.add_column(column, overflow="fold")
    for row in found.rows:
        # As `Text`: a transcript may hold what rich takes for markup.
        table.add_row(*map(Text, row.cells()), style="" if row.fields else "red")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
