"""How large the report is and how fast it opens.

Made-up calls as long as LibriSpeech's utterances; without a browser only the size is measured.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from streamwer import reports
from streamwer.cli.common.arguments import parse_count
from streamwer.eventlog.log import EventLog
from streamwer.reports.comparison import Comparison
from streamwer.types import Reference
from tests.reports import synthetic
from tests.reports.browser import launch_browser, visit_page

_WORDS = 20


def main() -> None:
    args = create_parser().parse_args()
    made = build_comparison(args.recordings, args.systems)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        reports.write_report(made, Path(folder))
        page = Path(folder, "index.html")
        print(f"{args.recordings} recordings, {args.systems} systems")
        print(f"written in {time.perf_counter() - began:.1f} s")
        print(f"index.html: {page.stat().st_size / 1e6:.2f} MB", flush=True)
        time_opening(page)


def create_parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tools.time_report", description=__doc__)
    made.add_argument(
        "recordings", nargs="?", type=parse_count, default=2620, help="of each (2620)"
    )
    made.add_argument(
        "systems", nargs="?", type=parse_count, default=8, help="that are compared (8)"
    )
    return made


def build_comparison(recordings: int, systems: int) -> Comparison:
    """The three made-up systems over and over, each time with other errors."""
    spoken = synthetic.references(recordings, _WORDS)
    seeds = range(-(-systems // 3))
    rounds = [synthetic.compare(_bind_log(spoken, seed), spoken) for seed in seeds]
    all_of_them = [system for made in rounds for system in made.systems][:systems]
    named = (
        replace(each, summary=replace(each.summary, name=f"system_{at}"))
        for at, each in enumerate(all_of_them)
    )
    return replace(rounds[0], systems=tuple(named), baseline="system_0")


def _bind_log(spoken: list[Reference], seed: int) -> Callable[[synthetic.Manner, str], EventLog]:
    return lambda manner, name: synthetic.log(spoken, manner, seed=seed)


def time_opening(page: Path) -> None:
    """Time until the list of calls is there, until it is sorted, and until a call is open."""
    with launch_browser() as browser:
        began = time.perf_counter()
        with visit_page(browser, page.as_uri()) as view:
            print(f"opened in {time.perf_counter() - began:.2f} s")
            for name, act, then in (
                ("sorted", "#calls thead tr:last-child th:nth-child(6) button", "[aria-sort]"),
                ("call open", "#calls tbody tr:last-child button", "dialog[open] .spoken"),
            ):
                began = time.perf_counter()
                view.click(act)
                view.wait_for_selector(then)
                print(f"{name} in {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()
