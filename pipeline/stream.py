"""Stage `stream`: play every recording of the prepared data set into one system."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipeline.command import command, progress
from pipeline.prepare import PREPARED
from streamwer import config, eventlog
from streamwer.cluster import Job, Outcome, stream_all
from streamwer.config import Config
from streamwer.datasets import read_manifest
from streamwer.errors import StreamwerError

EVENTS = Path("data/events")


@command
def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.stream", description=__doc__)
    parser.add_argument("--system", required=True, help="a name under `systems` in params.yaml")
    args = parser.parse_args()
    outcome = stream(config.load(), args.system)
    log = eventlog.EventLog(tuple(outcome.steps), tuple(outcome.failures), outcome.facts)
    eventlog.write(EVENTS / args.system, log)
    for failure in outcome.failures:
        print(f"failed: {failure.recording}: {failure.reason}", file=sys.stderr)
    if not outcome.steps:
        raise StreamwerError(f"{args.system}: every recording failed; see the reasons above")
    recordings = len({step.recording for step in outcome.steps})
    print(f"{args.system}: {recordings} recordings, {len(outcome.failures)} failed")
    return 0


def stream(settings: Config, name: str) -> Outcome:
    """Run one system on the prepared data set."""
    jobs = [
        Job(reference.recording, (PREPARED / reference.audio).resolve(), reference.seconds)
        for reference in read_manifest(PREPARED)
    ]
    with progress() as bar:
        task = bar.add_task(name, total=len(jobs))
        return stream_all(
            jobs, config.system(settings, name), settings.cluster, lambda job: bar.advance(task)
        )


if __name__ == "__main__":
    sys.exit(main())
