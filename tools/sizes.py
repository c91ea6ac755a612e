"""How large what a run left is: by the hour of audio, and in all.

Of the data set and the systems of `params.yaml`, as `make repro` leaves them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from streamwer.alignment.aligned_manifest import read_aligned
from streamwer.cli.common.run_command import stage_command
from streamwer.config import experiment
from streamwer.config.folders import COMPARISON, EVENTS, PREPARED, SCORES
from streamwer.errors import DatasetError


@stage_command
def main() -> int:
    argparse.ArgumentParser(prog="python -m tools.sizes", description=__doc__).parse_args()
    spoken, systems = read_aligned(), experiment.load_params().compare
    hours = sum(each.seconds for each in spoken) / 3600
    words = sum(len(each.words) for each in spoken)
    print(f"{hours:.3f} h of audio, {words / hours:,.0f} timed words an hour")
    print(f"{'what':32} {'MB an hour':>10} {'MB':>8}")
    for what, size in measure_sizes(systems).items():
        print(f"{what:32} {size / hours / 1e6:10.2f} {size / 1e6:8.2f}")
    return 0


def measure_sizes(systems: list[str]) -> dict[str, int]:
    """Bytes, by what they are."""
    found = {"prepared audio": _count_bytes(PREPARED / "audio")}
    for name in systems:
        found[f"event log of {name}"] = _count_bytes(EVENTS / name)
    for name in systems:
        found[f"scores of {name}"] = _count_bytes(SCORES / name)
    return found | {"page of the report": _count_bytes(COMPARISON / "index.html")}


def _count_bytes(path: Path) -> int:
    if not path.exists():
        raise DatasetError(f"{path}: not there; run `make repro`")
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(each.stat().st_size for each in files if each.is_file())


if __name__ == "__main__":
    sys.exit(main())
