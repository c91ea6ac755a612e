"""Stage `stream`: play every recording of the prepared data set into one system."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipeline.command import command, progress
from pipeline.prepare import PREPARED
from streamwer import config, contended, digests, eventlog
from streamwer.cluster import Job, event_log, stream_all
from streamwer.config import ClusterConfig, Config, SystemConfig
from streamwer.datasets import journeys, played, read_manifest
from streamwer.errors import StreamwerError
from streamwer.eventlog import EventLog
from streamwer.transcript import Failure

EVENTS = Path("data/events")


@command
def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.stream", description=__doc__)
    parser.add_argument("--system", required=True, help="a name under `systems` in params.yaml")
    args = parser.parse_args()
    log = stream(config.load(), args.system)
    eventlog.write(EVENTS / args.system, log)
    if how := contended.busy(log.machine):
        print(f"warning: {args.system} was {how}; run it on an idle machine", file=sys.stderr)
    for failure in log.failures:
        print(f"failed: {failure.recording}: {failure.reason}", file=sys.stderr)
    if not log.steps:
        raise StreamwerError(f"{args.system}: every recording failed; see the reasons above")
    print(f"{args.system}: {len(log.by_recording())} recordings, {len(log.failures)} failed")
    return 0


def stream(settings: Config, name: str) -> EventLog:
    """Run one system on the prepared data set."""
    return stream_from(PREPARED, name, config.system(settings, name), settings.cluster)


def stream_from(folder: Path, name: str, system: SystemConfig, cluster: ClusterConfig) -> EventLog:
    """Run a system on the data set that was prepared in a folder."""
    references, arriving = read_manifest(folder), journeys(folder)
    jobs = [
        Job(
            each.recording,
            (folder / each.audio).resolve(),
            each.seconds,
            arriving.get(each.recording),
        )
        for each in references
        if not each.broken
    ]
    with progress() as bar:
        task = bar.add_task(name, total=len(jobs))
        outcome = stream_all(jobs, system, cluster, lambda job: bar.advance(task))
    # What was said in a recording without audio was missed: it failed, and stays in every figure.
    outcome.failures += [
        Failure(reference.recording, reference.broken)
        for reference in references
        if reference.broken
    ]
    heard = digests.of_audio({job.recording: job.audio for job in jobs})
    return event_log(outcome, system, played(heard, arriving))


if __name__ == "__main__":
    sys.exit(main())
