"""A damaged model is one error that names the file, before anything is loaded."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from streamwer import recognisers
from streamwer.cli.command import main
from streamwer.config import compose
from streamwer.config.experiment import build_system
from streamwer.errors import ModelError
from streamwer.models import checksums, sources
from tests.cli.stand_ins import call
from tests.patience import PATIENCE_S

REFERENCE = Path("models/reference")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REFERENCE, tmp_path / "model"))


def flip_bit(file: Path) -> None:
    """One bit in the middle is another."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def truncate_file(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def expect_refusal(folder: Path) -> str:
    chosen = build_system(compose.load_config(["engine=direct", f"model.path={folder}"]), "offline")
    with pytest.raises(ModelError) as error:
        recognisers.load_recogniser(chosen)
    message = str(error.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("damage", [flip_bit, truncate_file, Path.unlink])
@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json", "config.json"])
def test_a_damaged_file_of_a_sealed_model_is_named(
    folder: Path, name: str, damage: Callable[[Path], None]
) -> None:
    damage(folder / name)
    assert name in expect_refusal(folder)


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json", "preprocessor_config.json"])
def test_a_file_of_a_model_without_sums_is_named_where_it_cannot_be_read(
    folder: Path, name: str
) -> None:
    (folder / checksums.CHECKSUM_FILE).unlink()
    truncate_file(folder / name)
    assert name in expect_refusal(folder)


def test_a_flipped_bit_shows_by_the_name_that_the_hub_gave_the_file(folder: Path) -> None:
    """Its cache keeps large files by SHA-256 and small ones by Git's own sum."""
    sums = {"model.bin": hashlib.sha256((folder / "model.bin").read_bytes()).hexdigest()}
    git = ["git", "hash-object", str(folder / "tokenizer.json")]
    sums["tokenizer.json"] = subprocess.check_output(git, text=True, timeout=PATIENCE_S).strip()
    (folder / checksums.CHECKSUM_FILE).unlink()
    for name, digest in sums.items():
        (folder / name).rename(folder.parent / digest)
        (folder / name).symlink_to(folder.parent / digest)
    checksums.check_model_files(folder)
    for name, digest in sums.items():
        flip_bit(folder.parent / digest)
        with pytest.raises(ModelError, match=rf"{name}: the file is damaged .* the hub gives"):
            checksums.check_model_files(folder)
        flip_bit(folder.parent / digest)
    checksums.check_model_files(folder)


def test_a_digest_of_the_config_is_checked_in_a_folder(folder: Path) -> None:
    """And wherever else the file comes from: the sums beside it say only that nothing changed."""
    right = hashlib.sha256((folder / "model.bin").read_bytes()).hexdigest()
    checksums.check_model_files(folder, right)
    checksums.check_model_files(folder, right.upper())
    with pytest.raises(ModelError) as error:
        checksums.check_model_files(folder, "0" * 64)
    message = str(error.value)
    assert message.startswith(f"{folder / 'model.bin'}: the file is damaged or another model's")
    assert f"its checksum is {right}, model.sha256 gives {'0' * 64}; " in message
    assert message.endswith("for a model of your own set model.sha256=null")


@pytest.fixture
def damaged(tiny_en: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The real tiny.en in a folder, with one bit of its weights another."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "damaged"
    shutil.copytree(tiny_en, folder)
    flip_bit(folder / "model.bin")
    return folder


@pytest.mark.parametrize("name", ["tiny.en", "tiny_en"])
def test_a_damaged_model_of_ours_is_refused_in_a_folder(damaged: Path, name: str) -> None:
    pinned = compose.load_config([f"model={name}", f"model.path={damaged}", "engine=direct"])
    with pytest.raises(ModelError, match=r"model\.bin: .* model\.sha256 gives 1a5afae06a4d"):
        recognisers.load_recogniser(build_system(pinned, "offline"))


def test_a_damaged_package_is_refused_too(damaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_find_cached", lambda _: None)
    monkeypatch.setattr(sources, "_find_packaged", lambda _: damaged)
    chosen = build_system(compose.load_config(["model=tiny_en", "engine=direct"]), "offline")
    with pytest.raises(ModelError, match=r"model\.bin: .* model\.sha256 gives 1a5afae06a4d"):
        recognisers.load_recogniser(chosen)


def test_a_folder_of_one_s_own_has_no_digest_that_we_know(folder: Path) -> None:
    """Whatever model it takes the place of: its weights are of another length."""
    recognisers.fetch_model(
        build_system(compose.load_config(["model=tiny_en", f"model.path={folder}"]), "offline")
    )


def test_the_command_names_a_damaged_model_in_one_line_and_plays_nothing(
    damaged: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    call(tmp_path / "a.flac")
    assert main(["--model", "tiny.en", "--path", str(damaged), "a.flac"]) == 2
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1
    assert f"{damaged / 'model.bin'}: " in complaint
    assert "--sha256 gives 1a5afae06a4d" in complaint
    assert complaint.endswith("for a model of your own set --sha256 null\n")
    assert not Path("transcripts.json").exists()


def test_sums_are_written_as_the_program_reads_them(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"suppress_ids": []}))
    checksums.write_checksums(folder, ["model.bin", "config.json"])
    assert (
        subprocess.run(
            ["sha256sum", "-c", checksums.CHECKSUM_FILE],
            cwd=folder,
            check=False,
            timeout=PATIENCE_S,
        ).returncode
        == 0
    )
    checksums.check_model_files(folder)
