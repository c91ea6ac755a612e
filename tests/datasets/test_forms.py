"""Each form in which people keep recordings is recognised, and read as it is meant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from pipeline.report import unused
from streamwer import audio
from streamwer.audio import Samples
from streamwer.datasets import prepare, preview
from streamwer.errors import ConfigError, DatasetError
from streamwer.transcript import Word
from tests.datasets.prepared import files, prepared, reasons, settings, stereo
from tests.datasets.recordings import clip, noise


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "mine"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "prepared"


def test_audiofolder_metadata_may_be_parquet(mine: Path, out: Path) -> None:
    clip(mine / "a.flac", 0.5)
    words = [{"text": "hi", "start": 0.1, "end": 0.4}]
    row = {"file_name": "a.flac", "text": "hi", "speaker": 3, "words": words}
    parquet.write_table(pa.Table.from_pylist([row]), mine / "metadata.parquet")
    found, became = prepared(mine, out, columns={"speaker": "speaker", "words": "words"})
    assert (found["a"].speaker, found["a"].words) == ("3", (Word("hi", 0.1, 0.4),))
    assert became.form == "Hugging Face audiofolder (metadata.parquet)"


def test_a_nemo_manifest_cuts_its_segments_out_of_the_recording(mine: Path, out: Path) -> None:
    clip(mine / "wavs/long.flac", 3.0)
    lines = [
        {"audio_filepath": "wavs/long.flac", "offset": 0.5, "duration": 1.0, "text": "one"},
        {"audio_filepath": "wavs/long.flac", "offset": 2.0, "duration": 1.0, "text": "two"},
        {"audio_filepath": str(mine / "wavs/long.flac"), "duration": 3.0, "text": "one two"},
        {"audio_filepath": "wavs/long.flac", "offset": 2.5, "duration": 1.0, "text": "beyond"},
        {"audio_filepath": "wavs/long.flac", "offset": "x", "text": "when"},
        {"audio_filepath": "wavs/all.flac", "offset": 0.0, "text": "all"},
    ]
    clip(mine / "wavs/all.flac", 0.5)
    times = {"words.ctm": "all 1 0 0.4 all\n"}
    files(mine, {"test.json": "".join(f"{json.dumps(line)}\n" for line in lines), **times})
    found, became = prepared(mine, out)
    assert became.form == "JSON lines manifest (test.json), word times beside it"
    assert (found["all"].seconds, found["all"].words) == (0.5, (Word("all", 0.0, 0.4),))
    assert [found[name].text for name in ("long", "long-00000500", "long-00002000")] == [
        "one two",
        "one",
        "two",
    ]
    cut = audio.load(out / found["long-00002000"].audio)
    assert np.abs(cut - noise(3.0)[2 * 16_000 :]).max() < 1e-4
    assert found["long-00002500"].broken == "its segment ends at 3.5 s, the audio at 3 s"
    assert reasons(became) == ["line 5: its offset is x, not a time in seconds"]


def test_segments_in_any_order_are_cut_from_a_recording_that_is_decoded_once(
    mine: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip(mine / "a.flac", 3.0)
    whole = audio.load(mine / "a.flac")
    files(mine, {"b.flac": "not audio"})
    rows = [
        {"audio_filepath": f"{name}.flac", "offset": at, "duration": 0.5, "text": "hi", "id": id}
        for name, at, id in [("a", 2.0, "4"), ("b", 0.0, "3"), ("a", 1.0, "2"), ("b", 1.0, "1")]
    ]
    files(mine, {"test.json": "".join(f"{json.dumps(row)}\n" for row in rows)})
    decoded: list[str] = []
    chunks = audio.chunks

    def noted(path: Path, channel: int | None = None) -> Iterator[Samples]:
        decoded.append(path.name)
        return chunks(path, channel)

    monkeypatch.setattr(audio, "chunks", noted)
    found, became = prepared(mine, out)
    assert sorted(decoded) == ["a.flac", "b.flac"]
    for name, begin in (("4", 32_000), ("2", 16_000)):
        cut = audio.load(out / found[name].audio)
        assert np.array_equal(cut, whole[begin : begin + 8000])
    # What is wrong with a recording is told of each row, in the source's order.
    assert [row.where for row in became.broken] == ["line 2", "line 4"]
    assert {row.reason for row in became.broken} == {found["1"].broken}


def test_a_manifest_with_keys_wav_and_txt_is_one_too(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    files(mine, {"data.jsonl": '{"key": "utt-1", "wav": "a.flac", "txt": "hi"}\n'})
    found, _ = prepared(mine, out)
    assert found["utt-1"].text == "hi"


def test_librispeech_gives_speakers_and_chapters(mine: Path, out: Path) -> None:
    for name in ("0000", "0001"):
        clip(mine / f"84/121123/84-121123-{name}.flac")
    lines = "84-121123-0000 GO DO YOU HEAR\n84-121123-0001 BUT IN LESS\n84-121123-0002 LOST\n"
    files(mine, {"84/121123/84-121123.trans.txt": lines})
    found, became = prepared(mine, out)
    assert [(item.text, item.speaker) for item in found.values()] == [
        ("GO DO YOU HEAR", "84"),
        ("BUT IN LESS", "84"),
        ("LOST", "84"),
    ]
    missing = "84/121123/84-121123-0002.flac: no such audio file"
    assert found["84-121123-0002"].broken == missing
    assert became.form == "LibriSpeech layout (1 chapters)"


KALDI = {
    "wav.scp": "rec-1 wav/rec-1.flac\nrec-2 sph2pipe -f wav /etc/passwd |\n",
    "utt2spk": "a ann\nb bob\n",
    "segments": "a rec-1 0.0 0.5\nb rec-1 0.5 -1\nc rec-2 0 1\nd rec-9 0 1\nf rec-1 zero 1\n",
    "text": "a hello\nb good bye\nc lost\nd lost\ne lost\nf lost\ng\n",
}


def test_a_kaldi_folder_with_segments(mine: Path, out: Path) -> None:
    clip(mine / "wav/rec-1.flac", 1.25)
    found, became = prepared(files(mine, KALDI), out)
    assert [(found[name].seconds, found[name].speaker) for name in "ab"] == [
        (0.5, "ann"),
        (0.75, "bob"),
    ]
    assert np.abs(audio.load(out / "audio/b.flac") - noise(1.25)[8_000:]).max() < 1e-4
    assert "'sph2pipe -f wav /etc/passwd |' is a command, which is never run" in found["c"].broken
    assert found["d"].broken == "'rec-9' is not in wav.scp"
    assert reasons(became) == [
        "text, line 5: 'e' is not in segments",
        "text, line 6: segments, line 5: 'zero' is not a time in seconds",
        "text, line 7: 'g' is not in segments",
    ]


def test_a_command_in_wav_scp_is_never_run(mine: Path, tmp_path: Path) -> None:
    scp = f"a touch {tmp_path}/ran |\nb |touch {tmp_path}/ran\n"
    files(mine, {"wav.scp": scp, "text": "a hi\nb hi\n"})
    with pytest.raises(
        DatasetError, match=r"(?s)none of its 2 rows.*is a command, which is never run"
    ):
        prepare(settings(mine), tmp_path / "prepared")
    assert {path.name for path in tmp_path.iterdir()} == {"mine"}


def test_a_kaldi_folder_without_segments_or_speakers(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    found, became = prepared(files(mine, {"wav.scp": "a a.flac\na b.flac", "text": "a hi"}), out)
    assert (found["a"].text, found["a"].speaker) == ("hi", "")
    assert reasons(became) == ["wav.scp, line 2: 'a' occurs again"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("calls.csv", 'path,said,who\na.flac,"well, ""hi""",ann\n'),
        ("calls.tsv", 'path\tsaid\twho\na.flac\twell, "hi"\tann\n'),
    ],
)
def test_a_table_with_the_columns_that_the_config_names(
    name: str, content: str, mine: Path, out: Path
) -> None:
    clip(mine / "a.flac")
    config = settings(files(mine, {name: content}))
    config.columns.audio, config.columns.text, config.columns.speaker = "path", "said", "who"
    (only,) = prepare(config, out)
    assert (only.recording, only.text, only.speaker) == ("a", 'well, "hi"', "ann")


