"""Write `params.yaml` from `conf/`, or check that it is `conf/` composed.

`dvc repro` reads the committed file and never composes: after an edit under `conf/`, write it.
"""

from __future__ import annotations

import argparse
import sys

from streamwer.cli.common.run_command import stage_command
from streamwer.config.params_file import PARAMS, compose_params, show_difference


@stage_command
def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.compose", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="write params.yaml")
    what.add_argument("--check", action="store_true", help="show the difference, exit 1 if any")
    what.add_argument("--cfg", choices=("job",), help="print conf/ composed")
    args = parser.parse_args()
    if args.cfg:
        print(compose_params(), end="")
        return 0
    if args.write:
        PARAMS.write_text(compose_params(), encoding="utf-8")
        return 0
    difference = show_difference()
    if difference:
        print(difference)
        print("params.yaml is stale: run `python -m pipeline.compose --write`", file=sys.stderr)
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
