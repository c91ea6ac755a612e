"""Cause every fault of docs/reliability.md and look whether what is promised holds.

    python -m tools.reliability

Prints how many were tried and how many held, and names those that did not.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

PAGE = Path("docs/reliability.md")
_ROW = re.compile(
    r"^\| (?P<fault>.+?) \| (?P<promise>.+?) \| \[(?P<words>.+)\]\(\.\./(?P<file>.+)\) \|$"
)
"""A fault, what is promised, and a link whose words are the name of the test."""


class Promise(NamedTuple):
    """A row of the page: the fault, what is promised, and the test that causes it."""

    fault: str
    promise: str
    file: str
    test: str


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.reliability",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--list", action="store_true", help="count them, and cause none")
    listed = parser.parse_args().list
    promises = read_promises(PAGE)
    broken = [] if listed else find_broken(promises)
    print(f"{len(promises)} faults tried, {len(promises) - len(broken)} promises held")
    for each in broken:
        print(f"not held: {each.fault} ({each.file}::{each.test})")
    return int(bool(broken))


def read_promises(page: Path) -> list[Promise]:
    """Read the rows of the page."""
    found = (_ROW.match(line) for line in page.read_text(encoding="utf-8").splitlines())
    return [
        Promise(row["fault"], row["promise"], row["file"], f"test_{row['words'].replace(' ', '_')}")
        for row in found
        if row
    ]


def find_broken(promises: list[Promise]) -> list[Promise]:
    """Find those whose test did not pass; one that is skipped was not tried."""
    names = [f"{each.file}::{each.test}" for each in promises]
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", *names]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    passed = set(re.findall(r"^PASSED (\S+?)(?:\[.*)?$", ran.stdout, re.MULTILINE))
    spoilt = set(re.findall(r"^(?:FAILED|ERROR) ([^\s\[]+)", ran.stdout, re.MULTILINE))
    held = passed - spoilt
    return [each for each in promises if f"{each.file}::{each.test}" not in held]


if __name__ == "__main__":
    sys.exit(main())
