"""`streaming-compare`: compare two runs, old → new, with paired intervals."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from streamwer.cli.common.command_parser import CommandParser
from streamwer.cli.common.run_command import NOT_COMPARABLE, run_program
from streamwer.config.scoring import ScoringConfig
from streamwer.errors import StreamwerError

_ABOUT = (
    "Compare two runs, system by system: OLD and NEW are each a folder with scores (`.` is this"
    " tree's, data/scores), a Git revision or the name of a DVC experiment. Scores come from Git or"
    " from DVC's cache; where neither has them, the figures of the committed reports are compared,"
    " without intervals. Markdown goes to the terminal."
)
_EPILOG = (
    "Exit status: 0 if they were compared, 2 if one of them cannot be read, 3 if a system was not"
    " comparable, for the reasons that are given, or the runs have none in common."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Compare what the command line names; return the exit status, which -h explains."""
    return run_program(lambda: _run(build_compare_parser().parse_args(argv)))


def build_compare_parser() -> argparse.ArgumentParser:
    """Build the parser of the command."""
    built = CommandParser(
        "streaming-compare", description=_ABOUT, epilog=_EPILOG, allow_abbrev=False
    )
    built.add_argument("old", metavar="OLD", help="a folder, a Git revision or an experiment")
    built.add_argument("new", metavar="NEW", help="another one")
    built.add_argument(
        "-o", "--output", type=Path, metavar="FOLDER", help="also write the page and its files here"
    )
    return built


def _run(arguments: argparse.Namespace) -> int:
    from streamwer import reports  # only now: help must not wait for the statistics
    from streamwer.analysis.revisions import MissingScoresError, read_run_scores
    from streamwer.reports import markdown, runs

    try:
        old, new = read_run_scores(arguments.old), read_run_scores(arguments.new)
    except MissingScoresError as missing:
        return _compare_figures(arguments, missing)
    comparison = runs.compare_runs(old, new, ScoringConfig())
    assert comparison.run_diff
    if arguments.output:
        reports.write_report(comparison, arguments.output)
    print(markdown.render(comparison), end="")
    return NOT_COMPARABLE if comparison.run_diff.is_incomparable else 0


def _compare_figures(arguments: argparse.Namespace, missing: StreamwerError) -> int:
    """Compare the reports' figures, which are in Git, where there are no scores."""
    from streamwer.analysis import committed_figures

    try:
        old, new = map(committed_figures.read_committed_figures, (arguments.old, arguments.new))
    except StreamwerError:
        raise missing from None
    if arguments.output:
        raise missing
    print(committed_figures.render_figures(old, new))
    print(
        "These are the figures of the committed reports, without intervals of the differences."
        f"\nFor those: {missing}",
        file=sys.stderr,
    )
    differences = old.list_differences(new)
    for each in differences:
        print(f"not comparable: {each}", file=sys.stderr)
    return NOT_COMPARABLE if differences else 0
