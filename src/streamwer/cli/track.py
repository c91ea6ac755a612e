"""`streaming-track`: send the figures and files of a report to an experiment tracker."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from streamwer.cli.common.command_parser import CommandParser
from streamwer.cli.common.run_command import run_program
from streamwer.config import registry
from streamwer.config.folders import COMPARISON
from streamwer.config.settings import check_settings, list_settings
from streamwer.errors import ConfigError
from streamwer.reports.trackers import Tracker, read_report

_ABOUT = (
    "Send the figures of a report, system by system, and its files to an experiment tracker:"
    " mlflow, or one that another package registers."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Send what the command line names; return the exit status."""
    return run_program(lambda: _run(build_track_parser().parse_args(argv)))


def build_track_parser() -> argparse.ArgumentParser:
    """Build the parser of the command."""
    built = CommandParser("streaming-track", description=_ABOUT, allow_abbrev=False)
    built.add_argument("tracker", metavar="TRACKER", help="where to")
    built.add_argument(
        "report",
        nargs="?",
        type=Path,
        default=COMPARISON,
        metavar="FOLDER",
        help=f"of the report (default: {COMPARISON})",
    )
    built.add_argument(
        "-S",
        dest="settings",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a setting of the tracker, such as experiment=mine; may be given several times",
    )
    return built


def _run(arguments: argparse.Namespace) -> int:
    tracker = _build_tracker(arguments.tracker, arguments.settings)
    print(f"{arguments.tracker}: {tracker.log_report(read_report(arguments.report))}")
    return 0


def _build_tracker(name: str, settings: list[str]) -> Tracker:
    found = registry.find("tracker", name)
    try:
        given = OmegaConf.merge(found.Config, OmegaConf.from_dotlist(settings))
    except OmegaConfBaseException as error:
        keys = ", ".join(each.key for each in list_settings(found.Config) if each.key != "name")
        text = str(error).partition("\n")[0]
        raise ConfigError(f"{name}: {text} (its settings are {keys})") from error
    config = OmegaConf.to_object(given)
    check_settings(name, config)
    tracker: Tracker = found(config)
    return tracker