def test_pairs_of_audio_and_text(mine: Path, out: Path) -> None:
    for name in ("a", "day/b", "alone", "._a", ".trash/a"):
        clip(mine / f"{name}.flac")
    found, became = prepared(files(mine, {"a.txt": "well\nhi\n", "day/b.txt": "bye"}), out)
    assert {name: item.text for name, item in found.items()} == {"a": "well hi", "b": "bye"}
    assert reasons(became) == ["alone.flac: no alone.txt beside it"]


def test_files_of_one_name_of_which_either_may_be_meant_are_refused(mine: Path, out: Path) -> None:
    for name in ("a.wav", "a.flac", "good.wav"):
        clip(mine / name)
    stereo(mine / "call.wav", 0.5, -0.25)
    texts = dict.fromkeys(("a.txt", "good.txt", "call.1.txt", "call.A.txt", "call.B.txt"), "hi")
    found, became = prepared(files(mine, texts), out)
    assert (list(found), reasons(became)) == (
        ["good"],
        [
            "call.wav: no call.txt beside it; its channels have: use dataset.channels=split",
            "a.txt: 'a' is 2 audio files: a.flac, a.wav; keep one",
        ],
    )
    found, became = prepared(mine, out, channels="split")
    assert list(found) == ["call-B"]
    assert reasons(became)[-1] == "call.1.txt, call.A.txt: both are of channel A: keep one of them"


