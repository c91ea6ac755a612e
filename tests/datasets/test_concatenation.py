"""Recordings of one speaker or session become long calls: audio, text and word times agree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer import audio
from streamwer.config.dataset import ConcatenateConfig
from streamwer.datasets.concatenation import SourceRecording, concatenate_recordings
from streamwer.datasets.preparation import prepare_dataset
from streamwer.errors import DatasetError
from streamwer.formats.manifest import read_manifest
from streamwer.formats.recording_ids import is_id
from streamwer.types import Reference, Word
from tests.datasets.prepared import prepare_rows, settings
from tests.datasets.recordings import clip, contents, metadata, noise

COLUMNS = {"speaker": "speaker", "words": "words", "session": "chapter"}


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Five clips of two speakers, each with one word from 0.1 s to 0.3 s."""
    rows = []
    for number, speaker in enumerate("abaab"):
        clip(tmp_path / f"mine/{number}.flac", 0.5, seed=number)
        words = [{"text": f"w{number}", "start": 0.1, "end": 0.3}]
        row = {"file_name": f"{number}.flac", "text": f"w{number}", "speaker": speaker}
        rows.append(row | {"words": words, "chapter": "one"})
    return metadata(tmp_path / "mine", rows)


def prepare_joined(mine: Path, out: Path, **keys: object) -> dict[str, Reference]:
    return prepare_rows(mine, out, columns=COLUMNS, concatenate={"by": "speaker", **keys})[0]


def test_the_recordings_of_a_speaker_become_one_call(mine: Path, tmp_path: Path) -> None:
    found = prepare_joined(mine, tmp_path / "out", pause_s=[0.25, 0.25])
    assert {name: (item.text, item.speaker) for name, item in found.items()} == {
        "0+2": ("w0 w2 w3", "a"),
        "1+1": ("w1 w4", "b"),
    }
    assert found["0+2"].words == (
        Word("w0", 0.1, 0.3),
        Word("w2", 0.85, 1.05),
        Word("w3", 1.6, 1.8),
    )
    sound = audio.load_audio(tmp_path / "out/audio/0+2.flac")
    silence = np.zeros(4000, np.float32)
    whole = [noise(0.5, 0), silence, noise(0.5, 2), silence, noise(0.5, 3)]
    assert np.abs(sound - np.concatenate(whole)).max() < 1e-4
    assert found["0+2"].seconds == 2.0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "audio",
        "manifest.jsonl",
        "rows.json",
    }


def test_a_session_may_hold_several_speakers(mine: Path, tmp_path: Path) -> None:
    (only,) = prepare_joined(mine, tmp_path / "out", by="session").values()
    assert (only.text, only.speaker) == ("w0 w1 w2 w3 w4", "")


def test_a_call_ends_before_it_is_too_long(mine: Path, tmp_path: Path) -> None:
    found = prepare_joined(mine, tmp_path / "out", seconds=1.3, pause_s=[0.1, 0.3])
    assert sorted(found) == ["0+1", "1+1", "3"]
    assert found["3"].seconds == 0.5


def test_the_seed_and_only_the_seed_moves_the_pauses(mine: Path, tmp_path: Path) -> None:
    one, again, other = (tmp_path / name for name in ("one", "again", "other"))
    prepare_joined(mine, one)
    prepare_joined(mine, again)
    prepare_joined(mine, other, seed=2)
    assert contents(one) == contents(again)
    assert contents(one)["audio/0+2.flac"] != contents(other)["audio/0+2.flac"]


def test_a_call_has_an_id_that_is_free_and_a_file_name(tmp_path: Path) -> None:
    long = "x" * 119
    names = {"a": "ann", "b": "ann", "A+1": "bob", long: "eve", "c": "eve"}
    for name in names:
        clip(tmp_path / f"mine/{name}.flac", 0.1)
    rows = [{"file_name": f"{n}.flac", "text": n, "speaker": who} for n, who in names.items()]
    found, became = prepare_rows(
        metadata(tmp_path / "mine", rows),
        tmp_path / "out",
        columns={"speaker": "speaker"},
        concatenate={"by": "speaker"},
    )
    assert {item.speaker: item.text for item in found.values()} == {
        "ann": "a b",
        "bob": "A+1",
        "eve": f"{long} c",
    }
    assert not became.unusable
    assert "A+1" in found
    assert all(is_id(name) and name[0] in "aAx" for name in found)
    assert len({name.casefold() for name in found}) == 3


