"""Arguments that the command lines of stages and studies share, and the config they choose."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence

from streamwer.config import compose, experiment, params_file
from streamwer.config.experiment import ExperimentConfig
from streamwer.config.params_file import PARAMS


def build_parser(
    module: str,
    description: str | None,
    overrides: str = "choices as for Hydra: dataset=folder, …; without any, params.yaml is read",
) -> argparse.ArgumentParser:
    """Build a parser that takes choices as for Hydra; flags are for the caller to add.

    Args:
        module: of the command, "pipeline.prepare".
        description: its docstring, which is shown as it is written.
        overrides: what the choices are.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help=overrides)
    return parser


def parse_arguments(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Parse the command line of a stage; `--cfg job` prints its configuration and ends there."""
    parser.add_argument(
        "--cfg", choices=("job",), help="print the configuration, as Hydra's commands do, and end"
    )
    args = parser.parse_args()
    if args.cfg:
        overrides = getattr(args, "overrides", ())
        print(params_file.compose_params(overrides) if overrides else PARAMS.read_text(), end="")
        parser.exit()
    return args


def load_config(overrides: Sequence[str]) -> ExperimentConfig:
    """Compose the config from choices; without any, read `params.yaml`."""
    return compose.load_config(overrides) if overrides else experiment.load_params()


def parse_count(text: str) -> int:
    """Parse a number from 1 on, as the type of an argument."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def parse_seconds(text: str) -> float:
    """Parse a number of seconds from 0 on, as the type of an argument."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 on")
    return value
