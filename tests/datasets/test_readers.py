"""Each form in which people keep recordings is recognised, and read as it is meant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from streamwer import audio
from streamwer.audio.decoding import Samples
from streamwer.audio.isolated_decoder import DECODER
from streamwer.datasets.preparation import prepare_dataset
from streamwer.errors import DatasetError
from streamwer.types import Word
from tests.datasets.prepared import files, prepare_rows, reasons, settings, stereo
from tests.datasets.recordings import clip, noise


def test_audiofolder_metadata_may_be_parquet(mine: Path, out: Path) -> None:
    clip(mine / "a.flac", 0.5)
    words = [{"text": "hi", "start": 0.1, "end": 0.4}]
    row = {"file_name": "a.flac", "text": "hi", "speaker": 3, "words": words}
    parquet.write_table(pa.Table.from_pylist([row]), mine / "metadata.parquet")
    found, became = prepare_rows(mine, out, columns={"speaker": "speaker", "words": "words"})
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
    found, became = prepare_rows(mine, out)
    assert became.form == "JSON lines manifest (test.json), word times beside it"
    assert (found["all"].seconds, found["all"].words) == (0.5, (Word("all", 0.0, 0.4),))
    assert [found[name].text for name in ("long", "long-00000500", "long-00002000")] == [
        "one two",
        "one",
        "two",
    ]
    cut = audio.load_audio(out / found["long-00002000"].audio)
    assert np.abs(cut - noise(3.0)[2 * 16_000 :]).max() < 1e-4
    assert found["long-00002500"].broken == "its segment ends at 3.5 s, the audio at 3 s"
    assert reasons(became) == ["line 5: its offset is x, not a time in seconds"]


def test_segments_in_any_order_are_cut_from_a_recording_that_is_decoded_once(
    mine: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip(mine / "a.flac", 3.0)
    whole = audio.load_audio(mine / "a.flac")
    files(mine, {"b.flac": "not audio"})
    rows = [
        {"audio_filepath": f"{name}.flac", "offset": at, "duration": 0.5, "text": "hi", "id": id}
        for name, at, id in [("a", 2.0, "4"), ("b", 0.0, "3"), ("a", 1.0, "2"), ("b", 1.0, "1")]
    ]
    files(mine, {"test.json": "".join(f"{json.dumps(row)}\n" for row in rows)})
    decoded: list[str] = []
    chunks = DECODER.decode_chunks

    def noted(path: Path, channel: int | None = None, *, name: str) -> Iterator[Samples]:
        decoded.append(path.name)
        return chunks(path, channel, name=name)

    monkeypatch.setattr(DECODER, "decode_chunks", noted)
    found, became = prepare_rows(mine, out)
    assert sorted(decoded) == ["a.flac", "b.flac"]
    for name, begin in (("4", 32_000), ("2", 16_000)):
        cut = audio.load_audio(out / found[name].audio)
        assert np.array_equal(cut, whole[begin : begin + 8000])
    # What is wrong with a recording is told of each row, in the source's order.
    assert [row.where for row in became.broken] == ["line 2", "line 4"]
    assert {row.reason for row in became.broken} == {found["1"].broken}


CAPITALS = {
    "LIST.CSV": "file_name;text\r\na.WAV;hi, you\r\n",
    "LIST.TSV": "file_name\ttext\r\na.WAV\thi, you\r\n",
    "X.JSONL": '{"wav": "a.WAV", "txt": "hi, you"}\r\n',
    "metadata.JSONL": '{"file_name": "a.WAV", "text": "hi, you"}\r\n',
    "a.TXT": "hi, you\r\n",
    "x.CTM": "a 1 0 0.2 hi,\r\na 1 0.2 0.2 you\r\n",
}


@pytest.mark.parametrize("name", CAPITALS)
def test_suffixes_may_be_in_capitals_and_lines_end_as_on_windows(
    name: str, mine: Path, out: Path
) -> None:
    clip(mine / "a.WAV")
    (mine / name).write_bytes(CAPITALS[name].encode("utf-8-sig"))
    (item,) = prepare_rows(mine, out)[0].values()
    assert (item.recording, item.text) == ("a", "hi, you")


def test_a_manifest_with_keys_wav_and_txt_is_one_too(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    files(mine, {"data.jsonl": '{"key": "utt-1", "wav": "a.flac", "txt": "hi"}\n'})
    found, _ = prepare_rows(mine, out)
    assert found["utt-1"].text == "hi"


def test_librispeech_gives_speakers_and_chapters(mine: Path, out: Path) -> None:
    for name in ("0000", "0001"):
        clip(mine / f"84/121123/84-121123-{name}.flac")
    lines = "84-121123-0000 GO DO YOU HEAR\n84-121123-0001 BUT IN LESS\n84-121123-0002 LOST\n"
    files(mine, {"84/121123/84-121123.trans.txt": lines})
    found, became = prepare_rows(mine, out)
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
    found, became = prepare_rows(files(mine, KALDI), out)
    assert [(found[name].seconds, found[name].speaker) for name in "ab"] == [
        (0.5, "ann"),
        (0.75, "bob"),
    ]
    assert np.abs(audio.load_audio(out / "audio/b.flac") - noise(1.25)[8_000:]).max() < 1e-4
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
        prepare_dataset(settings(mine), tmp_path / "prepared")
    assert {path.name for path in tmp_path.iterdir()} == {"mine"}


def test_a_kaldi_folder_without_segments_or_speakers(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    found, became = prepare_rows(
        files(mine, {"wav.scp": "a a.flac\na b.flac", "text": "a hi"}), out
    )
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
    (only,) = prepare_dataset(config, out)
    assert (only.recording, only.text, only.speaker) == ("a", 'well, "hi"', "ann")


def test_pairs_of_audio_and_text(mine: Path, out: Path) -> None:
    for name in ("a", "day/b", "alone", "._a", ".trash/a"):
        clip(mine / f"{name}.flac")
    found, became = prepare_rows(files(mine, {"a.txt": "well\nhi\n", "day/b.txt": "bye"}), out)
    assert {name: item.text for name, item in found.items()} == {"a": "well hi", "b": "bye"}
    assert reasons(became) == ["alone.flac: no alone.txt beside it"]


def test_files_of_one_name_of_which_either_may_be_meant_are_refused(mine: Path, out: Path) -> None:
    for name in ("a.wav", "a.flac", "good.wav"):
        clip(mine / name)
    stereo(mine / "call.wav", 0.5, -0.25)
    texts = dict.fromkeys(("a.txt", "good.txt", "call.1.txt", "call.A.txt", "call.B.txt"), "hi")
    found, became = prepare_rows(files(mine, texts), out)
    assert (list(found), reasons(became)) == (
        ["good"],
        [
            "call.wav: no call.txt beside it; its channels have: use dataset.channels=split",
            "a.txt: 'a' is 2 audio files: a.flac, a.wav; keep one",
        ],
    )
    found, became = prepare_rows(mine, out, channels="split")
    assert list(found) == ["call-B"]
    assert reasons(became)[-1] == "call.1.txt, call.A.txt: both are of channel A: keep one of them"
