"""`streaming-bench`: one command from a running server to figures and a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streamwer import eventlog
from streamwer.cli import bench
from streamwer.config.compose import load_config
from streamwer.config.folders import EVENTS, PREPARED
from streamwer.datasets.preparation import prepare_dataset
from streamwer.runners.dataset import show_nothing
from streamwer.runners.recording import record_system
from streamwer.servers.session_file import SESSION_FILE
from tests.datasets.recordings import clip, config, metadata
from tests.servers.fakes import Script, find_free_port, serve_websocket

HELLO = {"type": "config", "useAudioWorklet": True}


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    folder = tmp_path / "calls"
    for name in "ab":
        clip(folder / f"{name}.flac", seconds=0.6)
    times = [{"text": w, "start": 0.1 * i, "end": 0.1 * i + 0.1} for i, w in enumerate("12345")]
    rows = [{"file_name": f"{n}.flac", "text": "1 2 3 4 5", "words": times} for n in "ab"]
    return metadata(folder, rows)


def loses_its_tail() -> Script:
    """It says four words, the third of them wrong, and is not done with the last two at the end."""
    lines = [
        (0.1, {"lines": [{"text": "1 2"}], "buffer_transcription": "tree"}),
        (0.3, {"lines": [{"text": "1 2 tree"}], "buffer_transcription": "4"}),
    ]
    return Script(lines, hello=(HELLO,), goodbye=({"type": "ready_to_stop"},))


def run(*arguments: str | Path) -> int:
    return bench.main([str(each) for each in arguments])


@pytest.mark.slow
def test_a_server_is_measured_and_decoded_again_without_it(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, again = tmp_path / "out", tmp_path / "again"
    with serve_websocket(loses_its_tail()) as url:
        options = ("--protocol", "whisperlivekit", "--normaliser", "basic", "--set", "chunk_s=0.2")
        assert run(f"{url}?token=of-a-user", recordings, *options, "-o", out) == 0
    shown = capsys.readouterr().out
    assert "WER                       60.00%" in shown
    assert "tail loss                 40.00% of the words were lost at the end" in shown
    assert (
        "measured at the client, over loopback; end of audio: immediate; chunks of 0.2 s" in shown
    )
    assert "sessions: 2, failed: 0" in shown
    assert "over loopback" in (out / "index.html").read_text()
    for file in (path for path in out.rglob("*") if path.is_file()):
        assert b"of-a-user" not in file.read_bytes()
    sessions = out / "log" / SESSION_FILE
    assert run(sessions, recordings, "--normaliser", "basic", "-o", again) == 0
    assert "tail loss                 40.00%" in capsys.readouterr().out
    for name in ("index.html", "log/events.parquet", f"log/{SESSION_FILE}"):
        assert (again / name).read_bytes() == (out / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--protocol: say what the server speaks, one of deepgram, "),
        (["--protocol", "whisperlivekit"], "in the warm-up session: ws://127.0.0.1:PORT: no conn"),
        (["--protocol", "tcp_lines", "--set", "chunk_s=0"], "server.chunk_s=0.0 must be between"),
        (["--protocol", "tcp_lines", "--set", "x=1"], "x: Key 'x' not in"),
        (["--protocol", "tcp_lines", "--set", "peer=whisperlive"], "only a comparison starts a"),
        (["--protocol", "tcp_lines", "--set", "x"], "--set x: must be KEY=VALUE"),
    ],
)
def test_what_cannot_be_measured_is_said_in_one_line(
    recordings: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    port = str(find_free_port())
    out = tmp_path / "out"
    assert run(f"ws://127.0.0.1:{port}/asr", recordings, *arguments, "-o", out) == 2
    error = capsys.readouterr().err
    assert message in error.replace(port, "PORT")
    assert error.count("\n") == 1
    assert not out.exists()


def test_a_file_that_is_no_record_of_sessions_is_refused(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps({"delays": []}) + "\n")
    assert run(other, recordings, "-o", tmp_path / "out") == 2
    assert "not a record of sessions" in capsys.readouterr().err


@pytest.mark.slow
def test_a_server_is_a_system_of_the_comparison(
    recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    prepare_dataset(config(recordings), PREPARED)
    with serve_websocket(loses_its_tail()) as url:
        settings = load_config(
            [
                "policy=[]",
                "server=[whisperlivekit]",
                f"systems.whisperlivekit.server.url={url}",
                "systems.whisperlivekit.server.chunk_s=0.2",
            ]
        )
        assert settings.compare == ["whisperlivekit"]
        summary = record_system(settings, "whisperlivekit", show_nothing, print)
    assert (summary.played, summary.failures) == (2, ())
    log = eventlog.read_log(EVENTS / "whisperlivekit")
    assert log.transcripts() == {"a": "1 2 tree", "b": "1 2 tree"}
    assert (log.run.clock, log.run.subject.engine) == ("wall", "server")
    assert log.run.subject.policy.startswith("whisperlivekit(chunk_s=0.2,end_of_audio=immediate")
    assert "127.0.0.1" not in log.run.subject.policy
    assert (EVENTS / "whisperlivekit" / SESSION_FILE).is_file()
