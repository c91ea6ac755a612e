"""Preview a data set, prepare it with progress bars, and say what became of its rows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table
from rich.text import Text

from streamwer.cli.common.progress import create_progress
from streamwer.config import experiment
from streamwer.config.condition import EffectChain
from streamwer.config.dataset import DatasetConfig
from streamwer.config.experiment import ExperimentConfig
from streamwer.config.folders import PREPARED
from streamwer.datasets.origin import is_commit
from streamwer.datasets.preparation import prepare_dataset
from streamwer.datasets.preview import Preview
from streamwer.datasets.row_summary import RowSummary, read_row_summary, shorten_list
from streamwer.formats import manifest
from streamwer.types import Reference

_COLUMNS = ("row", "id", "speaker", "condition", "language", "timed words", "transcript or reason")


def prepare_and_summarise(settings: ExperimentConfig, out: Path = PREPARED) -> str:
    """Prepare the config's data set with progress bars; say in a line what was prepared."""
    dataset, chains = settings.dataset, experiment.list_conditions(settings)
    for line in describe_terms(dataset):
        print(line, file=sys.stderr)
    with create_progress() as bar:
        task = bar.add_task(f"preparing {dataset.name}", total=None)
        references = prepare_dataset(
            dataset,
            out,
            lambda done, total: bar.update(task, completed=done, total=total),
            chains,
            show_downloads(bar),
        )
    summary = read_row_summary(out)
    for line in (
        *(summary.format_lines() if summary else ()),
        *list_spoilt_copies(references, summary),
    ):
        print(line, file=sys.stderr)
    minutes = sum(reference.seconds for reference in references) / 60
    speakers = len({reference.speaker for reference in references} - {""})
    source = f"{summary.form}, {summary.rows} rows; " if summary else ""
    return (
        f"{dataset.name}: {source}"
        f"{len(references)} recordings, {minutes:.1f} min, {speakers} speakers"
        f"{_list_conditions(chains)}"
    )


def list_spoilt_copies(references: Sequence[Reference], summary: RowSummary | None) -> list[str]:
    """List the first altered copies that cannot be made, though their sources are sound."""
    known = {row.reason for row in summary.broken} if summary else set()
    lines = [
        f"no audio: {each.recording}: {each.broken}"
        for each in references
        if each.source and each.broken and each.broken not in known
    ]
    return shorten_list(lines, PREPARED / manifest.MANIFEST_NAME)


def show_downloads(bar: Progress) -> Callable[[str, int, int], None]:
    """Show a bar for each file that is fetched; where there is no terminal, a line."""
    tasks: dict[str, TaskID] = {}

    def update(name: str, done: int, total: int) -> None:
        if name not in tasks:
            tasks[name] = bar.add_task(f"fetching {name}, MB")
            if bar.disable:
                have = f", {done / 1e6:.0f} MB of them are here" if done else ""
                print(f"fetching {name}: {total / 1e6:.0f} MB{have}", file=sys.stderr)
        bar.update(tasks[name], completed=done // 1_000_000, total=total // 1_000_000)

    return update


def describe_terms(dataset: DatasetConfig) -> list[str]:
    """Describe on which terms the data may be used, for before anything is fetched."""
    terms = {"licence": dataset.licence, "please cite": dataset.citation}
    lines = [f"{dataset.name}: {name}: {text}" for name, text in terms.items() if text]
    if dataset.source == "hub" and not is_commit(dataset.revision or ""):
        lines.append(
            f"warning: dataset.revision={dataset.revision} is not a commit, so another run may read"
            " other data; the commit that is read now is kept in the report's provenance"
        )
    return lines


def _list_conditions(chains: Sequence[EffectChain]) -> str:
    """List the conditions, where there are others than none."""
    altered = any(chain.steps for chain in chains)
    return f"; {', '.join(chain.name for chain in chains)}" if altered else ""


def print_preview(preview: Preview, name: str) -> None:
    """Print the first rows of the data set of that name as a table."""
    total = "rows" if preview.total is None else f"{preview.total} rows"
    print(f"{name}: {preview.form}, {total}")
    table = Table()
    cells = [row.to_cells() for row in preview.rows]
    # Columns that say nothing would take their width from the transcripts.
    used = [
        n for n in range(len(_COLUMNS)) if n == len(_COLUMNS) - 1 or any(row[n] for row in cells)
    ]
    for n in used:
        table.add_column(_COLUMNS[n], overflow="fold")
    for row, shown in zip(preview.rows, cells, strict=True):
        # As `Text`: a transcript may hold what rich takes for markup.
        table.add_row(*(Text(shown[n]) for n in used), style="red" if row.reason else "")
    Console().print(table)
    if preview.unusable:
        print(f"cannot be used as they are: {preview.unusable} of the {len(cells)} rows shown")
    if unused := [name for n, name in enumerate(_COLUMNS) if cells and n not in used]:
        print(f"no row shown has: {', '.join(unused)}")
