"""A run that somebody ends with Ctrl-C; used by the tests and by `tools/time_interrupt.py`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

from omegaconf import OmegaConf

from streamwer.config.compose import compose_config
from tests.datasets.prepared import prepare_rows
from tests.datasets.recordings import clip

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "pipeline.stream", "--system", "offline")


def prepare(folder: Path, long_s: float = 4.0) -> None:
    """Two recordings of some seconds, that are played in real time."""
    for name, seconds in {"long": long_s, "short": 1.0}.items():
        clip(folder / f"mine/{name}.flac", seconds)
        (folder / f"mine/{name}.txt").write_text("words")
    prepare_rows(folder / "mine", folder / "data/prepared")
    (folder / "tmp").mkdir()


def started(folder: Path, where: str) -> subprocess.Popen[str]:
    """The command, in a session of its own as in a terminal."""
    model = ROOT / "models/reference"
    chosen = [
        "clock=wall",
        "engine=direct",
        f"cluster={where}",
        "model=reference",
        f"model.path={model}",
    ]
    OmegaConf.save(compose_config(chosen), folder / "params.yaml", resolve=True)
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return subprocess.Popen(
        COMMAND,
        cwd=folder,
        # Locks of the test's own; Ray's sockets have a short path elsewhere.
        env=os.environ
        | {"PYTHONPATH": paths, "TMPDIR": str(folder / "tmp"), "RAY_TMPDIR": gettempdir()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def alive(session: int) -> Iterator[str]:
    """Command lines of the processes of a session; those that have ended do not count."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, theirs = status.read_text().rpartition(") ")[2].split()[:4]
            if int(theirs) == session and state != "Z":
                yield (status.parent / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it has just ended
            continue
