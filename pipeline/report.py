"""Stage `report`: compare the scored systems in HTML, Markdown, JSON and the terminal."""

from __future__ import annotations

import argparse
import shutil
import sys

from streamwer.cli.common.arguments import parse_arguments
from streamwer.cli.common.run_command import stage_command
from streamwer.config import experiment
from streamwer.config.folders import COMPARISON, METRICS
from streamwer.reports import data_files, write_report
from streamwer.reports.assembly import assemble_comparison
from streamwer.reports.files import write_files
from streamwer.reports.terminal import print_comparison


@stage_command
def main() -> int:
    parse_arguments(argparse.ArgumentParser(prog="python -m pipeline.report", description=__doc__))
    comparison = assemble_comparison(experiment.load_params())
    write_report(comparison, COMPARISON)
    shutil.rmtree(METRICS, ignore_errors=True)  # of systems that are compared no more
    write_files(METRICS, data_files.render_metrics(comparison))
    print_comparison(comparison)
    print(f"report: {COMPARISON / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
