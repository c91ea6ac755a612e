"""Recordings from the hub: streamed at their commit, decoded without torch, or one clear error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from omegaconf import OmegaConf
from pyarrow import parquet

from streamwer import audio
from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.preparation import prepare_dataset
from streamwer.datasets.row_summary import read_row_summary
from streamwer.errors import ConfigError
from streamwer.formats.manifest import read_manifest
from tests import hub
from tests.datasets.recordings import clip, contents

REPOSITORY = "someone/speech"
COMMIT = "5be91486e11a2d616f4ec5db8d3fd248585ac07a"
CARD = """---
configs:
- config_name: clean
  data_files: [{split: validation, path: clean/validation-*}, {split: train, path: clean/train-*}]
- config_name: broken
  data_files: [{split: validation, path: broken/*}]
---
"""

# One process for many data sets: importing `datasets` takes longer than all of them together.
PREPARE = """
import json, os, sys
os.environ["USE_TORCH"] = "0"  # as where torch is not installed
from dataclasses import asdict
from pathlib import Path
from streamwer.config.dataset import ColumnsConfig, DatasetConfig
from streamwer.datasets.preparation import prepare_dataset
from streamwer.errors import StreamwerError

def outcome(name, keys):
    columns = ColumnsConfig(**keys.pop("columns", {}))
    counts = []
    try:
        config = DatasetConfig(name=name, source="hub", columns=columns, **keys)
        prepare_dataset(config, Path(name), lambda *count: counts.append(count))
    except StreamwerError as error:
        return f"{type(error).__name__}: {error}"
    return counts

print(json.dumps({name: outcome(name, keys) for name, keys in json.loads(sys.argv[1]).items()}))
assert "torch" not in sys.modules
"""


def shard(path: Path, rows: list[dict[str, Any]]) -> None:
    """A Parquet file as `datasets` writes it: the audio embedded, its type in the metadata."""
    kinds = {"id": "string", "text": "string", "speaker_id": "int64"}
    features: dict[str, Any] = {name: {"dtype": kinds[name], "_type": "Value"} for name in kinds}
    features["audio"] = {"sampling_rate": 16_000, "_type": "Audio"}
    word = {"text": "string", "start": "float64", "end": "float64"}
    feature = {name: {"dtype": kind, "_type": "Value"} for name, kind in word.items()}
    features["words"] = {"feature": feature, "_type": "List"}
    table = pa.Table.from_pylist(rows).select(list(features))
    path.parent.mkdir(parents=True, exist_ok=True)
    info = json.dumps({"info": {"features": features}})
    parquet.write_table(table.replace_schema_metadata({"huggingface": info}), path)


def row(folder: Path, number: int, **others: Any) -> dict[str, Any]:
    path = clip(folder / "clip.flac", 0.5 + number / 4, seed=number)
    sound = {"bytes": path.read_bytes(), "path": f"{number}.flac"}
    words = [{"text": "TAKE", "start": 0.0, "end": 0.25}, {"text": "5", "start": 0.25, "end": 0.5}]
    named = {"id": f"84-{number}", "audio": sound, "text": "take 5", "speaker_id": 84}
    return {**named, "words": words, **others}


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Iterator[hub.Hub]:
    folder, aside = tmp_path_factory.mktemp("speech"), tmp_path_factory.mktemp("aside")
    (folder / "README.md").write_text(CARD)
    numbers = (2, 0, 1)
    shard(folder / "clean/validation-0.parquet", [row(aside, number) for number in numbers])
    shard(folder / "clean/train-0.parquet", [row(aside, 9)])
    spoilt = [{"bytes": b"no audio", "path": "x.wav"}, {"bytes": None, "path": "y.wav"}]
    bad = [row(aside, number, audio=sound) for number, sound in enumerate(spoilt, start=5)]
    shard(folder / "broken/validation-0.parquet", [row(aside, 4), *bad])
    with hub.serve() as served:
        served.add("datasets", REPOSITORY, folder, COMMIT)
        yield served


def prepare_all(speech: hub.Hub, folder: Path, **configs: dict[str, Any]) -> dict[str, Any]:
    """Prepare each config into its own folder; what it counted, or its error."""
    usual: dict[str, Any] = {"path": REPOSITORY, "subset": "clean", "split": "validation"}
    usual |= {"revision": COMMIT, "columns": {"speaker": "speaker_id"}}
    wanted = json.dumps({name: {**usual, **keys} for name, keys in configs.items()})
    done = hub.run(speech.url, folder / "cache", folder, "-c", PREPARE, wanted)
    assert (done.returncode, done.stderr) == (0, "")
    outcomes: dict[str, Any] = json.loads(done.stdout)
    return outcomes


@pytest.fixture(scope="module")
def done(
    speech: hub.Hub, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any], list[str]]:
    folder = tmp_path_factory.mktemp("prepared")
    columns = {"speaker": "speaker_id", "words": "words"}
    outcomes = prepare_all(
        speech,
        folder,
        all={},
        again={},
        first={"limit": 1, "columns": columns},
        no_split={"split": "test"},
        no_subset={"subset": "other"},
        no_revision={"revision": "0" * 40},
        no_repository={"path": "someone/else"},
        no_id={"path": "a/b/c"},
        no_column={"columns": {"text": "sentence"}},
        undecodable={"subset": "broken"},
    )
    return folder, outcomes, list(speech.requests)


Done = tuple[Path, dict[str, Any], list[str]]


def test_a_split_becomes_a_manifest_and_audio(done: Done) -> None:
    folder, outcomes, _ = done
    told = read_manifest(folder / "all")
    assert [item.recording for item in told] == ["84-0", "84-1", "84-2"]
    assert [item.seconds for item in told] == [0.5, 0.75, 1.0]
    assert {(item.text, item.speaker, item.condition) for item in told} == {
        ("take 5", "84", "clean")
    }
    assert audio.load_audio(folder / "all/audio/84-1.flac").shape == (12_000,)
    assert [count for count, _ in outcomes["all"]] == [1, 2, 3]


def test_the_same_commit_gives_the_same_bytes(done: Done) -> None:
    folder, _, _ = done
    assert contents(folder / "all") == contents(folder / "again")


def test_limit_and_words_hold_for_the_hub_too(done: Done) -> None:
    folder, outcomes, _ = done
    (only,) = read_manifest(folder / "first")
    assert only.recording == "84-2"
    assert [word.text for word in only.words] == ["TAKE", "5"]
    assert outcomes["first"] == [[1, 1]]


def test_only_the_wanted_split_at_the_pinned_commit_is_asked_for(done: Done) -> None:
    _, _, requests = done
    assert not any("train-0.parquet" in request for request in requests)
    assert not any("/main" in request for request in requests)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_split", "no split 'test' (dataset.split); it has: validation, train"),
        ("no_subset", "BuilderConfig 'other' not found"),
        ("no_revision", "the repository has no such revision"),
        ("no_repository", "the hub has no such repository, or it is private"),
        ("no_id", "this is not a repository id (owner/name)"),
    ],
)
def test_what_the_hub_lacks_is_named_in_one_line(name: str, message: str, done: Done) -> None:
    folder, outcomes, _ = done
    told = outcomes[name]
    assert told.startswith("DatasetError: cannot fetch the data set ")
    assert f"@{'0' * 40 if name == 'no_revision' else COMMIT}: " in told
    assert message in told
    assert told.endswith("; use dataset=calls, which needs no download")
    assert "\n" not in told
    assert not (folder / name).exists()


def test_a_missing_column_lists_what_there_is(done: Done) -> None:
    told = done[1]["no_column"]
    assert f"{REPOSITORY}@{COMMIT}: no column 'sentence' (dataset.columns.text)" in told
    assert "it has: id, text, speaker_id, audio, words" in told


def test_audio_that_cannot_be_decoded_does_not_vanish(done: Done) -> None:
    folder, _, _ = done
    told = {item.recording: item.broken for item in read_manifest(folder / "undecodable")}
    assert told == {
        "84-4": "",
        "84-5": "x.wav: not readable as audio (Invalid data found when processing input)",
        "84-6": "it holds no audio; the data set must embed its audio, as Parquet does",
    }
    became = read_row_summary(folder / "undecodable")
    assert became is not None
    assert [row.where for row in became.broken] == ["row 2", "row 3"]


def test_without_the_hub_the_stage_says_so_in_one_line(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    params = OmegaConf.load(root / "params.yaml")
    params.dataset = OmegaConf.load(root / "conf/dataset/librispeech_dummy.yaml")
    OmegaConf.save(params, tmp_path / "params.yaml")
    place = (hub.closed_port(), tmp_path / "cache", tmp_path)
    done = hub.run(*place, "-m", "pipeline.prepare")
    assert (done.returncode, done.stdout) == (1, "")
    *terms, told = done.stderr.splitlines(keepends=True)
    assert [line.partition(": ")[2].partition(":")[0] for line in terms] == [
        "licence",
        "please cite",
    ]
    assert told == (
        "error: cannot fetch the data set "
        f"hf-internal-testing/librispeech_asr_dummy@{params.dataset.revision}: "
        "the hub cannot be reached; use dataset=calls, which needs no download\n"
    )
    assert {path.name for path in tmp_path.iterdir()} <= {"params.yaml", "cache"}


@pytest.mark.parametrize("key", ["revision", "split"])
def test_the_revision_and_the_split_must_be_given(key: str, tmp_path: Path) -> None:
    keys = {"path": REPOSITORY, "revision": COMMIT, "split": "validation", key: None}
    config = DatasetConfig(name="x", source="hub", **keys)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=rf"dataset.{key}: must be set"):
        prepare_dataset(config, tmp_path / "prepared")
    assert not list(tmp_path.iterdir())
