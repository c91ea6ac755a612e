"""What a large comparison takes, reckoned from measured figures; docs/scaling.md explains them.

Usage: python -m tools.scaling --hours 1000 --systems 20 --nodes 50
"""

from __future__ import annotations

import argparse
import json
import math
import re
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

COSTS = Path("reports/comparison/costs.json")


@dataclass(frozen=True)
class Job:
    """What is to be run, and on what.

    Attributes:
        hours: of audio.
        recording_s: mean length of a recording, seconds.
        systems: that are compared.
        rtf: mean seconds of one core for a second of audio, over the systems.
        nodes: of the cluster.
        cores: of a node that stream; one worker on each.
        price: of a core-hour, in any currency.
    """

    hours: float = 1000.0
    recording_s: float = 12.0
    systems: int = 20
    rtf: float = 0.1
    nodes: int = 50
    cores: int = 16
    price: float = 0.0


@dataclass(frozen=True)
class Figures:
    """What was measured on two shared cores of an AMD EPYC; docs/scaling.md says how.

    Attributes:
        prepare_s: to prepare a recording, processor seconds.
        prepare_hour_s: and for an hour of its audio.
        dispatch_per_s: recordings that one driver hands out and takes back a second.
        store_s: to keep a recording and to write its log, processor seconds.
        score_hour_s: to score an hour of audio, processor seconds.
        statistics_s: of one system's intervals, a recording, processor seconds.
        audio_mb: prepared audio, an hour.
        log_mb: event log, an hour.
        scores_mb: scored tables, an hour.
        driver_mb: a driver without a recording.
        driver_kb: and for each recording.
        word_kb: and for each timed reference word.
        table_kb: a word in memory, where intervals are worked out.
    """

    prepare_s: float = 0.005
    prepare_hour_s: float = 20.0
    dispatch_per_s: float = 200.0
    store_s: float = 0.00038
    score_hour_s: float = 0.8
    statistics_s: float = 0.0016
    audio_mb: float = 58.0
    log_mb: float = 1.2
    scores_mb: float = 0.8
    driver_mb: float = 140.0
    driver_kb: float = 2.0
    word_kb: float = 0.17
    table_kb: float = 1.4


WORDS_PER_HOUR = 7_750
"""Of the bundled calls."""


def plan(job: Job, of: Figures) -> list[tuple[str, str, str]]:
    """What it takes, how it was reckoned, and how much that is."""
    recordings = job.hours * 3600 / job.recording_s
    played, streams = job.hours * job.systems, recordings * job.systems
    cores = job.nodes * job.cores
    streaming = played * job.rtf
    prepare = (recordings * of.prepare_s + job.hours * of.prepare_hour_s) / 3600
    drive = streams * of.store_s / 3600
    score = played * of.score_hour_s / 3600
    statistics = streams * of.statistics_s / 3600
    total = streaming + prepare + drive + score + statistics
    words = job.hours * WORDS_PER_HOUR
    rows = [
        ("recordings", "hours × 3600 / length", f"{recordings:,.0f}"),
        ("prepare, core-hours", "per recording + per hour", f"{prepare:,.1f}"),
        ("stream, core-hours", "hours × systems × RTF", f"{streaming:,.0f}"),
        (
            "stream, hours on the cluster",
            "core-hours / (nodes × cores)",
            f"{streaming / cores:,.2f}",
        ),
        (
            "hand out, hours of one driver",
            "recordings × systems / rate",
            f"{streams / of.dispatch_per_s / 3600:,.2f}",
        ),
        ("keep and write, core-hours", "recordings × systems", f"{drive:,.1f}"),
        ("score, core-hours", "hours × systems", f"{score:,.1f}"),
        ("intervals, core-hours", "recordings × systems", f"{statistics:,.1f}"),
        ("prepared audio, GB", "hours", f"{job.hours * of.audio_mb / 1e3:,.0f}"),
        ("event logs, GB", "hours × systems", f"{played * of.log_mb / 1e3:,.1f}"),
        ("scores, GB", "hours × systems", f"{played * of.scores_mb / 1e3:,.1f}"),
        (
            "driver, MB",
            "base + per recording + per word",
            f"{of.driver_mb + (recordings * of.driver_kb + words * of.word_kb) / 1e3:,.0f}",
        ),
        ("intervals of one system, MB", "words of one system", f"{words * of.table_kb / 1e3:,.0f}"),
        ("in all, core-hours", "", f"{total:,.0f}"),
    ]
    cost = [("cost", "core-hours × price", f"{total * job.price:,.2f}")] if job.price else []
    return rows + cost


def read_measured_rtf() -> float:
    """The mean of the systems of the committed comparison.

    Raises:
        SystemExit: it is not here, or is not what it should be.
    """
    try:
        systems = json.loads(COSTS.read_text(encoding="utf-8"))["systems"].values()
        return float(sum(system["rtf"] for system in systems) / len(systems))
    except OSError as error:
        reason = error.strerror
    except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        reason = f"not a report's costs: {error}"
    raise SystemExit(f"error: {COSTS}: {reason}; give --rtf, or run this in a checkout")


def create_parser() -> argparse.ArgumentParser:
    """The command line: a flag for each attribute of `Job` and of `Figures`."""
    made = argparse.ArgumentParser(prog="python -m tools.scaling", description=__doc__)
    for kind, title in ((Job, "what is to be run"), (Figures, "what was measured")):
        group, said = made.add_argument_group(title), parse_attributes(kind)
        for each in fields(kind):
            default = None if each.name == "rtf" else each.default
            shown = f"that of {COSTS}" if each.name == "rtf" else f"{each.default:g}"
            group.add_argument(
                f"--{each.name.replace('_', '-')}",
                type=partial(parse_number, whole=each.type == "int", or_zero=each.name == "price"),
                default=default,
                metavar="N",
                help=f"{said[each.name]} ({shown})",
            )
    return made


def parse_number(text: str, whole: bool, or_zero: bool) -> float:
    """A number above zero, as the type of an argument."""
    try:
        found = int(text) if whole else float(text)
    except ValueError:
        found = -1
    if not (0 < found < math.inf or (or_zero and found == 0)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above zero")
    return found


def parse_attributes(kind: type) -> dict[str, str]:
    """What the docstring of a class says of each attribute."""
    listed = re.findall(r"^    +(\w+): (.+)\.$", kind.__doc__ or "", re.MULTILINE)
    return dict(listed)


def main() -> None:
    given = vars(create_parser().parse_args())
    given["rtf"] = read_measured_rtf() if given["rtf"] is None else given["rtf"]
    job = Job(**{each.name: given[each.name] for each in fields(Job)})
    figures = Figures(**{each.name: given[each.name] for each in fields(Figures)})
    print(f"{job.hours:g} h × {job.systems} systems at RTF {job.rtf:.3f}, {job.nodes} nodes")
    for what, how, value in plan(job, figures):
        print(f"{what:32} {value:>12}   {how}".rstrip())


if __name__ == "__main__":
    main()
