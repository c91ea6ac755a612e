"""Live calls as their users make them: audio on a pipe, Ctrl-C, a source that stalls."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest

from streamwer import audio
from streamwer.cli.command import main
from streamwer.config.experiment import SystemConfig
from streamwer.recognisers.base import Recogniser, Window
from tests.cli.stand_ins import HalfSeconds, call, here
from tests.cli.test_command import ROOT, environment
from tests.formats.captions.test_captions import read_srt, read_vtt
from tests.patience import PATIENCE_S, until

LIVE = (
    "import sys; from streamwer.cli.command import main; from tests.cli.stand_ins import *;"
    "sys.exit(main(sys.argv[1:], load=lambda system: HalfSeconds()))"
)
MODEL = LIVE.replace(", load=lambda system: HalfSeconds()", "")
SURE = "--policy prompted_buffer --holdback-s 0.5".split()


def pcm(seconds: float, level: float = 0.3) -> bytes:
    return np.full(int(seconds * 16_000), int(level * 32768), "<i2").tobytes()


def load(_: SystemConfig) -> Recogniser:
    return HalfSeconds()


def read_transcript(path: str = "transcripts.json") -> dict[str, Any]:
    return dict(json.loads(Path(path).read_text(encoding="utf-8"))["files"][0])


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], None]]:
    """Puts bytes on standard input, which ends behind them."""
    ours, theirs = os.pipe()
    stdin = os.fdopen(ours)
    monkeypatch.setattr("sys.stdin", stdin)

    def write(data: bytes) -> None:
        with os.fdopen(theirs, "wb") as file:
            file.write(data)

    threads: list[threading.Thread] = []

    def start(data: bytes) -> None:
        threads.append(threading.Thread(target=write, args=[data]))
        threads[0].start()

    yield start
    listening = [each for each in threading.enumerate() if each.name == "live audio"]
    for thread in (*threads, *listening):  # that reads of a number which the next pipe may have
        thread.join(PATIENCE_S)
    stdin.close()


@contextmanager
def start_command(script: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-c", script, "-", *arguments],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_raw_audio_on_standard_input(
    say: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]
) -> None:
    say(pcm(2.25))
    assert main(["-"], load=load) == 0
    assert capsys.readouterr() == ("loud3-0 loud3-1 loud3-2 loud3-3\n", "")
    assert read_transcript() == read_transcript() | {
        "file": "standard input",
        "seconds": 2.25,
        "text": "loud3-0 loud3-1 loud3-2 loud3-3",
        "error": None,
    }


def test_rate_and_channels(say: Callable[[bytes], None]) -> None:
    say(pcm(6.0))
    assert main(["-", "--rate", "24000", "--channels", "2"], load=load) == 0
    assert read_transcript()["seconds"] == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [(b"", "there was no audio"), (b"OggS" + bytes(50), "this is Ogg")],
)
def test_input_without_audio_is_one_error_and_writes_nothing(
    data: bytes,
    complaint: str,
    say: Callable[[bytes], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    say(data)
    assert main(["-", "--format", "srt"], load=load) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert complaint in shown.err
    assert shown.err.count("\n") == 1
    assert list(Path().iterdir()) == []


def test_a_recogniser_that_fails_leaves_the_words_so_far_and_says_why(
    say: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(window: Window) -> None:
        if len(window.audio) > 16_000:
            raise ArithmeticError("too long")

    say(pcm(1.0) + pcm(60.0))
    assert main(["-"], load=lambda _: HalfSeconds(fail)) == 1
    assert read_transcript()["error"] == "ArithmeticError: too long"
    assert "error: ArithmeticError: too long" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["-", "a.wav"], "live input comes alone"),
        (["--microphone", "2", "-"], "live input comes alone"),
        (["-", "--clock", "measured"], "--clock measured: live input has the wall's clock"),
        (["-", "--jobs", "2"], "live input is one job"),
        (["a.wav", "--rate", "8000"], "--rate: only raw PCM on standard input has it"),
        (["-", "--format", "ssa"], "invalid choice"),
    ],
)
def test_what_makes_no_sense_is_refused(
    argv: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv, load=load) == 2
    shown = capsys.readouterr().err
    assert complaint in shown
    assert shown.count("\n") == 1


def unread(pipe: IO[bytes]) -> int:
    """Bytes that the reader of a pipe has not taken yet."""
    found = fcntl.ioctl(pipe.fileno(), termios.FIONREAD, bytes(4))
    return int.from_bytes(found, sys.byteorder)


@pytest.mark.parametrize(
    ("request_to_end", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_ends_a_stalled_call_with_its_tail_and_all_its_outputs(
    request_to_end: signal.Signals, status: int
) -> None:
    with start_command(LIVE, "--format", "vtt", "--output", "call.vtt", *SURE) as process:
        assert process.stdin
        process.stdin.write(pcm(9.75))
        process.stdin.flush()  # and then no more, and no end
        until(lambda: unread(process.stdin) == 0)
        until(lambda: Path("call.vtt").exists() and "loud3-9" in Path("call.vtt").read_text())
        time.sleep(0.2)  # what was read last is now heard, too
        early = Path("call.vtt").read_text()
        assert "loud3-18" not in early
        process.send_signal(request_to_end)
        assert process.wait(PATIENCE_S) == status
        assert process.stdout
        assert process.stderr
        assert process.stderr.read() == b""
        words = [f"loud3-{i}" for i in range(19)]
        assert process.stdout.read().decode().split() == words
        whole = Path("call.vtt").read_text()
        assert whole.startswith(early)
        assert " ".join(cue.text for cue in read_vtt(whole)).split() == words


def test_a_reader_that_leaves_early_does_not_stop_the_call() -> None:
    with start_command(LIVE) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write(pcm(30.0))
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE_S) == 0
        assert read_transcript()["seconds"] == 30.0


def test_captions_on_standard_output_are_all_there_is() -> None:
    with start_command(LIVE, "--format", "srt", "--output", "-") as process:
        out, error = process.communicate(pcm(20.0), timeout=PATIENCE_S)
        assert (process.returncode, error) == (0, b"")
        cues = read_srt(out.decode())
        assert " ".join(cue.text for cue in cues).split() == [f"loud3-{i}" for i in range(40)]
        assert list(Path().iterdir()) == []


def test_files_get_captions_too() -> None:
    call(Path("a.flac"), seconds=3.0)
    assert main(["a.flac", "--format", "srt"], here()) == 0
    assert [cue.text for cue in read_srt(Path("transcripts.srt").read_text())] == [
        " ".join(f"loud3-{i}" for i in range(6))
    ]


def test_captions_of_a_folder_lie_as_its_files_do_and_of_those_that_failed_there_are_none() -> None:
    call(Path("in/a.flac"), seconds=1.0)
    call(Path("in/deep/a.flac"), seconds=1.0)
    Path("in/b.flac").touch()
    assert main(["in", "--format", "vtt", "--output", "out"], here()) == 1
    files = {str(path.relative_to("out")) for path in Path("out").rglob("*") if path.is_file()}
    assert files == {"a.flac.vtt", "deep/a.flac.vtt"}
    assert len(read_vtt(Path("out/deep/a.flac.vtt").read_text())) == 1


def test_captions_never_leave_their_folder() -> None:
    call(Path("top/a.flac"))
    call(Path("in/b.flac"))
    os.chdir("in")
    assert main(["../top/a.flac", "b.flac", "--format", "text", "--output", "out"], here()) == 0
    assert sorted(map(str, Path("out").rglob("*.txt"))) == ["out/b.flac.txt", "out/top/a.flac.txt"]


def test_an_interrupted_run_keeps_no_half_captions() -> None:
    def interrupt(window: Window) -> None:
        if np.abs(window.audio).max() > 0.5:
            raise KeyboardInterrupt

    call(Path("in/a.flac"))
    call(Path("in/b.flac"), level=0.9)
    assert main(["in", "--format", "srt"], here(interrupt)) == 130
    assert [path.name for path in Path("transcripts").iterdir()] == ["a.flac.srt"]


@pytest.mark.slow
@pytest.mark.parametrize("interrupted", [False, True])
def test_the_bundled_model_hears_a_call_on_a_pipe(interrupted: bool) -> None:
    samples = audio.load_audio(ROOT / "data/toy_calls/call_01.flac")[: 6 * audio.SAMPLE_RATE]
    data = (samples * 32768).clip(-32768, 32767).astype("<i2").tobytes()
    options = "--model reference --policy prefix_agreement --engine direct --format vtt".split()
    with start_command(MODEL, *options) as process:
        assert process.stdin
        process.stdin.write(data)
        process.stdin.flush()
        if interrupted:
            until(lambda: Path("transcripts.vtt").exists())
            time.sleep(0.5)  # in the middle of it
            process.send_signal(signal.SIGINT)
        else:
            process.stdin.close()
        assert process.wait(PATIENCE_S) == (130 if interrupted else 0)
        cues = read_vtt(Path("transcripts.vtt").read_text())
        said = "hi this is michael from london i need to review a price"
        assert " ".join(cue.text for cue in cues) == said
