"""Stage `prepare`: the data set of `params.yaml` becomes `data/prepared`.

With `--dry-run`, the first rows are shown as they are understood, and nothing is written.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table
from rich.text import Text

from streamwer.cli.stage import arguments, command, config_of, count, progress
from streamwer.config import experiment
from streamwer.config.condition import Chain
from streamwer.config.dataset import DatasetConfig
from streamwer.config.experiment import Config
from streamwer.datasets.origins import is_commit
from streamwer.datasets.preparing import prepare
from streamwer.datasets.previewing import Preview, preview
from streamwer.datasets.problems import Outcome, first
from streamwer.datasets.problems import read as outcome
from streamwer.formats import manifest
from streamwer.types import Reference

PREPARED = Path("data/prepared")
COLUMNS = ("row", "id", "speaker", "condition", "language", "timed words", "transcript or reason")


@command
def main() -> int:
    parser = arguments("pipeline.prepare", __doc__)
    parser.add_argument("--dry-run", action="store_true", help="show rows and write nothing")
    parser.add_argument("--rows", type=count, default=10, help="how many rows to show (10)")
    args = parser.parse_args()
    settings = config_of(args.overrides)
    if args.dry_run:
        _show(preview(settings.dataset, args.rows), settings.dataset.name)
    else:
        print(_prepared(settings))
    return 0


def _prepared(settings: Config) -> str:
    dataset, chains = settings.dataset, experiment.conditions(settings)
    for line in terms(dataset):
        print(line, file=sys.stderr)
    with progress() as bar:
        task = bar.add_task(f"preparing {dataset.name}", total=None)
        references = prepare(
            dataset,
            PREPARED,
            lambda done, total: bar.update(task, completed=done, total=total),
            chains,
            fetching(bar),
        )
    became = outcome(PREPARED)
    for line in (*(became.told() if became else ()), *spoilt(references, became)):
        print(line, file=sys.stderr)
    minutes = sum(reference.seconds for reference in references) / 60
    speakers = len({reference.speaker for reference in references} - {""})
    source = f"{became.form}, {became.rows} rows; " if became else ""
    return (
        f"{dataset.name}: {source}"
        f"{len(references)} recordings, {minutes:.1f} min, {speakers} speakers"
        f"{_conditions(chains)}"
    )


def spoilt(references: Sequence[Reference], became: Outcome | None) -> list[str]:
    """A line for each of the first altered copies that cannot be had, though their sources can."""
    known = {row.reason for row in became.broken} if became else set()
    lines = [
        f"no audio: {each.recording}: {each.broken}"
        for each in references
        if each.source and each.broken and each.broken not in known
    ]
    return first(lines, PREPARED / manifest.NAME)


def fetching(bar: Progress) -> Callable[[str, int, int], None]:
    """Show a bar for each file that is fetched; where there is no terminal, a line."""
    tasks: dict[str, TaskID] = {}

    def told(name: str, done: int, total: int) -> None:
        if name not in tasks:
            tasks[name] = bar.add_task(f"fetching {name}, MB")
            if bar.disable:
                have = f", {done / 1e6:.0f} MB of them are here" if done else ""
                print(f"fetching {name}: {total / 1e6:.0f} MB{have}", file=sys.stderr)
        bar.update(tasks[name], completed=done // 1_000_000, total=total // 1_000_000)

    return told


def terms(dataset: DatasetConfig) -> list[str]:
    """On which terms the data may be used; said before anything is fetched."""
    told = {"licence": dataset.licence, "please cite": dataset.citation}
    lines = [f"{dataset.name}: {name}: {text}" for name, text in told.items() if text]
    if dataset.source == "hub" and not is_commit(dataset.revision or ""):
        lines.append(
            f"warning: dataset.revision={dataset.revision} is not a commit, so another run may read"
            " other data; the commit that is read now is kept in the report's provenance"
        )
    return lines


def _conditions(chains: Sequence[Chain]) -> str:
    """Under which conditions, where there are others than none."""
    altered = any(chain.steps for chain in chains)
    return f"; {', '.join(chain.name for chain in chains)}" if altered else ""


def _show(found: Preview, name: str) -> None:
    total = "rows" if found.total is None else f"{found.total} rows"
    print(f"{name}: {found.form}, {total}")
    table = Table()
    cells = [row.cells() for row in found.rows]
    # Columns that say nothing would take their width from the transcripts.
    said = [n for n in range(len(COLUMNS)) if n == len(COLUMNS) - 1 or any(row[n] for row in cells)]
    for n in said:
        table.add_column(COLUMNS[n], overflow="fold")
    for row, shown in zip(found.rows, cells, strict=True):
        # As `Text`: a transcript may hold what rich takes for markup.
        table.add_row(*(Text(shown[n]) for n in said), style="red" if row.reason else "")
    Console().print(table)
    if found.unusable:
        print(f"cannot be used as they are: {found.unusable} of the {len(cells)} rows shown")
    if silent := [name for n, name in enumerate(COLUMNS) if cells and n not in said]:
        print(f"no row shown has: {', '.join(silent)}")


if __name__ == "__main__":
    sys.exit(main())
