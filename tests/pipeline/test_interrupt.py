"""Ctrl-C while recordings are streamed: a clean end, nothing left, and the same command works."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from streamwer import eventlog
from tests.patience import PATIENCE_S, until
from tests.pipeline.stoppable import alive, prepare, started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the command runs."""
    prepare(tmp_path)
    return tmp_path


def begun(folder: Path, where: str, process_of_ray: str = "") -> subprocess.Popen[str]:
    """The command, of which a worker has its core by now, or of which a process of Ray runs."""
    process = started(folder, where)
    try:
        until(lambda: arrived(process, folder, process_of_ray), process_of_ray or "a core")
    except BaseException:
        process.terminate()  # so that Ray ends as well
        raise
    return process


def arrived(process: subprocess.Popen[str], folder: Path, process_of_ray: str) -> bool:
    assert process.poll() is None, process.communicate(timeout=PATIENCE_S)
    if process_of_ray:
        return any(process_of_ray in line for line in alive(process.pid))
    return any(folder.glob("tmp/streamwer-cores-*/cpu*"))


@pytest.mark.ray
@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="no /proc to look for processes")
@pytest.mark.parametrize(
    ("where", "process_of_ray"),
    [("local", ""), ("ray", ""), ("ray", "gcs_server"), ("ray", "raylet")],
)
def test_ctrl_c_ends_a_run_and_leaves_nothing(
    folder: Path, where: str, process_of_ray: str
) -> None:
    """In the middle of the recordings, or while Ray starts."""
    process = begun(folder, where, process_of_ray)
    if not process_of_ray:
        time.sleep(1.0)  # in the model's loading or in the middle of the recording
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, output) == (130, "")
    *before, last = errors.splitlines()
    assert last == "interrupted"
    # Where the short one was finished by then.
    assert all(line.startswith("warning: offline is not whole;") for line in before), errors
    until(lambda: not list(alive(process.pid)), "the end of every process")
    assert not list(folder.glob("data/events/**/*.parquet*"))
    assert not list(folder.glob("data/**/*.partial"))


@pytest.mark.ray
@pytest.mark.parametrize("where", ["local", "ray"])
def test_a_request_to_terminate_ends_a_run_as_ctrl_c_does(folder: Path, where: str) -> None:
    """It comes to the command alone, as a scheduler sends it: one line, and no native stack."""
    process = begun(folder, where)
    time.sleep(1.0)
    process.terminate()
    output, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, output) == (143, "")
    *before, last = errors.splitlines()
    assert last == "terminated"
    assert all(line.startswith("warning: offline is not whole;") for line in before), errors
    until(lambda: not list(alive(process.pid)), "the end of every process")
    assert not list(folder.glob("data/events/**/*.parquet*"))


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
    assert set(eventlog.read_log(folder / "data/events/offline").group_by_recording()) == {
        "long",
        "short",
    }
