"""Ctrl-C while recordings are streamed: a clean end, nothing left, and the same command works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

import pytest
from omegaconf import OmegaConf

from streamwer import eventlog
from streamwer.compose import composed
from tests.datasets.prepared import prepared
from tests.datasets.recordings import clip

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "pipeline.stream", "--system", "offline")
PATIENCE_S = 120.0
"""Of the test, on a machine however busy; how long it takes is for docs/reliability.md to say."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the command runs: recordings of some seconds, that are played in real time."""
    for name, seconds in {"long": 4.0, "short": 1.0}.items():
        clip(tmp_path / f"mine/{name}.flac", seconds)
        (tmp_path / f"mine/{name}.txt").write_text("words")
    prepared(tmp_path / "mine", tmp_path / "data/prepared")
    (tmp_path / "tmp").mkdir()
    return tmp_path


def started(folder: Path, where: str) -> subprocess.Popen[str]:
    """The command, in a session of its own as in a terminal."""
    model = ROOT / "models/reference"
    chosen = ["clock=wall", "engine=direct", f"cluster={where}", f"model.path={model}"]
    OmegaConf.save(composed(chosen), folder / "params.yaml", resolve=True)
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


def begun(folder: Path, where: str) -> subprocess.Popen[str]:
    """The command, of which a worker has its core by now."""
    process = started(folder, where)
    try:
        for _ in within_patience("a worker that has its core"):
            assert process.poll() is None, process.communicate()
            if list(folder.glob("tmp/streamwer-cores-*/cpu*")):
                break
    except BaseException:
        process.terminate()  # so that Ray ends as well
        raise
    return process


def alive(session: int) -> Iterator[str]:
    """Command lines of the processes of a session; those that have ended do not count."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, theirs = status.read_text().rpartition(") ")[2].split()[:4]
            if int(theirs) == session and state != "Z":
                yield (status.parent / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it has just ended
            continue


def within_patience(what: object) -> Iterator[None]:
    """Moments to look again, until it would be a failure."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        yield
        time.sleep(0.1)
    pytest.fail(f"not within {PATIENCE_S:g} s: {what}")


@pytest.mark.ray
@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="no /proc to look for processes")
@pytest.mark.parametrize("where", ["local", "ray"])
def test_ctrl_c_ends_a_run_and_leaves_nothing(folder: Path, where: str) -> None:
    process = begun(folder, where)
    time.sleep(1.0)  # in the model's loading or in the middle of the recording
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, output) == (130, "")
    *before, last = errors.splitlines()
    assert last == "interrupted"
    # Where the short one was finished by then.
    assert all(line.startswith("warning: offline is not whole;") for line in before), errors
    for _ in within_patience("the end of every process"):
        if not list(alive(process.pid)):
            break
    assert not list(folder.glob("data/events/**/*.parquet*"))
    assert not list(folder.glob("data/**/*.partial"))


def test_after_ctrl_c_the_same_command_gives_a_whole_log(folder: Path) -> None:
    """At the first sign of life, and then not at all."""
    process = begun(folder, "local")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, errors
    again = started(folder, "local")
    output, errors = again.communicate(timeout=PATIENCE_S)
    assert again.returncode == 0, errors
    assert output == "offline: 2 recordings, 0 failed\n"
    assert set(eventlog.read(folder / "data/events/offline").by_recording()) == {"long", "short"}
