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
from streamwer.compose import load
from streamwer.config import system
from streamwer.errors import ModelError
from streamwer.recognisers import intact
from tests.patience import PATIENCE_S

REFERENCE = Path("models/reference")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REFERENCE, tmp_path / "model"))


def flipped(file: Path) -> None:
    """One bit in the middle is another."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def refused(folder: Path) -> str:
    chosen = system(load(["engine=direct", f"model.path={folder}"]), "offline")
    with pytest.raises(ModelError) as error:
        recognisers.load(chosen)
    message = str(error.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("damage", [flipped, truncated, Path.unlink])
@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json", "config.json"])
def test_a_damaged_file_of_a_sealed_model_is_named(
    folder: Path, name: str, damage: Callable[[Path], None]
) -> None:
    damage(folder / name)
    assert name in refused(folder)


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json", "preprocessor_config.json"])
def test_a_file_of_a_model_without_sums_is_named_where_it_cannot_be_read(
    folder: Path, name: str
) -> None:
    (folder / intact.SUMS).unlink()
    truncated(folder / name)
    assert name in refused(folder)


def test_a_flipped_bit_shows_by_the_name_that_the_hub_gave_the_file(folder: Path) -> None:
    """Its cache keeps large files by SHA-256 and small ones by Git's own sum."""
    sums = {"model.bin": hashlib.sha256((folder / "model.bin").read_bytes()).hexdigest()}
    git = ["git", "hash-object", str(folder / "tokenizer.json")]
    sums["tokenizer.json"] = subprocess.check_output(git, text=True, timeout=PATIENCE_S).strip()
    (folder / intact.SUMS).unlink()
    for name, digest in sums.items():
        (folder / name).rename(folder.parent / digest)
        (folder / name).symlink_to(folder.parent / digest)
    intact.check(folder)
    for name, digest in sums.items():
        flipped(folder.parent / digest)
        with pytest.raises(ModelError, match=rf"{name}: the file is damaged: .* the hub gives"):
            intact.check(folder)
        flipped(folder.parent / digest)
    intact.check(folder)


def test_sums_are_written_as_the_program_reads_them(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"suppress_ids": []}))
    intact.seal(folder, ["model.bin", "config.json"])
    assert (
        subprocess.run(
            ["sha256sum", "-c", intact.SUMS], cwd=folder, check=False, timeout=PATIENCE_S
        ).returncode
        == 0
    )
    intact.check(folder)
