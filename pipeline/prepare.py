"""Stage `prepare`: the data set of `params.yaml` becomes `data/prepared`."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.command import command, progress
from streamwer import config
from streamwer.config import DatasetConfig
from streamwer.datasets import prepare

PREPARED = Path("data/prepared")


@command
def main() -> int:
    print(_prepared(config.load().dataset))
    return 0


def _prepared(dataset: DatasetConfig) -> str:
    with progress() as bar:
        task = bar.add_task(f"preparing {dataset.name}", total=None)
        references = prepare(
            dataset, PREPARED, lambda done, total: bar.update(task, completed=done, total=total)
        )
    minutes = sum(reference.seconds for reference in references) / 60
    speakers = len({reference.speaker for reference in references} - {""})
    return f"{dataset.name}: {len(references)} recordings, {minutes:.1f} min, {speakers} speakers"


if __name__ == "__main__":
    sys.exit(main())
