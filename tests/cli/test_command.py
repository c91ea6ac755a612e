"""The command as its users run it: a process, in a terminal or in a pipe, with a real model."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from streamwer import audio
from streamwer.cli.command import main
from tests.cli.stand_ins import call
from tests.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
SCRIPTED = (
    "import sys; from streamwer.cli.command import main; from tests.cli.stand_ins import *;"
    "sys.exit(main(sys.argv[1:], processes(linger_when_loud)))"
)


def environment(**extra: str) -> dict[str, str]:
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return {**os.environ, "PYTHONPATH": path, "TERM": "xterm-256color", **extra}


def read_until(terminal: int, wanted: str) -> str:
    """What a terminal shows up to a text, or to its end."""
    shown, end = b"", time.monotonic() + PATIENCE_S
    while wanted.encode() not in shown or not wanted:
        ready, _, _ = select.select([terminal], [], [], max(0.0, end - time.monotonic()))
        assert ready, f"no {wanted!r} in {shown!r}"
        try:
            part = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other side has closed
            break
        if not part:
            break
        shown += part
    return shown.decode(errors="replace")


def gone(group: int) -> bool:
    """Whether every process of a group ends within a few seconds."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("request_to_end", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_terminal_is_left_tidy_and_finished_work_is_kept(
    request_to_end: signal.Signals, tmp_path: Path
) -> None:
    call(tmp_path / "calls/a [red]é.flac", seconds=1.0)
    call(tmp_path / "calls/b.flac", level=0.9)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPTED, "calls"],
        cwd=tmp_path,
        env=environment(COLUMNS="40", LINES="20"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = read_until(ours, "b.flac")
    os.killpg(process.pid, request_to_end)
    shown += read_until(ours, "")
    assert process.wait(PATIENCE_S) == 128 + request_to_end
    assert gone(process.pid)
    assert "loud3-0 loud3-1" in shown
    assert "a [red]é.flac" in shown
    assert "interrupted: 1 of 2 files done" in shown
    assert "Traceback" not in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")  # the cursor is back
    entries = json.loads((tmp_path / "transcripts.json").read_text())["files"]
    assert [entry["error"] for entry in entries] == [None, "interrupted"]


def test_a_pipe_gets_plain_lines_even_if_colour_is_forced(tmp_path: Path) -> None:
    call(tmp_path / "a.flac")
    (tmp_path / "b.flac").touch()
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPTED, "."],
        cwd=tmp_path,
        env=environment(FORCE_COLOR="1"),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert ran.returncode == 1
    assert ran.stdout == "a.flac: loud3-0 loud3-1 loud3-2 loud3-3\n"
    assert ran.stderr == "error: b.flac: the file is empty (0 bytes)\n"


def test_a_reader_that_leaves_early_does_not_stop_the_work(tmp_path: Path) -> None:
    for i in range(3):
        call(tmp_path / f"{i}.flac", seconds=1.0)
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPTED, "."],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(PATIENCE_S) == 0
    assert len(json.loads((tmp_path / "transcripts.json").read_text())["files"]) == 3


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["direct", "transcribe"])
def test_the_bundled_model_hears_the_same_with_any_number_of_jobs(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("call_01", "call_02"):
        samples = audio.load_audio(ROOT / f"data/toy_calls/{name}.flac")
        audio.write_flac(tmp_path / f"{name}.flac", samples[: 4 * audio.SAMPLE_RATE])
    rows = map(json.loads, (ROOT / "data/toy_calls/metadata.jsonl").read_text().splitlines())
    said = {row["file_name"]: row["text"] for row in rows}
    monkeypatch.chdir(tmp_path)
    options = "--policy prompted_buffer --beam-size 1 --chunk-s 1.5 --clock unaware".split()
    options += ["--engine", engine, "--model", "reference"]
    for jobs in "12":
        assert main([".", "--output", f"{jobs}.json", "--jobs", jobs, *options]) == 0
    assert Path("1.json").read_bytes() == Path("2.json").read_bytes()
    entries = json.loads(Path("1.json").read_text())["files"]
    assert [entry["file"] for entry in entries] == ["call_01.flac", "call_02.flac"]
    for entry in entries:
        assert len(set(entry["text"].split()) & set(said[entry["file"]].split())) >= 3
        assert all(0 <= word["start"] <= word["end"] <= 4 for word in entry["words"])
    complaints = capsys.readouterr().err.splitlines()
    assert len(complaints) == 2  # these are not the bundled files, for all that the toy knows
    assert all("the model reference is a toy" in line for line in complaints)
