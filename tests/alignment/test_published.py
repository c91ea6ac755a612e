"""Alignments as others publish them, and how their words become those of the transcript."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from streamwer.alignment.published import (
    PublishedAlignment,
    match_alignments,
    read_alignments,
)
from streamwer.alignment.quality import AlignmentError
from streamwer.alignment.time_transfer import match_words
from streamwer.config.alignment import PublishedConfig, WordColumnsConfig
from streamwer.errors import DatasetError
from streamwer.types import Reference, Word

WORDS = (Word("mister", 0.5, 0.9), Word("quilter", 0.9, 1.6))
RECORDS = [{"word": word.text, "start": word.start, "end": word.end} for word in WORDS]

LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2
tiers? <exists>
size = 1
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 2
        intervals: size = 4
        intervals [1]:
            xmin = 0
            xmax = 0.5
            text = ""
        intervals [2]:
            xmin = 0.5
            xmax = 0.9
            text = "mister"
        intervals [3]:
            xmin = 0.9
            xmax = 1.6
            text = "quilter"
        intervals [4]:
            xmin = 1.6
            xmax = 2
            text = ""
"""
SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0
2
<exists>
1
"IntervalTier"
"words"
0
2
4
0
0.5
""
0.5
0.9
"mister"
0.9
1.6
"quilter"
1.6
2
""
"""
CTM = "a-1 1 0.5 0.4 mister\na-1 1 0.9 0.7 quilter\n"


def write_table(columns: dict[str, list[object]]) -> Callable[[Path], None]:
    return lambda folder: pq.write_table(pa.table(columns), folder / "x.parquet")


def write_text(name: str, text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).write_text(text)

    return write


APART = replace(WordColumnsConfig(), start="word_start", end="word_end")


@pytest.mark.parametrize(
    ("write", "columns"),
    [
        pytest.param(write_text("a-1.TextGrid", LONG), WordColumnsConfig(), id="long TextGrid"),
        pytest.param(write_text("a-1.TextGrid", SHORT), WordColumnsConfig(), id="short TextGrid"),
        pytest.param(write_text("all.ctm", CTM), WordColumnsConfig(), id="CTM"),
        pytest.param(
            write_table({"id": ["a-1"], "words": [RECORDS], "audio": [b"not read"]}),
            WordColumnsConfig(),
            id="parquet of records",
        ),
        pytest.param(
            write_table(
                {
                    "id": ["a-1"],
                    "words": [[word.text for word in WORDS]],
                    "word_start": [[word.start for word in WORDS]],
                    "word_end": [[word.end for word in WORDS]],
                }
            ),
            APART,
            id="parquet of lists",
        ),
    ],
)
def test_every_format_gives_the_same_words(
    tmp_path: Path, write: Callable[[Path], None], columns: WordColumnsConfig
) -> None:
    write(tmp_path)
    (found,) = read_alignments(PublishedConfig(path=str(tmp_path), columns=columns))
    assert (found.name, found.words) == ("a-1", WORDS)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (write_text("a.TextGrid", "nothing of the kind"), r"a\.TextGrid: not readable as a TextG"),
        (write_text("a.TextGrid", LONG.replace('"words"', '"phones"')), "it has: phones"),
        (write_text("a.parquet", "not parquet"), r"a\.parquet: not readable as parquet"),
        (write_table({"id": ["a"], "text": ["b"]}), "no column 'words'.*it has: id, text"),
        (write_table({"id": ["a"], "words": ["b"]}), "column 'words' holds string, not lists"),
        (write_table({"id": ["a", "a"], "words": [RECORDS] * 2}), "row 2: 'a' occurs again"),
        (
            write_table({"id": ["a"], "words": [[{"word": "b", "start": 2.0, "end": 1.0}]]}),
            "row 1: 'b' lasts from 2 to 1 s",
        ),
        (write_text("a.ctm", "a 1 x\n"), r"a\.ctm, line 1"),
        (write_text("a.txt", "words"), r"is a \.TextGrid, \.parquet or \.ctm \(alignment\.path\)"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    tmp_path: Path, write: Callable[[Path], None], message: str
) -> None:
    write(tmp_path)
    with pytest.raises(DatasetError, match=message):
        read_alignments(PublishedConfig(path=str(tmp_path)))


def test_a_recording_in_two_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a-1.TextGrid").write_text(SHORT)
    (tmp_path / "all.ctm").write_text(CTM)
    with pytest.raises(DatasetError, match=r"'a-1' is in .*TextGrid too"):
        match_alignments(
            read_alignments(PublishedConfig(path=str(tmp_path))), [Reference("a-1", "", 2.0, "")]
        )


IN_FOLDERS = (("ann-001", "ann/001"), ("bob-001", "bob/001"), ("002", "ann/002"), ("003", ""))


@pytest.mark.parametrize(
    ("root", "files", "whose"),
    [
        ("x", ["ann/001", "bob/001"], {"ann-001": "ann/001", "bob-001": "bob/001"}),
        ("x", ["y/bob/001", "y/eve/001"], {"bob-001": "y/bob/001"}),
        ("bob", ["001", "002"], {"bob-001": "001"}),  # 002 is Ann's
        ("x", ["002", "y/003"], {"002": "002", "003": "y/003"}),
        ("x", ["bob/002", "eve/y/003"], {"003": "eve/y/003"}),
        ("x", ["y/ann-001", "bob-001"], {"ann-001": "y/ann-001", "bob-001": "bob-001"}),
    ],
)
def test_an_alignment_is_of_the_recording_in_its_folder_and_of_no_other_of_its_name(
    root: str, files: list[str], whose: dict[str, str], tmp_path: Path
) -> None:
    references = [Reference(name, "", 2.0, "", place=place) for name, place in IN_FOLDERS]
    copies = [
        replace(each, recording=f"{each.recording}@gsm", source=each.recording)
        for each in references
    ]
    folder = tmp_path / root
    found = [
        PublishedAlignment(folder / f"{n}.TextGrid", folder, Path(n).name, WORDS) for n in files
    ]
    for there in (references, [*references[:1], *copies]):
        assigned = match_alignments(found, there)
        assert {name: each.file for name, each in assigned.matched.items()} == {
            name: folder / f"{file}.TextGrid" for name, file in whose.items()
        }


def test_an_alignment_that_may_be_of_several_recordings_is_of_none(tmp_path: Path) -> None:
    references = [Reference(name, "", 2.0, "", place=place) for name, place in IN_FOLDERS]
    assigned = match_alignments(
        [PublishedAlignment(tmp_path / "001.TextGrid", tmp_path, "001", WORDS)], references
    )
    with pytest.raises(AlignmentError, match=r"001\.TextGrid: which recording is its '001': ann"):
        assigned.get_words(references[0])
    with pytest.raises(AlignmentError, match="the published alignments lack it"):
        assigned.get_words(references[2])


def test_words_keep_the_spelling_of_the_transcript() -> None:
    aligned = [Word("<eps>", 0, 0.5), *WORDS, Word("sil", 1.6, 2)]
    words, mismatched = match_words("Mister QUILTER,", aligned, 2.0, 0.0)
    assert [word.text for word in words] == ["Mister", "QUILTER,"]
    assert [(word.start, word.end) for word in words] == [(0.5, 0.9), (0.9, 1.6)]
    assert mismatched == 0


def test_words_that_are_spelt_otherwise_share_the_time_of_what_stands_there() -> None:
    aligned = [Word("at", 0, 1), Word("twenty-five", 1, 2), Word("<unk>", 2, 3)]
    words, mismatched = match_words("at twenty five Xanthippe", aligned, 3.0, 0.75)
    assert [word.text for word in words] == ["at", "twenty", "five", "Xanthippe"]
    assert words[1].start == 1
    assert words[-1].end == 3
    assert mismatched == 0.75


def test_words_of_an_alignment_become_the_characters_of_a_text_without_spaces() -> None:
    aligned = [Word("今天", 0, 1), Word("天气", 1, 1.5), Word("OK", 1.5, 2)]
    words, _ = match_words("今天天气OK。", aligned, 2.0, 0.0)
    assert [(word.text, word.end) for word in words] == [
        ("今", 0.5),
        ("天", 1),
        ("天", 1.25),
        ("气", 1.5),
        ("OK。", 2),
    ]
    with pytest.raises(AlignmentError, match="50% of its words are others"):
        match_words("今天不冷", aligned[:2], 2.0, 0.1)


@pytest.mark.parametrize(
    ("text", "aligned", "reason"),
    [
        ("quite other words", WORDS, "100% of its words are others"),
        ("mister quilter", WORDS[::-1], "goes back in time at 'mister'"),
        ("mister quilter", [WORDS[0], Word("quilter", 3, 9)], r"ends at 9 s, after its audio"),
        ("mister", [Word("<eps>", 0, 1)], "the alignment has no words"),
    ],
)
def test_an_alignment_of_something_else_gives_no_times(
    text: str, aligned: list[Word], reason: str
) -> None:
    with pytest.raises(AlignmentError, match=reason):
        match_words(text, aligned, 2.0, 0.1)
