"""References as others keep them, and which of them belongs to which recording."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from streamwer.errors import DatasetError, LogError
from streamwer.eventlog.log import EventLog
from streamwer.formats import references
from streamwer.formats.base import Log
from streamwer.formats.manifest import write_manifest
from streamwer.formats.pairing import pair_references
from streamwer.formats.reference_files import References
from streamwer.types import Failure, Word
from tests.formats.calls import REFERENCE, lines, own_step

CTM = ";; a comment", "call A 0.4 0.4 name 0.9", "call A 0.2 0.2 my", "", "b 1 0.0 1.5 hello"
TSV = "word\trecording\tstart\tend\tnote", "hello\tb\t0.5\t1.25\tx", "my\tcall\t0.2\t0.4\ty"


def test_the_words_of_a_ctm_are_put_in_order_of_time(tmp_path: Path) -> None:
    found = references.read_references([lines(tmp_path / "r.ctm", CTM)])
    assert [(item.recording, item.text, item.seconds) for item in found.items] == [
        ("b", "hello", 1.5),
        ("call", "my name", 0.8),
    ]
    assert found.items[1].words == (Word("my", 0.2, 0.4), Word("name", 0.4, 0.8))


def test_the_segments_of_an_stm_make_one_transcript_without_word_times(tmp_path: Path) -> None:
    stm = (
        ';; LABEL "F" "Female" "Female talkers"',
        "call A jane 2.0 3.5 <O,F,00> is jane",
        "call A jane 0.0 2.0 my  name",
        "call A inter_segment_gap 3.5 4.0 IGNORE_TIME_SEGMENT_IN_SCORING",
    )
    found = references.read_references([lines(tmp_path / "r.stm", stm)])
    (only,) = found.items
    assert (only.text, only.seconds, only.speaker) == ("my name is jane", 4.0, "jane")
    assert only.words == ()
    assert only.ignored_segments == ((3.5, 4.0),)
    assert found.notes == ("r.stm: 1 segments are not to be scored",)


def test_a_tsv_has_a_header_or_the_usual_order(tmp_path: Path) -> None:
    named = references.read_references([lines(tmp_path / "named.tsv", TSV)])
    assert [(item.recording, item.text) for item in named.items] == [("b", "hello"), ("call", "my")]
    assert named.items[0].words == (Word("hello", 0.5, 1.25),)
    assert not named.is_named_after_file
    bare = references.read_references(
        [lines(tmp_path / "call.tsv", ["0.2\t0.4\tmy", "0.4\t0.8\tname"])]
    )
    assert [(item.recording, item.text) for item in bare.items] == [("call", "my name")]
    assert bare.is_named_after_file


def test_a_manifest_is_read_without_its_audio(tmp_path: Path) -> None:
    write_manifest(tmp_path, [REFERENCE])
    assert references.read_references([tmp_path]).items == (REFERENCE,)
    assert references.read_references([tmp_path / "manifest.jsonl"]).items == (REFERENCE,)


def test_a_folder_of_reference_files_is_read_whole(tmp_path: Path) -> None:
    for name in "ab":
        lines(tmp_path / f"{name}.tsv", ["0.2\t0.4\tmy"])
    (tmp_path / "notes.txt").write_text("not a reference")
    assert [item.recording for item in references.read_references([tmp_path]).items] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "line", "problem"),
    [
        ("r.ctm", "call A 0.4 0.4", "not 'FILE CHANNEL BEGIN DURATION WORD'"),
        ("r.ctm", "call A x 0.4 name", "'x' is not a time in seconds"),
        ("r.ctm", "call A 1 -0.4 name", "'-0.4' is not a time"),
        ("r.ctm", "call B 1 0.4 name", "'call' has channel B besides A"),
        ("r.ctm", "call A * * <ALT_BEGIN>", "word alternatives cannot be scored"),
        ("r.stm", "call A jane 0.0", "not 'FILE CHANNEL SPEAKER BEGIN END TEXT'"),
        ("r.stm", "call A jane 2.0 1.0 my", "it ends at 1.0 s, before it starts at 2.0 s"),
        ("r.stm", "call B jane 2.0 3.0 my", "'call' has channel B besides A"),
        ("r.stm", "call A jane 2.0 3.0 my { uh / um", "alternatives are not closed"),
        ("r.tsv", "0.1\t0.2", "2 columns, but 3 needed"),
        ("r.tsv", "0.1\tinf\tname", "'inf' is not a time"),
        ("r.tsv", "0.1\t0.2\t ", "the word is empty"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, name: str, line: str, problem: str) -> None:
    first = {
        "r.ctm": "call A 0.2 0.2 my",
        "r.stm": "call A jane 0.0 1.0 my",
        "r.tsv": "0.2\t0.4\tmy",
    }
    path = lines(tmp_path / name, [first[name], line])
    with pytest.raises(DatasetError) as caught:
        references.read_references([path])
    assert str(caught.value).startswith(f"{path}, line 2: ")
    assert problem in str(caught.value)


def test_files_that_cannot_be_references_are_refused(tmp_path: Path) -> None:
    header = lines(tmp_path / "h.tsv", ["start\tend\ttext"])
    with pytest.raises(DatasetError, match="line 1: the header has no column word"):
        references.read_references([header])
    with pytest.raises(DatasetError, match="no references in this file"):
        references.read_references([lines(tmp_path / "e.ctm", [";; nothing"])])
    with pytest.raises(DatasetError, match=r"must be one of \.ctm, \.jsonl, \.stm, \.tsv, \.txt"):
        references.read_references([lines(tmp_path / "r.md", ["hello"])])
    with pytest.raises(DatasetError, match="no such file"):
        references.read_references([tmp_path / "absent.ctm"])


def test_a_recording_in_two_files_is_named(tmp_path: Path) -> None:
    one = lines(tmp_path / "one.ctm", CTM)
    two = lines(tmp_path / "two.ctm", ["b A 0.0 1.0 hi"])
    with pytest.raises(DatasetError, match=r"two\.ctm: 'b' is in .*one\.ctm too"):
        references.read_references([one, two])


LOG = Log("streamwer", EventLog((own_step(0, 1.0, 1.0, "my"),)))


def test_a_recording_without_a_reference_is_named() -> None:
    other = References((replace(REFERENCE, recording="other"),))
    with pytest.raises(LogError, match="no reference for 'call' of the log"):
        pair_references(LOG, other)


def test_failures_need_a_reference_too() -> None:
    log = replace(LOG, events=EventLog(LOG.events.steps, (Failure("b", "it died"),)))
    with pytest.raises(LogError, match="no reference for 'b'"):
        pair_references(log, References((REFERENCE,)))


def test_a_reference_that_the_log_lacks_stays() -> None:
    other = replace(REFERENCE, recording="other")
    assert pair_references(LOG, References((REFERENCE, other))) == (LOG.events, (REFERENCE, other))


def test_one_recording_and_one_reference_named_after_their_files_belong_together() -> None:
    other = replace(REFERENCE, recording="gold")
    for log, given in (
        (replace(LOG, is_named_after_file=True), References((other,))),
        (LOG, References((other,), is_named_after_file=True)),
    ):
        events, (reference,) = pair_references(log, given)
        assert (reference, list(events.group_by_recording())) == (other, ["gold"])


def test_a_log_without_references_needs_some() -> None:
    with pytest.raises(LogError, match="--references"):
        pair_references(LOG, None)


def test_a_ctm_may_tell_the_type_and_the_speaker_of_its_words(tmp_path: Path) -> None:
    """As RT-09 and NeMo write it; what is no word is left out."""
    rows = (
        "call 1 0.1 0.2 my NA lex NA",
        "call 1 0.3 0.4 name 0.9 lex",
        "call 1 0.7 0.2 cough NA non-lex NA",
        "call 1 0.9 0.2 x NA noscore jane",
    )
    (only,) = references.read_references([lines(tmp_path / "r.ctm", rows)]).items
    assert only.text == "my name"


def test_optional_words_and_alternatives_of_an_stm_are_kept_for_the_scorer(tmp_path: Path) -> None:
    rows = ("call 1 jane 0.0 2.0 <o,f0,f> (uh) my { name's / name is / @ } jane",)
    (only,) = references.read_references([lines(tmp_path / "r.stm", rows)]).items
    assert only.text == "my name's jane"
    assert only.readings == "(uh) my { name's / name is / @ } jane"
