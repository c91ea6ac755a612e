"""The report of a sweep: a web page, its short form, and its points as data."""

from __future__ import annotations

from pathlib import Path

from streamwer.analysis.sweeps.sweep import Sweep
from streamwer.reports import files
from streamwer.reports.sweep import data_files, html, markdown
from streamwer.reports.sweep.findings import Findings, analyse_sweep
from streamwer.reports.terminal import print_table


def write_sweep_report(sweep: Sweep, folder: Path) -> Findings:
    """Write every file of a sweep's report into `folder` (made if missing); return its findings.

    `index.html` is the report, `sweep.md` its short form, `sweep.json` all of its figures,
    and `costs.json` the measured compute, apart from the rest since it differs from run to run.

    Raises:
        StreamwerError: the folder cannot be written; files already there are left as they were.
    """
    findings = analyse_sweep(sweep)
    contents = {
        "index.html": html.render(findings),
        "sweep.md": markdown.render(findings),
        **data_files.render(findings),
    }
    files.write_files(folder, contents)
    return findings


def print_points(findings: Findings) -> None:
    """Print the points, the fastest first, as a table for a terminal."""
    columns = markdown.name_point_columns(findings)
    print_table(columns, markdown.list_points(findings), texts=2)


__all__ = ["print_points", "write_sweep_report"]
