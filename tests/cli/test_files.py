from __future__ import annotations

from pathlib import Path

import pytest

from streamwer.cli.files import find_audio_files
from streamwer.errors import AudioError


def touch(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def names(*given: Path, folders: tuple[Path, ...] = ()) -> list[str]:
    return [file.name for file in find_audio_files(given, folders)]


def test_a_folder_gives_its_audio_files_and_those_below_it_by_name(tmp_path: Path) -> None:
    root = touch(tmp_path, "b.wav", "A.MP3", "sub/a.ogg", "notes.txt", "metadata.jsonl", "c.m4a")
    assert names(root) == ["A.MP3", "b.wav", "c.m4a", "sub/a.ogg"]
    assert names(folders=(root,)) == names(root)


def test_hidden_files_and_folders_are_left_alone(tmp_path: Path) -> None:
    root = touch(tmp_path, "a.wav", "._a.wav", ".cache/b.wav")
    assert names(root) == ["a.wav"]


def test_a_named_file_is_taken_whatever_its_suffix_and_even_if_missing(tmp_path: Path) -> None:
    root = touch(tmp_path, "a.txt")
    assert names(root / "a.txt", root / "gone.wav") == [f"{root}/a.txt", f"{root}/gone.wav"]


def test_files_of_the_same_name_in_two_folders_keep_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "x/call.wav", "y/call.wav")
    monkeypatch.chdir(tmp_path)
    assert names(Path("x"), Path("y")) == ["x/call.wav", "y/call.wav"]
    assert names(folders=(Path("x"), Path("y"))) == ["x/call.wav", "y/call.wav"]


def test_a_file_given_twice_is_transcribed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "x/call.wav")
    monkeypatch.chdir(tmp_path)
    assert names(Path("x/call.wav"), Path("./x"), tmp_path / "x/call.wav") == ["x/call.wav"]


def test_an_undecodable_name_can_be_shown(tmp_path: Path) -> None:
    (tmp_path / "a\udcff.wav").touch()
    assert names(tmp_path) == ["a\N{REPLACEMENT CHARACTER}.wav"]


def test_nothing_to_do_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="nothing to transcribe"):
        find_audio_files([], [])
    with pytest.raises(AudioError, match="no audio files there"):
        find_audio_files([], [touch(tmp_path, "notes.txt")])
    with pytest.raises(AudioError, match="gone: no such folder"):
        find_audio_files([], [tmp_path / "gone"])


def test_where_no_file_is_there_nothing_is_begun(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"gone\.wav, .*lost\.wav: no such file$"):
        find_audio_files([tmp_path / "gone.wav", tmp_path / "lost.wav"], [])
    with pytest.raises(AudioError, match="scroe: no such file; did you mean `streaming score`"):
        find_audio_files([Path("scroe")], [])
