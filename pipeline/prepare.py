"""Stage `prepare`: the data set of `params.yaml` becomes `data/prepared`.

With `--dry-run`, the first rows are shown as they are understood, and nothing is written.
"""

from __future__ import annotations

import sys

from streamwer.cli.common.arguments import build_parser, load_config, parse_arguments, parse_count
from streamwer.cli.common.preparation import prepare_and_summarise, print_preview
from streamwer.cli.common.run_command import stage_command
from streamwer.datasets.preview import preview_dataset


@stage_command
def main() -> int:
    parser = build_parser("pipeline.prepare", __doc__)
    parser.add_argument("--dry-run", action="store_true", help="show rows and write nothing")
    parser.add_argument("--rows", type=parse_count, default=10, help="how many rows to show (10)")
    args = parse_arguments(parser)
    settings = load_config(args.overrides)
    if args.dry_run:
        print_preview(preview_dataset(settings.dataset, args.rows), settings.dataset.name)
    else:
        print(prepare_and_summarise(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
