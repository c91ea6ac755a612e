"""A file of word times speaks of the recording that it lies beside, and of no other folder's."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamwer.errors import DatasetError
from streamwer.formats.resolver import RecordingResolver
from tests.datasets.prepared import files, prepare_rows, reasons
from tests.datasets.recordings import TEXTGRID, clip

TWO = ("ann/001", "ann/002", "bob/001")
TREES = ("train/wav/a", "train/wav/b", "test/wav/a")


@pytest.mark.parametrize(
    ("places", "folder", "name", "meant"),
    [
        (TWO, "ann", "001", "ann/001"),
        (TWO, "", "ann/001", "ann/001"),
        (TWO, "times", "bob/001", "bob/001"),
        (TWO, "times/bob", "001", "bob/001"),
        (TWO, "", "002", "ann/002"),
        (TWO, "times", "002", "ann/002"),
        (TWO, "bob", "002", "bob/002"),
        (TWO, "times/bob", "002", "times/bob/002"),
        (TWO, "times", "003", "times/003"),
        (TREES, "train/times", "a", "train/wav/a"),
        (TREES, "test/times", "b", "test/times/b"),
        (("call", "day/call"), "", "call", "call"),
        (("call", "day/x"), "times", "call", "call"),
        (("day/x/call",), "day", "call", "day/x/call"),
    ],
)
def test_the_recording_that_a_name_means(
    places: tuple[str, ...], folder: str, name: str, meant: str
) -> None:
    """Where it means none, it is one that is sought beside the file."""
    assert RecordingResolver(places).resolve(folder, name) == meant


@pytest.mark.parametrize("folder", ["", "times"])
def test_a_name_that_may_mean_several_is_refused(folder: str) -> None:
    with pytest.raises(DatasetError, match="which recording is its '001': ann/001, bob/001"):
        RecordingResolver(TWO).resolve(folder, "001")


def test_audio_that_is_not_used_keeps_its_times_and_gives_way_where_a_name_may_mean_both() -> None:
    resolver = RecordingResolver(["test/001"], ["test/001", "train/001", "train/002"])
    assert resolver.resolve("train", "001") == "train/001"
    assert resolver.resolve("", "001") == resolver.resolve("times", "001") == "test/001"
    assert resolver.resolve("times/train", "001") == "train/001"
    assert RecordingResolver((), TWO).resolve("", "001") in TWO  # whichever: no row has it


@pytest.mark.parametrize(
    ("folder", "other", "meant"),
    [
        ("times/bob", "times", "data/ann/wav/001"),  # what a folder of times is called may be any
        ("times/bob", "times/ann", "times/bob/001"),
        ("data/bob/times", "data/ann/times", "data/bob/times/001"),
        ("data/ann/times", "data/bob/times", "data/ann/wav/001"),
        ("data/ann/times", "data/ann/wav", "data/ann/times/001"),  # they would be beside it
    ],
)
def test_no_file_speaks_of_a_recording_whose_word_times_have_a_folder_beside_it(
    folder: str, other: str, meant: str
) -> None:
    assert (
        RecordingResolver(["data/ann/wav/001"], folders=[folder, other]).resolve(folder, "001")
        == meant
    )


def test_files_that_speak_of_one_recording_agree_where_it_is() -> None:
    resolver = RecordingResolver(["x"])
    assert resolver.resolve("ctm", "lost") == resolver.resolve("stm", "lost") == "ctm/lost"
    assert resolver.resolve("ctm", "x") == "x"  # that folder has no recordings for it


@pytest.mark.parametrize("form", ["pairs", "table"])
def test_each_recording_has_the_times_in_its_own_folder(form: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    for who in ("ann", "bob", "eve"):
        clip(mine / f"{who}/001.wav")
        files(mine, {f"{who}/001.txt": "Well hi"})
    rows = "".join(f"{who}/001.wav,Well hi\n" for who in ("ann", "bob", "eve"))
    files(mine, {"list.csv": f"file_name,text\n{rows}"} if form == "table" else {})
    ctm = "001 1 0.0 0.1 Well\n001 1 0.3 0.1 hi\n"
    files(mine, {"ann/001.TextGrid": TEXTGRID, "bob/words.ctm": ctm})
    found, became = prepare_rows(mine, tmp_path / "out")
    assert {name: [word.start for word in item.words] for name, item in found.items()} == {
        "ann-001": [0.1, 0.2],
        "bob-001": [0.0, 0.3],
        "eve-001": [],
    }
    assert not became.unusable


@pytest.mark.parametrize("other", ["aaa/001", "eve/001", "001", "x/times/001"])
def test_what_lies_beside_a_recording_goes_before_all_that_has_its_name(
    other: str, tmp_path: Path
) -> None:
    others = TEXTGRID.replace("0.1\n", "0.15\n")
    texts = {"ann/001.txt": "Well hi", f"{other}.TextGrid": others, "ann/001.TextGrid": TEXTGRID}
    clip(files(tmp_path / "mine", texts) / "ann/001.wav")
    found, became = prepare_rows(tmp_path / "mine", tmp_path / "out")
    assert [word.start for word in found["001"].words] == [0.1, 0.2]
    (reason,) = reasons(became)
    assert reason.startswith(f"{other}.TextGrid: ")


def test_times_of_a_recording_that_is_not_there_are_listed_and_no_other_has_them(
    tmp_path: Path,
) -> None:
    mine = files(tmp_path / "mine", {"ann/001.TextGrid": TEXTGRID, "all.ctm": "003 1 0 0.1 hi\n"})
    for name in ("ann/002", "bob/001", "ann/003", "bob/003"):
        clip(files(mine, {f"{name}.txt": "Well hi"}) / f"{name}.wav")
    found, became = prepare_rows(mine, tmp_path / "out")
    assert sorted(found) == ["001", "002", "ann-003", "bob-003"]
    assert not any(item.words for item in found.values())
    assert reasons(became) == [
        "all.ctm: which recording is its '003': ann/003, bob/003? put it beside the audio",
        "ann/001.TextGrid: there is no recording 'ann/001', and 'bob/001' is another one",
    ]
