"""Which recordings get word times, where they come from, and what is stored of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from streamwer import audio
from streamwer.alignment.origin import RecordingOrigin
from streamwer.alignment.origin import read_origin as read_origin
from streamwer.alignment.origin import write_origin as write_origin
from streamwer.alignment.quality import AlignmentError
from streamwer.alignment.timing_errors import measure_timing_errors
from streamwer.alignment.word_times import CopyAligner, add_word_times
from streamwer.config.alignment import NoAlignment, PublishedConfig
from streamwer.config.compose import load_config
from streamwer.errors import ConfigError, DatasetError
from streamwer.formats import manifest
from streamwer.types import Reference, Word

KNOWN = Reference("known", "a.flac", 2.0, "hello", words=(Word("hello", 0, 1),))
LISTED = Reference("listed", "b.flac", 2.0, "mister quilter")
MISSING = Reference("missing", "c.flac", 2.0, "who knows when this")


def make_config(folder: Path) -> PublishedConfig:
    (folder / "all.ctm").write_text("listed 1 0.5 0.4 mister\nlisted 1 0.9 0.7 quilter\n")
    return PublishedConfig(path=str(folder))


def test_words_of_the_data_set_are_kept_and_missing_recordings_counted(tmp_path: Path) -> None:
    placed, origin = add_word_times([KNOWN, LISTED, MISSING], tmp_path, make_config(tmp_path))
    assert placed[0] == KNOWN
    assert [word.end for word in placed[1].words] == [0.9, 1.6]
    assert placed[2] == MISSING
    assert [placing.source for placing in origin.recordings] == ["dataset", "published", ""]
    (refused,) = origin.list_refused()
    assert refused.recording == "missing"
    assert refused.reason == "the published alignments lack it"
    assert origin.coverage == pytest.approx(3 / 7)
    assert "42.9% of words" in origin.format_line()


def test_recordings_of_one_name_have_the_times_of_their_own_folders(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said = [Reference(f"{who}-1", "", 2.0, "hi", place=f"{who}/1") for who in ("ann", "bob")]
    for begin, who in enumerate(("bob", "ann")):
        (tmp_path / who).mkdir()
        (tmp_path / who / "x.ctm").write_text(f"1 1 0.{begin} 0.4 hi\n")
    placed, _ = add_word_times(said, tmp_path, PublishedConfig(path=str(tmp_path)))
    assert [each.words[0].start for each in placed] == [0.1, 0.0]
    assert not caplog.messages
    (tmp_path / "ann").rename(tmp_path.parent / "ann")
    alone = [replace(said[0], recording="1")]  # which by its name may be what "bob" has
    ((only,), _) = add_word_times(alone, tmp_path, PublishedConfig(path=str(tmp_path)))
    assert only.words[0].start == 0.0
    assert caplog.messages == [
        "alignments in 'bob' are taken for the recordings in 'ann' by their names"
    ]


def test_what_is_stored_is_what_is_read_again(tmp_path: Path) -> None:
    _, origin = add_word_times([KNOWN, LISTED, MISSING], tmp_path, make_config(tmp_path))
    write_origin(tmp_path, origin)
    assert read_origin(tmp_path) == origin
    with pytest.raises(DatasetError, match=r"run `python -m pipeline\.align`"):
        read_origin(tmp_path / "elsewhere")


def test_a_data_set_with_all_word_times_asks_for_no_alignment(tmp_path: Path) -> None:
    elsewhere = PublishedConfig(path=str(tmp_path / "nowhere"))
    assert add_word_times([KNOWN], tmp_path, elsewhere)[0] == (KNOWN,)


def test_without_an_alignment_there_are_no_word_times(tmp_path: Path) -> None:
    placed, origin = add_word_times([LISTED], tmp_path, NoAlignment())
    assert placed == (LISTED,)
    assert origin.format_line() == "none"


def test_distances_are_those_of_the_words_that_were_placed() -> None:
    truth = [KNOWN, replace(LISTED, words=(Word("mister", 0, 1), Word("quilter", 1, 2)))]
    found = measure_timing_errors(truth, [replace(KNOWN, words=(Word("hello", 0.1, 1.5),)), LISTED])
    assert (found.words, found.placed) == (3, 1)
    assert found.end_median == pytest.approx(0.5)
    assert found.start_p95 == pytest.approx(0.1)
    with pytest.raises(DatasetError, match="no words were placed"):
        measure_timing_errors(truth, [LISTED])


def test_a_known_word_may_be_several_characters_that_were_placed() -> None:
    words = (Word("今天", 0, 1), Word("好", 1, 2))
    known = Reference("a", "a.flac", 2.0, "今天好。", words=words)
    characters = (Word("今", 0.1, 0.3), Word("天", 0.3, 1.2), Word("好。", 1.2, 2))
    placed = replace(known, words=characters)
    found = measure_timing_errors([known], [placed])
    assert (found.words, found.placed) == (2, 2)
    assert found.end_median == pytest.approx(0.1)
    assert found.start_median == pytest.approx(0.15)
    with pytest.raises(DatasetError, match="its words are not its transcript"):
        measure_timing_errors([known], [replace(known, words=(Word("今天好。", 0, 2),))])


@pytest.mark.parametrize(
    "overrides",
    [
        ["model@alignment.model=tiny_en"],
        ["model=small_en"],
        ["+model@systems.offline.model=small_en"],
        ["model=reference", "alignment.model.path=models/reference/"],
    ],
)
def test_a_model_under_test_is_refused_as_aligner(overrides: list[str]) -> None:
    with pytest.raises(ConfigError, match=r"under test; .* alignment\.allow_same_model=true"):
        load_config(["alignment=forced", *overrides])
    load_config(["alignment=forced", *overrides, "alignment.allow_same_model=true"])


@pytest.mark.parametrize(
    "override", ["max_implausible_durations=1.5", "window_s=31", "padding_s=-1"]
)
def test_values_that_cannot_work_are_named(override: str) -> None:
    key = override.partition("=")[0]
    with pytest.raises(ConfigError, match=rf"alignment\.{key}=.* must be between"):
        load_config(["alignment=forced", f"alignment.{override}"])


def copies(*names: str) -> list[Reference]:
    return [
        replace(LISTED, recording=f"listed@{name}", source="listed", condition=name)
        for name in names
    ]


def test_copies_have_the_word_times_of_the_recording_and_its_speed(tmp_path: Path) -> None:
    gsm, slow = copies("gsm", "slow")
    slow = replace(slow, seconds=4.0)
    placed, origin = add_word_times([LISTED, gsm, slow, MISSING], tmp_path, make_config(tmp_path))
    assert [[word.end for word in each.words] for each in placed] == [
        [0.9, 1.6],
        [0.9, 1.6],
        [1.8, 3.2],
        [],
    ]
    assert [each.recording for each in placed] == [
        "listed", "listed@gsm", "listed@slow", "missing"
    ]  # fmt: skip
    assert [each.recording for each in origin.recordings] == [each.recording for each in placed]


def test_copies_of_a_recording_that_is_not_played_have_its_word_times_too(tmp_path: Path) -> None:
    kept = tmp_path / manifest.unaltered_path("listed")
    kept.parent.mkdir()
    audio.write_flac(kept, np.zeros(32_000, np.float32))
    slow = replace(copies("slow")[0], seconds=4.0)
    (placed,), _ = add_word_times([slow], tmp_path, make_config(tmp_path))
    assert [word.end for word in placed.words] == [1.8, 3.2]
    assert (placed.recording, placed.audio) == ("listed@slow", LISTED.audio)


def test_a_recording_is_aligned_once_for_all_its_copies_or_refused_for_all(tmp_path: Path) -> None:
    asked = []

    def method(reference: Reference) -> tuple[Reference, RecordingOrigin]:
        asked.append(reference.recording)
        raise AlignmentError("noise")

    every = [*copies("a", "b"), LISTED]
    way = CopyAligner(every, tmp_path, method)
    for each in every:
        with pytest.raises(AlignmentError, match="noise"):
            way.align(each)
    assert asked == ["listed"]
