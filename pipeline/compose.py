"""Write `params.yaml` from `conf/`, or check that it is `conf/` composed.

`dvc repro` reads the committed file and never composes: after an edit under `conf/`, write it.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from omegaconf import OmegaConf

from streamwer.cli.stage import command
from streamwer.config.compose import composed

PARAMS = Path("params.yaml")


def stale() -> bool:
    """Whether `params.yaml` is not what `conf/` composes: an experiment, or an edit forgotten."""
    return PARAMS.read_text(encoding="utf-8") != OmegaConf.to_yaml(composed())


@command
def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.compose", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="write params.yaml")
    what.add_argument("--check", action="store_true", help="show the difference, exit 1 if any")
    args = parser.parse_args()
    fresh = OmegaConf.to_yaml(composed())
    if args.write:
        PARAMS.write_text(fresh)
        return 0
    committed = PARAMS.read_text() if PARAMS.is_file() else ""
    lines = difflib.unified_diff(
        committed.splitlines(), fresh.splitlines(), str(PARAMS), "conf/ composed", lineterm=""
    )
    difference = "\n".join(lines)
    if difference:
        print(difference)
        print("params.yaml is stale: run `python -m pipeline.compose --write`", file=sys.stderr)
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
