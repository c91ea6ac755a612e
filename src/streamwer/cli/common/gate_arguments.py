"""The command line of the stage `gate`."""

from __future__ import annotations

import argparse


def build_gate_parser(description: str | None) -> argparse.ArgumentParser:
    """Build the parser of `python -m pipeline.gate`."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.gate", description=description)
    tiers = parser.add_mutually_exclusive_group()
    tiers.add_argument(
        "--stage",
        action="store_true",
        help="as a stage of the pipeline: with other settings or data than the baseline's it is an"
        " experiment, which is not judged and does not fail",
    )
    tiers.add_argument(
        "--update-baseline", action="store_true", help="write a new baseline and say what moved"
    )
    tiers.add_argument(
        "--in-turns",
        action="store_true",
        help="instead of the committed baseline: run baseline and candidate in turns with the rules"
        " of conf/gate/statistical.yaml, and once more to confirm a regression",
    )
    _add_turns(parser)
    return parser


def _add_turns(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--against",
        metavar="REVISION",
        default="HEAD",
        help="with --in-turns: the Git revision that is the baseline (default: HEAD, so that"
        " changes not yet committed are judged)",
    )
    parser.add_argument(
        "--against-settings",
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        help="with --in-turns: the baseline is this tree with other settings instead",
    )
    parser.add_argument(
        "--settings",
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        help="with --in-turns: settings of the candidate, and of the gate (gate.runs=3)",
    )