CTM = "a 1 0.0 0.2 Well\na 1 0.2 0.2 hi\nb 1 0.1 0.3 bye\n"
TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

0
0.5
<exists>
1
"IntervalTier"
"words"
0
0.5
3
0
0.1
""
0.1
0.2
"Well"
0.2
0.5
"hi"
"""


def test_ctm_alone_gives_transcripts_and_times(mine: Path, out: Path) -> None:
    for name in "abc":
        clip(mine / f"{name}.flac")
    found, became = prepared(files(mine, {"words.ctm": CTM}), out)
    assert found["a"].text == "Well hi"
    assert found["a"].words == (Word("Well", 0.0, 0.2), Word("hi", 0.2, 0.4))
    assert reasons(became) == ["c.flac: no CTM, STM or TextGrid speaks of it"]


def test_a_textgrid_alone_gives_transcript_and_times(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    found, _ = prepared(files(mine, {"a.TextGrid": TEXTGRID}), out)
    assert found["a"].words == (Word("Well", 0.1, 0.2), Word("hi", 0.2, 0.5))


def test_stm_gives_the_transcript_and_ctm_its_times(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    clip(mine / "b.flac")
    stm = "a 1 ann 0.0 0.4 well, hi!\nb 1 bob 0.0 0.2 good\nb 1 bob 0.2 0.5 bye\n"
    ctm = "a 1 0.0 0.2 well\na 1 0.2 0.2 hi\n"
    found, _ = prepared(files(mine, {"text.stm": stm, "words.ctm": ctm}), out)
    assert (found["a"].text, found["a"].speaker) == ("well, hi!", "ann")
    assert [word.text for word in found["a"].words] == ["well", "hi"]
    assert (found["b"].text, found["b"].words) == ("good bye", ())


def test_segments_that_are_not_to_be_scored_are_told_of(mine: Path, out: Path) -> None:
    for name in "ab":
        clip(mine / f"{name}.flac")
    skip = "IGNORE_TIME_SEGMENT_IN_SCORING"
    stm = f"a 1 x 0 0.1 {skip}\na 1 ann 0.1 0.4 hi\na 1 x 0.4 0.5 {skip}\nb 1 bob 0 0.5 bye\n"
    found, became = prepared(files(mine, {"all.stm": stm}), out)
    assert (found["a"].text, found["a"].speaker) == ("hi", "ann")
    (note,) = became.told()
    assert note == (
        "note: all.stm: 'a' has 2 segments that are not to be scored (0.2 s); "
        "words heard there count as inserted"
    )
    assert unused(out).notes == ((became.notes[0].where, became.notes[0].reason),)
    _, became = prepared(files(mine, {"a.txt": "hi"}), out)
    assert not became.notes


@pytest.mark.parametrize("timed", [{"words.ctm": CTM}, {"a.TextGrid": TEXTGRID}])
def test_times_beside_another_form_are_taken(timed: dict[str, str], mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    found, became = prepared(files(mine, {"a.txt": "Well, hi!", **timed}), out)
    assert found["a"].text == "Well, hi!"
    assert [word.text for word in found["a"].words] == ["Well", "hi"]
    assert became.form == "pairs of audio and text files, word times beside it"


def test_times_of_other_words_are_refused(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    clip(mine / "b.flac")
    texts = {"a.txt": "something else", "b.txt": "bye", "x.ctm": CTM}
    found, became = prepared(files(mine, texts), out)
    assert list(found) == ["b"]
    assert reasons(became) == ["a.txt: its words are not the words of its transcript"]


TWO = "call A 0.0 0.3 hello\ncall B 0.2 0.4 hi\ncall A 0.7 0.2 bye\n"


def test_a_two_party_call_is_split_into_its_channels(mine: Path, out: Path) -> None:
    stereo(mine / "call.wav", 0.5, -0.25)
    found, _ = prepared(files(mine, {"call.ctm": TWO}), out, channels="split")
    assert {name: item.text for name, item in found.items()} == {
        "call-A": "hello bye",
        "call-B": "hi",
    }
    for name, level in (("call-A", 0.5), ("call-B", -0.25)):
        assert np.allclose(audio.load(out / found[name].audio), level, atol=1e-4)


def test_the_channels_of_pairs_have_the_times_of_their_channels(mine: Path, out: Path) -> None:
    stereo(mine / "call.wav", 0.5, -0.25)
    texts = {"call.A.txt": "Hello, bye.", "call.B.txt": "Hi!", "call.ctm": TWO}
    found, _ = prepared(files(mine, texts), out, channels="split")
    assert [(word.text, word.start) for word in found["call-A"].words] == [
        ("hello", 0.0),
        ("bye", 0.7),
    ]
    assert found["call-B"].words == (Word("hi", 0.2, pytest.approx(0.6)),)


def test_or_mixed_with_the_words_in_order_of_time(mine: Path, out: Path) -> None:
    stereo(mine / "call.wav", 0.5, -0.25)
    found, _ = prepared(files(mine, {"call.ctm": TWO}), out)
    assert found["call"].text == "hello hi bye"
    assert [(word.start, word.end) for word in found["call"].words] == [
        (0.0, 0.3),
        (0.2, pytest.approx(0.6)),
        (0.7, pytest.approx(0.9)),
    ]
    assert np.allclose(audio.load(out / "audio/call.flac"), 0.125, atol=1e-4)


ONE_CALL = "call 1 0.1 0.1 Well\ncall 1 0.2 0.3 hi\n"
SILENCE = TEXTGRID.replace("Well", "").replace("hi", "sil")


@pytest.mark.parametrize("channels", ["mix", "split"])
@pytest.mark.parametrize("other", [{"x/call.TextGrid": TEXTGRID}, {"call.TextGrid": SILENCE}])
def test_a_textgrid_is_of_the_only_channel_that_a_ctm_has_and_then_a_second_one(
    other: dict[str, str], channels: str, mine: Path, out: Path
) -> None:
    clip(mine / "call.wav")
    found, became = prepared(files(mine, {"call.ctm": ONE_CALL, **other}), out, channels=channels)
    assert [item.text for item in found.values()] == ["Well hi"]
    (reason,) = reasons(became)
    assert reason.startswith(next(iter(other)))
    assert "call.ctm" in reason


@pytest.mark.parametrize("channels", ["mix", "split"])
@pytest.mark.parametrize("timed", [{"call.ctm": ONE_CALL}, {"call.TextGrid": TEXTGRID}])
def test_channel_a_is_channel_1_and_what_a_file_without_channels_is_of(
    timed: dict[str, str], channels: str, mine: Path, out: Path
) -> None:
    clip(mine / "call.wav")
    files(mine, {"call.stm": "call A ann 0 0.5 Well, hi!\n", **timed})
    found, became = prepared(mine, out, channels=channels)
    assert list(found) == ["call-A" if channels == "split" else "call"]
    (only,) = found.values()
    assert (only.text, [word.text for word in only.words]) == ("Well, hi!", ["Well", "hi"])
    assert not became.unusable


def test_a_textgrid_beside_two_channels_is_a_problem(mine: Path, out: Path) -> None:
    stereo(mine / "call.wav", 0.5, -0.25)
    found, became = prepared(files(mine, {"call.ctm": TWO, "call.TextGrid": TEXTGRID}), out)
    assert found["call"].text == "hello hi bye"
    assert reasons(became) == [
        "call.TextGrid: which channel of 'call' is it of: A, B? use CTM, which says so"
    ]


def test_channels_that_cannot_be_the_same_or_told_apart_are_not_mixed(
    mine: Path, out: Path
) -> None:
    for name in ("a", "call"):
        clip(mine / f"{name}.wav")
    stm = "a 1 ann 0 0.5 hi\ncall A ann 0 0.5 Well, hi!\n"
    files(mine, {"all.stm": stm, "call.ctm": ONE_CALL.replace("call 1", "call 0")})
    found, became = prepared(mine, out)
    assert list(found) == ["a"]
    assert reasons(became)[0] == (
        "call.ctm: channel 0 of 'call' is not in all.stm; name channels alike"
    )


def test_the_words_of_channel_1_are_those_of_call_a_txt_and_of_no_other_file(
    mine: Path, out: Path
) -> None:
    clip(mine / "call.wav")
    clip(mine / "call-1.wav")
    files(mine, {"call.ctm": ONE_CALL, "call.A.txt": "Well hi", "call-1.txt": "else"})
    found, _ = prepared(mine, out, channels="split")
    assert len(found["call-A"].words) == 2
    files(mine, {"call.txt": "Well hi"})
    found, became = prepared(mine, out)
    assert {name: len(item.words) for name, item in found.items()} == {"call": 2, "call-1": 0}
    assert not became.unusable


def test_channels_of_pairs_and_tables(mine: Path, out: Path) -> None:
    stereo(mine / "call.wav", 0.5, -0.25)
    texts = {"call.A.txt": "hello", "call.B.txt": "hi"}
    found, _ = prepared(files(mine, texts), out, channels="split")
    assert {name: item.text for name, item in found.items()} == {"call-A": "hello", "call-B": "hi"}
    rows = "file_name,text,side\ncall.wav,hello,1\ncall.wav,hi,2\ncall.wav,oh,3\ncall.wav,oh,x\n"
    files(mine, {"metadata.csv": rows})
    found, became = prepared(mine, out, channels="split", columns={"channel": "side"})
    assert np.allclose(audio.load(out / found["call-2"].audio), -0.25, atol=1e-4)
    assert "it has 2 channels, and no channel 3" in found["call-3"].broken
    assert reasons(became) == ["row 4: the channel 'x' is none of 1, 2, … or A, B, …"]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"channels": "left"}, "dataset.channels=left must be mix or split"),
        ({"form": "tape"}, "dataset.form=tape must be auto or one of audiofolder, kaldi,"),
        ({"channels": "split"}, "does not say which channel a transcript is of"),
        ({"columns": {"channel": "side"}}, "use dataset.channels=split"),
        ({"concatenate": {"by": "mood"}}, "dataset.concatenate.by=mood must be null, speaker"),
        ({"concatenate": {"seconds": 0}}, "dataset.concatenate.seconds=0 must be above 0"),
        ({"concatenate": {"pause_s": [2, 1]}}, "dataset.concatenate.pause_s="),
    ],
)
def test_a_key_that_makes_no_sense_is_named(
    keys: dict[str, object], message: str, mine: Path, out: Path
) -> None:
    clip(mine / "a.flac")
    files(mine, {"metadata.csv": "file_name,text,side\na.flac,hi,1\n"})
    with pytest.raises(ConfigError) as error:
        prepare(settings(mine, **keys), out)
    assert message in str(error.value)


def test_a_form_can_be_named_where_there_are_two(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    files(mine, {"metadata.csv": "file_name,text\na.flac,from the table\n", "a.txt": "from a pair"})
    assert prepared(mine, out)[0]["a"].text == "from the table"
    assert prepared(mine, out, form="pairs")[0]["a"].text == "from a pair"
    files(mine, {"metadata.csv": "day,note\nMonday,rain\n"})
    with pytest.raises(DatasetError) as error:
        prepare(settings(mine), out)
    assert str(error.value).endswith(
        "it has: day, note. It was read as dataset.form=audiofolder: name its columns in"
        " dataset.columns, or set dataset.form=table, or set dataset.form=pairs"
    )
    with pytest.raises(DatasetError, match=r"needed is:\n  kaldi: wav\.scp"):
        prepare(settings(mine, form="kaldi"), out)


def test_one_of_several_lists_can_be_named(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    files(mine, {f"{name}.csv": f"file_name,text\na.flac,{name}\n" for name in ("test", "train")})
    with pytest.raises(DatasetError, match=r"test\.csv, train\.csv are there; name one of them"):
        prepare(settings(mine), out)
    assert prepared(mine / "test.csv", out)[0]["a"].text == "test"


@pytest.mark.parametrize("name", ["test.csv", "test.json", "metadata.jsonl"])
@pytest.mark.parametrize("timed", [{"x/words.ctm": CTM}, {"a.TextGrid": TEXTGRID}])
def test_a_list_that_is_named_has_the_times_that_lie_beside_it(
    name: str, timed: dict[str, str], mine: Path, out: Path
) -> None:
    clip(mine / "a.flac")
    row = {"file_name": "a.flac", "audio": "a.flac", "text": "Well hi"}
    table = "file_name,text\na.flac,Well hi\n"
    files(mine, {name: table if name.endswith("csv") else json.dumps(row), **timed})
    found, _ = prepared(mine / name, out)
    assert [word.text for word in found["a"].words] == ["Well", "hi"]


def test_of_several_files_of_word_times_the_one_that_is_named_is_read(
    mine: Path, out: Path
) -> None:
    clip(mine / "a.flac")
    other = CTM.replace("a 1", "a 1 0.5")
    files(mine, {"a.txt": "Well hi", "good.ctm": CTM, "other.ctm": other})
    found, became = prepared(mine / "good.ctm", out)
    assert len(found["a"].words) == 2
    assert not became.unusable


NOT_ROWS = {
    "pairs": {"README.txt": "read me", "a.txt": "hi"},
    "silent": {"0.flac": "", "a.txt": "hi"},
    "unspoken": {"0.flac": "", "a.ctm": "a 1 0 0.2 hi\n"},
    "kaldi": {"wav.scp": "a a.flac\n", "utt2spk": "a ann\na bob\n", "text": "a hi\n"},
    "timed": {"0.ctm": "no words\n", "a.ctm": "a 1 0 0.2 hi\n"},
    "times": {"0.ctm": "no words\n", "x.csv": "file_name,text\na.flac,hi\n"},
}


@pytest.mark.parametrize("seed", [None, 1])
@pytest.mark.parametrize("texts", NOT_ROWS.values(), ids=NOT_ROWS)
def test_a_limit_counts_rows_and_not_what_else_is_wrong(
    texts: dict[str, str], seed: int | None, mine: Path, out: Path
) -> None:
    clip(mine / "a.flac")
    found, became = prepared(files(mine, texts), out, limit=1, shuffle_seed=seed)
    assert [item.text for item in found.values()] == ["hi"]
    assert (len(became.unusable), became.rows) == (1, 2)
    assert len(preview(settings(mine, limit=1), 1).rows) == 2


def test_a_limit_above_the_number_of_rows_makes_no_more_of_them(mine: Path) -> None:
    clip(mine / "a.flac")
    files(mine, {"a.txt": "hi"})
    for seed in (None, 1):
        assert preview(settings(mine, limit=9, shuffle_seed=seed), 9).total == 1
