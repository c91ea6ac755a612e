from __future__ import annotations

import json
import math
import struct
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from streamwer.cli.command import main
from streamwer.recognisers.base import Window
from streamwer.simulation.clock import CLOCKS, WallClock
from tests.cli.stand_ins import Act, call, die_once, die_when_loud, here, no_recogniser, processes


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read_transcripts(path: str = "transcripts.json") -> dict[str, Any]:
    return dict(json.loads(Path(path).read_text(encoding="utf-8")))


def errors() -> dict[str, str | None]:
    return {entry["file"]: entry["error"] for entry in read_transcripts()["files"]}


def encode(path: Path, codec: str, rate: int, layout: str, seconds: float = 1.0) -> None:
    """A tone in any format."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        tone = np.sin(np.arange(int(rate * seconds)) * 440 * math.tau / rate) * 0.4
        samples = np.tile(tone.astype(np.float32), (stream.channels, 1))
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
        frame.sample_rate = rate
        resampled = av.AudioResampler(stream.format.name, layout, rate, stream.frame_size or None)
        for part in [*resampled.resample(frame), *resampled.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


def silent_film(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width = stream.height = 64
        for _ in range(5):
            black = np.zeros((64, 64, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(black, format="rgb24")))
        container.mux(stream.encode(None))


def float_wav(path: Path, samples: list[float]) -> None:
    data = struct.pack(f"<{len(samples)}f", *samples)
    form = struct.pack("<HHIIHH", 3, 1, 16_000, 64_000, 4, 32)
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    chunks += b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)


def test_a_folder_is_transcribed_to_lines_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    call(Path("calls/b.flac"), seconds=1.0, level=0.2)
    call(Path("calls/a.flac"), seconds=1.5, level=0.3)
    options = ["--model", "tiny.en", "--chunk-s", "0.5"]
    assert main(["--audio-folder", "calls", *options], here()) == 0
    shown = capsys.readouterr()
    assert shown.out == "a.flac: loud3-0 loud3-1 loud3-2\nb.flac: loud2-0 loud2-1\n"
    assert shown.err == ""
    content = read_transcripts()
    assert content["schema"] == 2
    assert content["settings"]["policy"]["chunk_s"] == 0.5
    assert content["settings"]["model"]["name"] == "tiny_en"
    assert content["settings"]["engine"]["name"] == "direct"
    assert content["settings"]["clock"] == "measured"
    first = content["files"][0]
    assert (first["file"], first["seconds"], first["error"]) == ("a.flac", 1.5, None)
    assert first["text"] == "loud3-0 loud3-1 loud3-2"
    word = {"text": "loud3-1", "start": 0.5, "end": 1.0, "probability": 1.0}
    assert first["words"][1] == word | {"shown": 1.5, "committed": 1.5}


def test_each_bad_file_is_named_with_its_reason_and_the_others_are_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = call(Path("x/good.flac")).parent
    (folder / "empty.wav").touch()
    (folder / "text.wav").write_text("this is not audio\n" * 100)
    float_wav(folder / "nan.wav", [0.1] * 100 + [math.nan] * 3)
    silent_film(folder / "film.mp4")
    float_wav(folder / "none.wav", [])
    assert main([str(folder)], here()) == 1
    reasons = {
        "empty.wav": "empty (0 bytes)",
        "text.wav": "not readable as audio",
        "nan.wav": "NaN",
        "film.mp4": "no audio track",
        "none.wav": "no audio samples",
    }
    shown = capsys.readouterr()
    assert shown.out.count("\n") == 1
    for name, reason in reasons.items():
        assert reason in (errors()[name] or "")
        line = next(line for line in shown.err.splitlines() if f" {name}: " in line)
        assert reason in line
    assert errors()["good.flac"] is None
    entry = next(entry for entry in read_transcripts()["files"] if entry["file"] == "nan.wav")
    assert (entry["text"], entry["words"]) == (None, [])


def test_a_missing_file_does_not_stop_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    call(Path("b.flac"))
    assert main(["gone.flac", "b.flac"], here()) == 1
    assert errors() == {"b.flac": None, "gone.flac": "no such audio file"}
    assert "error: gone.flac: no such audio file\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "codec", "rate", "layout"),
    [
        ("a.wav", "pcm_s16le", 44_100, "stereo"),
        ("a.mp3", "mp3", 8_000, "stereo"),
        ("a.ogg", "libopus", 48_000, "mono"),
        ("a.opus", "libopus", 24_000, "stereo"),
        ("a.m4a", "aac", 32_000, "mono"),
        ("a.flac", "flac", 96_000, "stereo"),
    ],
)
def test_formats_and_rates(name: str, codec: str, rate: int, layout: str) -> None:
    encode(Path(name), codec, rate, layout)
    assert main([name], here()) == 0
    entry = read_transcripts()["files"][0]
    assert entry["seconds"] == pytest.approx(1.0, abs=0.11)  # lossy codecs pad
    assert entry["text"].endswith("-1")
    if name.endswith(("wav", "flac")):
        assert entry["text"] == "loud4-0 loud4-1"


def test_a_twentieth_of_a_second_gives_an_empty_text() -> None:
    call(Path("a.flac"), seconds=0.05)
    assert main(["a.flac"], here()) == 0
    (entry,) = read_transcripts()["files"]
    assert entry == entry | {"seconds": 0.05, "text": "", "words": [], "error": None}


@pytest.mark.parametrize("argv", [[], ["--audio-folder", "gone"], ["nothing"]])
def test_nothing_to_do_is_one_error(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("nothing").mkdir()
    assert main(argv, here()) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not Path("transcripts.json").exists()


def test_an_unwritable_output_is_found_before_any_work(capsys: pytest.CaptureFixture[str]) -> None:
    def never(_: Window) -> None:
        raise AssertionError("work was begun")

    call(Path("a.flac"))
    assert main(["a.flac", "--output", "a.flac/t.json"], here(never)) == 2
    assert "--output a.flac/t.json: cannot be written" in capsys.readouterr().err


def test_files_are_played_in_the_order_given_and_those_of_a_folder_by_name() -> None:
    for name in ("z.flac", "x/b.flac", "x/a.flac", "a.flac"):
        call(Path(name), seconds=0.5)
    assert main(["z.flac", "x", "a.flac", "-o", "t.json"], here()) == 0
    files = [entry["file"] for entry in read_transcripts("t.json")["files"]]
    assert files == ["z.flac", "x/a.flac", "x/b.flac", "a.flac"]


def test_json_on_standard_output_is_alone_there(capsys: pytest.CaptureFixture[str]) -> None:
    call(Path("a.flac"))
    Path("b.flac").touch()
    assert main(["a.flac", "b.flac", "--output", "-"], here()) == 1
    shown = capsys.readouterr()
    assert [entry["file"] for entry in json.loads(shown.out)["files"]] == ["a.flac", "b.flac"]
    assert shown.err == "error: b.flac: the file is empty (0 bytes)\n"
    assert not Path("transcripts.json").exists()


def test_json_lines_say_what_is_shown_as_it_happens() -> None:
    call(Path("a.flac"), seconds=1.5)
    Path("b.flac").touch()
    assert main(["a.flac", "b.flac", "--format", "jsonl"], here()) == 1
    lines = [json.loads(line) for line in Path("transcripts.jsonl").read_text().splitlines()]
    kinds = [(line["type"], line.get("file")) for line in lines]
    assert kinds[:2] == [("settings", None), ("start", "a.flac")]
    assert set(kinds[2:-2]) == {("update", "a.flac")}
    assert lines[-2] == {
        "type": "end",
        "file": "a.flac",
        "seconds": 1.5,
        "text": "loud3-0 loud3-1 loud3-2",
        "error": None,
    }
    assert (lines[-1]["file"], lines[-1]["error"]) == ("b.flac", "the file is empty (0 bytes)")


def test_an_address_is_refused_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["https://x.example/a b.mp3"], here()) == 2
    assert capsys.readouterr().err == (
        "error: https://x.example/a b.mp3: an address, not a file; download it first, or pipe it"
        " in: ffmpeg -v error -i 'https://x.example/a b.mp3' -f wav - | streaming -\n"
    )


def test_quiet_shows_nothing_but_errors(capsys: pytest.CaptureFixture[str]) -> None:
    call(Path("a.flac"))
    Path("b.flac").touch()
    assert main(["a.flac", "b.flac", "--quiet"], here(compute_s=3.0)) == 1
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "error: b.flac: the file is empty (0 bytes)\n")
    assert len(read_transcripts()["files"]) == 2


def test_names_and_texts_stay_on_their_line(capsys: pytest.CaptureFixture[str]) -> None:
    call(Path("a\nb\x1b[2J.flac"))
    assert main(["."], here()) == 0
    out = capsys.readouterr().out
    assert out.startswith("a\ufffdb\ufffd[2J.flac: loud")
    assert out.count("\n") == 1
    assert "\x1b" not in out
    assert read_transcripts()["files"][0]["file"] == "a\nb\x1b[2J.flac"


def test_a_failing_recogniser_is_the_failure_of_its_file() -> None:
    def fail(window: Window) -> None:
        if np.abs(window.audio).max() > 0.5:
            raise ArithmeticError("too loud")

    call(Path("a.flac"), level=0.9)
    call(Path("b.flac"))
    assert main(["a.flac", "b.flac"], here(fail)) == 1
    assert errors() == {"a.flac": "ArithmeticError: too loud", "b.flac": None}


def test_a_model_slower_than_speech_is_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    call(Path("a.flac"), seconds=6.0)
    assert main(["a.flac"], here(compute_s=2.5)) == 0
    assert "the model did not keep up with speech in 2 of 4 steps" in capsys.readouterr().err
    assert main(["a.flac", "--clock", "unaware"], here(compute_s=2.5)) == 0
    assert capsys.readouterr().err == ""


def test_live_takes_as_long_as_the_audio(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    wall = partial(WallClock, read=lambda: sum(slept), sleep=slept.append)
    monkeypatch.setitem(CLOCKS, "wall", wall)
    call(Path("a.flac"), seconds=3.0)
    assert main(["a.flac", "--live"], here()) == 0
    assert sum(slept) == pytest.approx(3.0)


def test_ctrl_c_keeps_what_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(window: Window) -> None:
        if np.abs(window.audio).max() > 0.5:
            raise KeyboardInterrupt

    call(Path("a.flac"))
    call(Path("b.flac"), level=0.9)
    call(Path("c.flac"))
    assert main(["."], here(interrupt)) == 130
    assert errors() == {"a.flac": None, "b.flac": "interrupted", "c.flac": "interrupted"}
    assert "interrupted: 1 of 3 files" in capsys.readouterr().err


def test_ctrl_c_before_anything_is_done_leaves_an_older_output() -> None:
    def interrupt(_: Window) -> None:
        raise KeyboardInterrupt

    call(Path("a.flac"))
    Path("transcripts.json").write_text("older")
    assert main(["."], here(interrupt)) == 130
    assert Path("transcripts.json").read_text() == "older"


def test_two_runs_and_two_jobs_write_the_same_bytes() -> None:
    for i in range(5):
        call(Path(f"x/{i}.flac"), seconds=1 + i / 4, level=i / 10)
    outputs = []
    for i, jobs in enumerate("112"):
        assert main(["x", "--output", f"{i}.json", "--jobs", jobs], processes()) == 0
        outputs.append(Path(f"{i}.json").read_bytes())
    assert outputs[0] == outputs[1] == outputs[2]
    assert b"loud4-3" in outputs[0]


@pytest.mark.parametrize(
    ("act", "status", "reason"),
    [
        (partial(die_once, Path("marker")), 0, None),
        (die_when_loud, 1, "its worker process was killed (SIGKILL): out of memory?"),
    ],
    ids=["once", "always"],
)
def test_a_killed_process_gets_a_second_chance_and_hangs_nothing(
    act: Act, status: int, reason: str | None
) -> None:
    call(Path("x/a.flac"))
    call(Path("x/b.flac"), level=0.9)
    call(Path("x/c.flac"))
    assert main(["x", "--jobs", "2"], processes(act)) == status
    assert errors() == {"a.flac": None, "b.flac": reason, "c.flac": None}


def test_a_recogniser_that_cannot_be_built_is_one_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call(Path("a.flac"))
    assert main(["a.flac"], processes(build=no_recogniser)) == 2
    complaint = capsys.readouterr().err
    assert "error: RuntimeError: no such thing" in complaint
    assert complaint.count("\n") == 1
    assert not Path("transcripts.json").exists()
