"""The report of a sweep: a web page, its short form, and its points as data."""

from __future__ import annotations

from pathlib import Path

from streamwer.analysis.sweeps.sweep import Sweep
from streamwer.reports import files
from streamwer.reports.sweep import data, page, short
from streamwer.reports.sweep.findings import findings


def write(sweep: Sweep, folder: Path) -> None:
    """Write every file of a sweep's report into `folder` (made if missing).

    `index.html` is the report, `sweep.md` its short form, `sweep.json` all of its figures,
    `points.csv` and `points.parquet` one row per point, and `costs.json` the measured compute,
    apart from the rest since it differs from run to run.

    Raises:
        StreamwerError: the folder cannot be written; files already there are left as they were.
    """
    found = findings(sweep)
    contents = {
        "index.html": page.render(found),
        "sweep.md": short.render(found),
        **data.render(found),
    }
    files.write_all(folder, contents)


__all__ = ["write"]
