"""Stage `report`: compare the scored systems in HTML, Markdown and JSON."""

from __future__ import annotations

import argparse
import sys

from streamwer.cli.common.run_command import stage_command
from streamwer.config import experiment
from streamwer.config.folders import COMPARISON
from streamwer.reports import write_report
from streamwer.reports.assembly import assemble_comparison


@stage_command
def main() -> int:
    argparse.ArgumentParser(prog="python -m pipeline.report", description=__doc__).parse_args()
    write_report(assemble_comparison(experiment.load_params()), COMPARISON)
    print(f"report: {COMPARISON / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
