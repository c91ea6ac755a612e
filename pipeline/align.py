"""Stage `align`: word times for recordings of the prepared data set that have none.

With `--check`, recordings that have word times lose them, are aligned, and are compared with what
they had: how good an aligner is. Nothing is written then.
"""

from __future__ import annotations

import sys

from streamwer.alignment.origin import write_origin as write_origin
from streamwer.cli.common.arguments import build_parser, load_config, parse_arguments
from streamwer.cli.common.run_command import stage_command
from streamwer.cli.common.word_times import check_alignment, place_configured
from streamwer.config.folders import ALIGNED, PREPARED
from streamwer.datasets.staging import replace_folder
from streamwer.formats.manifest import read_manifest, write_manifest


@stage_command
def main() -> int:
    parser = build_parser("pipeline.align", __doc__)
    parser.add_argument("--check", action="store_true", help="compare with known word times")
    args = parse_arguments(parser)
    settings = load_config(args.overrides)
    references = read_manifest(PREPARED)
    if args.check:
        print(check_alignment(settings, references))
        return 0
    aligned, origin = place_configured(settings, references)
    with replace_folder(ALIGNED) as folder:
        write_manifest(folder, aligned)
        write_origin(folder, origin)
    print(f"word times: {origin.format_line()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
