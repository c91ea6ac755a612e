"""Which form, which list and which rows of a folder are used, where there are several."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streamwer.datasets.preparation import prepare_dataset
from streamwer.datasets.preview import preview_dataset
from streamwer.errors import ConfigError, DatasetError
from tests.datasets.prepared import files, prepare_rows, settings
from tests.datasets.recordings import CTM, TEXTGRID, clip


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"channels": "left"}, "dataset.channels=left must be one of mix, split"),
        (
            {"reader": "tape"},
            "dataset.reader=tape must be auto or one of ljspeech, audiofolder, kaldi,",
        ),
        ({"channels": "split"}, "does not say which channel a transcript is of"),
        ({"columns": {"channel": "side"}}, "use dataset.channels=split"),
        ({"concatenate": {"by": "mood"}}, "dataset.concatenate.by=mood must be one of speaker"),
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
        prepare_dataset(settings(mine, **keys), out)
    assert message in str(error.value)


def test_a_form_can_be_named_where_there_are_two(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    files(mine, {"metadata.csv": "file_name,text\na.flac,from the table\n", "a.txt": "from a pair"})
    assert prepare_rows(mine, out)[0]["a"].text == "from the table"
    assert prepare_rows(mine, out, reader="pairs")[0]["a"].text == "from a pair"
    files(mine, {"metadata.csv": "day,note\nMonday,rain\n"})
    with pytest.raises(DatasetError) as error:
        prepare_dataset(settings(mine), out)
    assert str(error.value).endswith(
        "it has: day, note. It was read as dataset.reader=audiofolder: name its columns in"
        " dataset.columns, or set dataset.reader=table, or set dataset.reader=pairs"
    )
    with pytest.raises(DatasetError, match=r"needed is:\n  kaldi: wav\.scp"):
        prepare_dataset(settings(mine, reader="kaldi"), out)


def test_one_of_several_lists_can_be_named(mine: Path, out: Path) -> None:
    clip(mine / "a.flac")
    files(mine, {f"{name}.csv": f"file_name,text\na.flac,{name}\n" for name in ("test", "train")})
    with pytest.raises(DatasetError, match=r"test\.csv, train\.csv are there; name one of them"):
        prepare_dataset(settings(mine), out)
    assert prepare_rows(mine / "test.csv", out)[0]["a"].text == "test"


@pytest.mark.parametrize("name", ["test.csv", "test.json", "metadata.jsonl"])
@pytest.mark.parametrize("timed", [{"x/words.ctm": CTM}, {"a.TextGrid": TEXTGRID}])
def test_a_list_that_is_named_has_the_times_that_lie_beside_it(
    name: str, timed: dict[str, str], mine: Path, out: Path
) -> None:
    clip(mine / "a.flac")
    row = {"file_name": "a.flac", "audio": "a.flac", "text": "Well hi"}
    table = "file_name,text\na.flac,Well hi\n"
    files(mine, {name: table if name.endswith("csv") else json.dumps(row), **timed})
    found, _ = prepare_rows(mine / name, out)
    assert [word.text for word in found["a"].words] == ["Well", "hi"]


def test_of_several_files_of_word_times_the_one_that_is_named_is_read(
    mine: Path, out: Path
) -> None:
    clip(mine / "a.flac")
    good = CTM.partition("b 1")[0]
    files(mine, {"a.txt": "Well hi", "good.ctm": good, "other.ctm": good.replace("1 0", "1 0.5")})
    found, became = prepare_rows(mine / "good.ctm", out)
    assert len(found["a"].words) == 2
    assert not became.unusable


@pytest.mark.parametrize("name", ["a.flac", "a.txt", "calls.zip", "wav.scp"])
def test_a_file_that_is_no_list_is_not_taken_for_its_folder(
    name: str, mine: Path, out: Path
) -> None:
    clip(mine / "a.flac")
    files(mine, {"a.txt": "hi", "calls.zip": "PK", "wav.scp": "a a.flac"})
    with pytest.raises(DatasetError, match=f"{name}: is no list of recordings; name the folder"):
        prepare_rows(mine / name, out)


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
    found, became = prepare_rows(files(mine, texts), out, limit=1, shuffle_seed=seed)
    assert [item.text for item in found.values()] == ["hi"]
    assert (len(became.unusable), became.rows) == (1, 2)
    assert len(preview_dataset(settings(mine, limit=1), 1).rows) == 2


def test_a_limit_above_the_number_of_rows_makes_no_more_of_them(mine: Path) -> None:
    clip(mine / "a.flac")
    files(mine, {"a.txt": "hi"})
    for seed in (None, 1):
        assert preview_dataset(settings(mine, limit=9, shuffle_seed=seed), 9).total == 1
