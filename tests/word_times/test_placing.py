"""Which recordings get word times, where they come from, and what is stored of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from streamwer.alignment_config import NoAlignment, PublishedConfig
from streamwer.compose import load
from streamwer.errors import ConfigError, DatasetError
from streamwer.transcript import Reference, Word
from streamwer.word_times import place, read_origin, write_origin
from streamwer.word_times.comparing import distance

KNOWN = Reference("known", "a.flac", 2.0, "hello", words=(Word("hello", 0, 1),))
LISTED = Reference("listed", "b.flac", 2.0, "mister quilter")
MISSING = Reference("missing", "c.flac", 2.0, "who knows when this")


def published(folder: Path) -> PublishedConfig:
    (folder / "all.ctm").write_text("listed 1 0.5 0.4 mister\nlisted 1 0.9 0.7 quilter\n")
    return PublishedConfig(path=str(folder))


def test_words_of_the_data_set_are_kept_and_missing_recordings_counted(tmp_path: Path) -> None:
    placed, origin = place([KNOWN, LISTED, MISSING], tmp_path, published(tmp_path))
    assert placed[0] == KNOWN
    assert [word.end for word in placed[1].words] == [0.9, 1.6]
    assert placed[2] == MISSING
    assert [placing.source for placing in origin.placings] == ["dataset", "published", ""]
    (refused,) = origin.refused()
    assert refused.recording == "missing"
    assert refused.reason == "the published alignments lack it"
    assert origin.coverage == pytest.approx(3 / 7)
    assert "42.9% of words" in origin.line()


def test_what_is_stored_is_what_is_read_again(tmp_path: Path) -> None:
    _, origin = place([KNOWN, LISTED, MISSING], tmp_path, published(tmp_path))
    write_origin(tmp_path, origin)
    assert read_origin(tmp_path) == origin
    with pytest.raises(DatasetError, match=r"run `python -m pipeline\.align`"):
        read_origin(tmp_path / "elsewhere")


def test_a_data_set_with_all_word_times_asks_for_no_alignment(tmp_path: Path) -> None:
    elsewhere = PublishedConfig(path=str(tmp_path / "nowhere"))
    assert place([KNOWN], tmp_path, elsewhere)[0] == (KNOWN,)


def test_without_an_alignment_there_are_no_word_times(tmp_path: Path) -> None:
    placed, origin = place([LISTED], tmp_path, NoAlignment())
    assert placed == (LISTED,)
    assert origin.line() == "none"


def test_distances_are_those_of_the_words_that_were_placed() -> None:
    truth = [KNOWN, replace(LISTED, words=(Word("mister", 0, 1), Word("quilter", 1, 2)))]
    found = distance(truth, [replace(KNOWN, words=(Word("hello", 0.1, 1.5),)), LISTED])
    assert (found.words, found.placed) == (3, 1)
    assert found.end_median == pytest.approx(0.5)
    assert found.start_p95 == pytest.approx(0.1)
    with pytest.raises(DatasetError, match="no words were placed"):
        distance(truth, [LISTED])


@pytest.mark.parametrize(
    "overrides",
    [
        ["model@alignment.model=reference"],
        ["model=small_en"],
        ["+model@systems.offline.model=small_en"],
        ["alignment.model.path=models/reference/"],
    ],
)
def test_a_model_under_test_is_refused_as_aligner(overrides: list[str]) -> None:
    with pytest.raises(ConfigError, match=r"under test; .* alignment\.allow_same_model=true"):
        load(["alignment=forced", *overrides])
    load(["alignment=forced", *overrides, "alignment.allow_same_model=true"])


@pytest.mark.parametrize("override", ["most_odd=1.5", "window_s=31", "padding_s=-1"])
def test_values_that_cannot_work_are_named(override: str) -> None:
    key = override.partition("=")[0]
    with pytest.raises(ConfigError, match=rf"alignment\.{key}=.* must be between"):
        load(["alignment=forced", f"alignment.{override}"])
