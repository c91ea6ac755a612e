"""Stage `stream`: play every recording of the prepared data set into one system.

A run that was interrupted goes on where it was: see docs/resuming.md.
"""

from __future__ import annotations

import sys

from streamwer.cli.common.arguments import build_parser, load_config, parse_arguments
from streamwer.cli.common.recordings import show_recordings
from streamwer.cli.common.run_command import print_warning, stage_command
from streamwer.errors import StreamwerError
from streamwer.provenance import contention
from streamwer.runners.recording import record_system


@stage_command
def main() -> int:
    parser = build_parser("pipeline.stream", __doc__)
    parser.add_argument("--system", required=True, help="a name under `systems` in params.yaml")
    args = parse_arguments(parser)
    name = args.system
    log = record_system(load_config(args.overrides), name, show_recordings, print_warning)
    if log.reuse:
        print(f"{name}: {log.reuse}")
    if contention.is_contended(log.machine):
        share = contention.describe_share(log.machine)
        print_warning(
            f"{name} was timed while the machine was busy: it waited for a core {share} of the"
            " time; run it on an idle machine"
        )
    for failure in log.failures:
        print(f"failed: {failure.recording}: {failure.reason}", file=sys.stderr)
    if not log.played:
        raise StreamwerError(f"{name}: every recording failed; see the reasons above")
    print(f"{name}: {log.played} recordings, {len(log.failures)} failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
