"""A dry run shows how the first rows are understood, and writes nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import prepare as stage
from streamwer.audio.decoding import Samples
from streamwer.audio.isolated_decoder import DECODER
from streamwer.cli.common import preparation
from streamwer.datasets.preview import preview_dataset
from tests.datasets.prepared import files, settings
from tests.datasets.recordings import clip, metadata


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    clip(tmp_path / "mine/a.flac")
    texts = {"a.txt": "[bold]hi[/bold]", "b.txt": "", "words.ctm": "a 1 0 0.2 bold\n"}
    clip(tmp_path / "mine/b.flac")
    return files(tmp_path / "mine", texts)


def test_the_first_rows_as_they_are_understood(mine: Path) -> None:
    found = preview_dataset(settings(mine), 1)
    assert (found.total, len(found.rows)) == (2, 1)
    assert found.form == "pairs of audio and text files, word times beside it"


def test_the_stage_shows_a_table_and_writes_nothing(
    mine: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    overrides = ["dataset=folder", f"dataset.path={mine}"]
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(preparation, "PREPARED", tmp_path / "prepared")
    monkeypatch.setattr(sys, "argv", ["prepare", "--dry-run", *overrides])
    assert stage.main() == 0
    told = capsys.readouterr().out
    assert "folder: pairs of audio and text files, word times beside it, 2 rows" in told
    assert "its words are not the words of its transcript" in told
    assert "cannot be used as they are: 1 of the 2 rows shown" in told
    assert {path.name for path in tmp_path.iterdir()} == {"mine"}


def test_more_rows_than_wanted_are_not_shown(
    mine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    overrides = ["dataset=folder", f"dataset.path={mine}", "--rows", "1"]
    monkeypatch.setattr(sys, "argv", ["prepare", "--dry-run", *overrides])
    assert stage.main() == 0
    assert "b.txt" not in capsys.readouterr().out


def test_columns_that_say_nothing_are_named_and_not_drawn(
    mine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a narrow terminal they would take their width from ids and transcripts."""
    overrides = ["dataset=folder", f"dataset.path={mine}"]
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "argv", ["prepare", "--dry-run", *overrides])
    assert stage.main() == 0
    told = capsys.readouterr().out.splitlines()
    assert "speaker" not in told[2]
    assert told[-1].startswith("no row shown has: ")
    assert "speaker" in told[-1]
    assert "transcript" not in told[-1]


def preview_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    overrides = ["dataset=folder", f"dataset.path={folder}", "dataset.columns.audio=file_name"]
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "argv", ["prepare", "--dry-run", *overrides])
    assert stage.main() == 0
    return capsys.readouterr().out


def test_rows_whose_audio_cannot_be_had_say_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clip(tmp_path / "good.wav")
    clip(tmp_path / "mine/good.flac")
    (tmp_path / "mine/text.wav").write_text("not audio")
    names = ("good.flac", "lost.flac", "../good.wav", "text.wav")
    metadata(tmp_path / "mine", [{"file_name": name, "text": "the words"} for name in names])
    told = preview_folder(tmp_path / "mine", monkeypatch, capsys)
    assert "no audio: lost.flac: no such audio file" in told
    assert "no audio: '../good.wav' is outside the folder" in told
    assert "no audio: text.wav: not readable as audio" in told
    assert told.count("the words") == 1
    assert "cannot be used as they are: 3 of the 4 rows shown" in told


def test_segments_of_what_is_no_audio_file_say_so_without_their_recording_being_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clip(tmp_path / "mine/long.flac", 20)
    texts = {
        "wav.scp": "one long.flac\ntwo sph2pipe two.sph |\n",
        "segments": "a one 0 1\nb two 0 1\n",
        "text": "a hello\nb bye\n",
    }
    pieces: list[int] = []
    chunks = DECODER.decode_chunks

    def counted(path: Path, channel: int | None = None, *, name: str = "") -> Iterator[Samples]:
        for piece in chunks(path, channel, name=name):
            pieces.append(piece.size)
            yield piece

    monkeypatch.setattr(DECODER, "decode_chunks", counted)
    told = preview_folder(files(tmp_path / "mine", texts), monkeypatch, capsys)
    assert "no audio: wav.scp, line 2: 'sph2pipe two.sph |' is a command" in told
    assert "1 of the 2 rows shown" in told
    assert len(pieces) == 1


def test_a_text_without_audio_appears_among_pairs(tmp_path: Path) -> None:
    clip(tmp_path / "day/call.flac")
    names = ("day/call.txt", "day/call.A.txt", "day/lost.txt", "call.txt")
    found = preview_dataset(settings(files(tmp_path, dict.fromkeys(names, "hi"))), 9)
    reason = "no audio file of that name beside it"
    assert [(row.where, row.reason) for row in found.rows] == [
        ("call.txt", reason),
        ("day/lost.txt", reason),
        ("day/call.txt", ""),
    ]
    assert found.total == 3  # as many as are told when it is prepared


def test_an_id_that_occurs_again_is_no_row_that_can_be_used(tmp_path: Path) -> None:
    clip(tmp_path / "a.flac")
    metadata(tmp_path, [{"file_name": "a.flac", "text": "hi", "id": name} for name in "xX"])
    found = preview_dataset(settings(tmp_path), 9)
    assert found.unusable == 1
    assert found.rows[1].reason.startswith("the id 'X' is that of line 1; ids must differ")


@pytest.mark.parametrize("rows", ["-3", "0", "many"])
def test_a_number_of_rows_that_is_none_is_refused(
    rows: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["prepare", "--dry-run", "--rows", rows])
    with pytest.raises(SystemExit):
        stage.main()
    assert "--rows" in capsys.readouterr().err
