"""Reports: a web page, a pull-request comment and data files from scored systems."""

from __future__ import annotations

from pathlib import Path

from streamwer.reports import data_files, files, html, markdown, parquet_export
from streamwer.reports.comparison import Comparison


def write_report(comparison: Comparison, folder: Path) -> None:
    """Write every file of the comparison report into `folder` (made if missing).

    `index.html` is the report, `comparison.md` its short form, `figures.parquet` and
    `slices.parquet` are all of its figures, `metrics.json` the headline ones, `costs.json` what it
    cost, `latency_cdf.csv` and `wer_latency.json` the tables behind two of its plots.

    Raises:
        StreamwerError: the folder cannot be written; files already there are left as they were.
    """
    contents: dict[str, str | bytes] = {
        "comparison.md": markdown.render(comparison),
        "index.html": html.render(comparison),
        **data_files.render(comparison),
        **parquet_export.render(comparison),
    }
    files.write_files(folder, contents)