def test_what_has_no_audio_stays_apart_as_a_failure(mine: Path, tmp_path: Path) -> None:
    (mine / "2.flac").write_text("no audio")
    found = prepare_joined(mine, tmp_path / "out")
    assert sorted(found) == ["0+1", "1+1", "2"]
    assert found["2"].broken


def test_without_word_times_of_all_parts_a_call_has_none(tmp_path: Path) -> None:
    for name in "ab":
        clip(tmp_path / f"mine/{name}.flac")
    words = [{"text": "hi", "start": 0, "end": 0.1}]
    row = {"text": "hi", "speaker": "x", "chapter": "y"}
    rows = [{"file_name": "a.flac", "words": words, **row}, {"file_name": "b.flac", **row}]
    found = prepare_joined(metadata(tmp_path / "mine", rows), tmp_path / "out")
    assert found["a+1"].words == ()


def test_without_speakers_there_is_nothing_to_join_by(tmp_path: Path) -> None:
    clip(tmp_path / "mine/a.flac")
    metadata(tmp_path / "mine", [{"file_name": "a.flac", "text": "hi"}])
    with pytest.raises(DatasetError, match="no recording says its speaker; name the column"):
        prepare_dataset(
            settings(tmp_path / "mine", concatenate={"by": "speaker"}), tmp_path / "out"
        )
    assert not (tmp_path / "out").exists()


@given(
    lengths=st.lists(st.integers(1, 3000), min_size=1, max_size=8),
    longest=st.floats(0.05, 1.0),
    pauses=st.tuples(st.floats(0, 0.1), st.floats(0, 0.1)).map(sorted),
)
def test_nothing_is_lost_and_every_word_keeps_its_sound(
    lengths: list[int],
    longest: float,
    pauses: list[float],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Each part is one constant level under one word: at the word, the call has that level."""
    folder = tmp_path_factory.mktemp("joined")
    (folder / "audio").mkdir()
    takes = []
    for number, length in enumerate(lengths):
        level = np.full(length, (number + 1) / 16, np.float32)
        audio.write_flac(folder / f"audio/p{number}.flac", level)
        seconds = audio.samples_to_seconds(length)
        words = (Word(f"{number}", 0.0, seconds),)
        part = Reference(f"p{number}", "", seconds, f"{number}", "x", words=words)
        takes.append(SourceRecording(replace(part, ignored_segments=((0.0, seconds),))))
    config = ConcatenateConfig("speaker", longest, pauses, seed=7)
    calls = concatenate_recordings(takes, config, folder)
    assert " ".join(call.text for call in calls).split() == [str(n) for n in range(len(lengths))]
    for call in calls:
        sound = audio.load_audio(folder / call.audio)
        assert audio.samples_to_seconds(sound.size) == call.seconds
        assert call.seconds <= longest + 1e-4 or "+" not in call.recording
        for word in call.words:
            part = sound[
                audio.seconds_to_samples(word.start) + 2 : audio.seconds_to_samples(word.end) - 2
            ]
            assert np.allclose(part, (int(word.text) + 1) / 16, atol=1e-4)
        spans = [(word.start, word.end) for word in call.words]
        assert spans == list(call.ignored_segments)
        assert list(call.turns) == spans[: len(spans) if "+" in call.recording else 0]
        assert np.count_nonzero(sound) == sum(lengths[int(word.text)] for word in call.words)


def test_the_manifest_of_calls_can_be_read(mine: Path, tmp_path: Path) -> None:
    found = prepare_joined(mine, tmp_path / "out")
    assert {item.recording: item for item in read_manifest(tmp_path / "out")} == found
