"""Preparing is all or nothing, gives the same bytes again, and tells how far it is."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from omegaconf import OmegaConf

from pipeline import prepare as stage
from streamwer import audio
from streamwer.audio.decoding import Samples
from streamwer.config.dataset import ColumnsConfig
from streamwer.datasets.conversion import convert_rows
from streamwer.datasets.preparation import prepare_dataset
from streamwer.datasets.rows import DatasetRow, RowSource
from streamwer.errors import DatasetError, DiskError
from tests.datasets.recordings import clip, config, contents, metadata, noise
from tests.patience import PATIENCE_S


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [{"file_name": f"{n}.flac", "text": "hi", "id": f"call-{n}"} for n in range(3)]
    for number in range(3):
        clip(tmp_path / f"mine/{number}.flac", seed=number)
    return metadata(tmp_path / "mine", rows)


def test_the_same_source_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        prepare_dataset(config(folder), tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "other")
    assert sorted(contents(tmp_path / "one")) == [
        "audio/call-0.flac",
        "audio/call-1.flac",
        "audio/call-2.flac",
        "manifest.jsonl",
        "rows.json",
    ]


def test_a_new_result_replaces_the_former_one_as_a_whole(folder: Path, tmp_path: Path) -> None:
    prepare_dataset(config(folder), tmp_path / "prepared")
    prepare_dataset(config(folder, limit=1), tmp_path / "prepared")
    assert sorted(contents(tmp_path / "prepared")) == [
        "audio/call-0.flac",
        "manifest.jsonl",
        "rows.json",
    ]
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "prepared"}


def test_an_error_leaves_the_former_result_as_it_was(folder: Path, tmp_path: Path) -> None:
    prepare_dataset(config(folder), tmp_path / "prepared")
    before = contents(tmp_path / "prepared")
    (folder / "metadata.jsonl").write_text("not rows any more")
    with pytest.raises(DatasetError, match="line 1"):
        prepare_dataset(config(folder), tmp_path / "prepared")
    assert contents(tmp_path / "prepared") == before
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "prepared"}


def test_an_interrupt_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    def interrupt(done: int, total: int | None) -> None:
        assert total == 3
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare_dataset(config(folder), tmp_path / "prepared", interrupt)
    assert {path.name for path in tmp_path.iterdir()} == {"mine"}


@pytest.fixture
def full(folder: Path) -> Iterator[None]:
    """Beside the recordings, no file can be longer than 10 kB, as on a disk that is nearly full."""
    assert folder.is_dir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("full")
def test_a_full_disk_is_told_in_one_line_and_nothing_is_left(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "prepared").mkdir()
    (tmp_path / "prepared/manifest.jsonl").write_text("the earlier one")
    said = rf"^{tmp_path}/prepared: cannot be written \(File too large\); make room on its disk"
    with pytest.raises(DiskError, match=said):
        prepare_dataset(config(folder), tmp_path / "prepared")
    assert contents(tmp_path / "prepared") == {"manifest.jsonl": b"the earlier one"}
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "prepared"}


@pytest.mark.usefixtures("full")
def test_temporary_files_that_find_no_room_are_not_the_fault_of_a_recording(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    row = {"audio_filepath": "0.flac", "text": "hi", "offset": 0.1, "duration": 0.1}
    (folder / "metadata.jsonl").write_text(json.dumps(row))
    said = rf"^{tmp_path}: cannot be written \(File too large\); .* set TMPDIR"
    with pytest.raises(DiskError, match=said):
        prepare_dataset(config(folder, reader="json_lines"), tmp_path / "prepared")
    assert {path.name for path in tmp_path.iterdir()} == {"mine"}


def test_what_a_killed_run_left_behind_does_no_harm(folder: Path, tmp_path: Path) -> None:
    clip(tmp_path / ".prepared.partial/audio/stale.flac")
    prepare_dataset(config(folder), tmp_path / "prepared")
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "prepared"}
    assert "audio/stale.flac" not in contents(tmp_path / "prepared")


def test_a_folder_with_something_else_in_it_is_never_deleted(folder: Path) -> None:
    before = contents(folder)
    with pytest.raises(DatasetError, match="holds something else than a prepared data set"):
        prepare_dataset(config(folder), folder)
    assert contents(folder) == before


def test_progress_counts_the_recordings(folder: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    prepare_dataset(
        config(folder, limit=2), tmp_path / "x", lambda done, total: told.append((done, total))
    )
    assert told == [(1, 2), (2, 2)]


def run_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, *arguments: str) -> int:
    params = OmegaConf.load(Path(__file__).parents[2] / "params.yaml")
    mine = {"name": "mine", "source": "folder", "path": path, "columns": {"audio": "file_name"}}
    OmegaConf.update(params, "dataset", mine, merge=False)
    OmegaConf.save(params, tmp_path / "params.yaml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["prepare", *arguments])
    return stage.main()


def test_the_stage_reads_params_and_prints_one_line(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_stage(tmp_path, monkeypatch, str(folder)) == 0
    assert capsys.readouterr() == (
        "mine: Hugging Face audiofolder (metadata.jsonl), 3 rows; "
        "3 recordings, 0.0 min, 0 speakers\n",
        "",
    )
    assert (tmp_path / "data/prepared/manifest.jsonl").is_file()


def test_the_stage_tells_which_copies_cannot_be_had(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    audio.write_flac(folder / "1.flac", np.zeros(1600, np.float32))
    (folder / "2.flac").write_bytes(b"")
    overrides = [f"dataset.path={folder}", "dataset=folder", "condition=noise_white"]
    assert run_stage(tmp_path, monkeypatch, str(folder), *overrides) == 0
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(" (")[0] for line in told] == [
        "no audio: line 3: 2.flac: the file is empty",
        "no audio: call-1@noise_white: noise_white: it is silent: "
        "noise at a level below it is silent, too",
    ]


def test_the_stage_fails_with_one_line_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_stage(tmp_path, monkeypatch, "nowhere") == 1
    out, error = capsys.readouterr()
    assert out == ""
    assert error.endswith("nowhere: no such folder (dataset.path)\n")
    assert error.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"params.yaml"}


def test_a_folder_needs_neither_the_hub_nor_torch() -> None:
    # In a process of its own: here, other tests may have imported them.
    code = (
        "import sys, streamwer.datasets, streamwer.datasets.folder as f;"
        "print({'datasets', 'torch', 'huggingface_hub'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE_S
    )
    assert done.stdout == "set()\n"


def test_no_recording_is_ever_held_as_a_whole(tmp_path: Path) -> None:
    alive: list[weakref.ref[Samples]] = []

    def pieces() -> Iterator[Samples]:
        for _ in range(200):
            piece = np.zeros(1000, np.float32)
            alive.append(weakref.ref(piece))
            yield piece
            assert sum(each() is not None for each in alive) <= 2

    assert audio.write_flac_chunks(tmp_path / "long.flac", pieces()) == 200_000
    assert max(piece.size for piece in audio.decode_chunks(tmp_path / "long.flac")) < 10_000


def test_a_row_that_is_done_is_held_no_longer(tmp_path: Path) -> None:
    """A row of the hub holds its audio, and there may be tens of thousands of them."""
    alive: list[weakref.ref[DatasetRow]] = []

    def rows() -> Iterator[DatasetRow]:
        for number in range(9):
            row = DatasetRow(
                f"row {number}", {"text": "hi"}, f"{number}", lambda: iter([noise(0.1)])
            )
            alive.append(weakref.ref(row))
            yield row
            del row
            assert sum(each() is not None for each in alive) <= 2

    source = RowSource("made up", ("text",), rows())
    takes, _ = convert_rows(
        source, ColumnsConfig(id="", text="text"), config(tmp_path), tmp_path, None
    )
    assert len(takes) == 9
