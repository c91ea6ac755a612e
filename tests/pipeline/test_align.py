"""The stage `align`: a copy of a model under test is found out by its files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline import align
from streamwer.alignment.origin import Origin
from streamwer.alignment.origin import write as write_origin
from streamwer.config.compose import load
from streamwer.errors import ConfigError, DatasetError
from streamwer.formats.manifest import write as write_manifest
from streamwer.provenance import digests
from streamwer.types import Reference

REFERENCE = Reference("one", "audio/one.flac", 1.0, "hello")
MODEL = Path("models/reference")


def test_a_copy_of_a_model_under_test_is_refused(tmp_path: Path) -> None:
    copy = shutil.copytree(MODEL, tmp_path / "another_name")
    settings = load(["model=reference", "alignment=forced", f"alignment.model.path={copy}"])
    with pytest.raises(ConfigError, match=r"another_name is the model of the system 'offline'"):
        align.place_all(settings, [REFERENCE])


def test_scoring_refuses_the_model_that_placed_the_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = digests.of_model(MODEL)
    write_origin(tmp_path, Origin("forced", "copied", digest))
    monkeypatch.setattr(align, "ALIGNED", tmp_path)
    with pytest.raises(ConfigError, match=r"alignment\.allow_same_model=true"):
        align.refuse_model_under_test(load(["alignment=forced"]), "offline", f"mine@{digest}")
    align.refuse_model_under_test(load(["alignment=forced"]), "offline", "mine@0123456789ab")


def test_word_times_of_another_data_set_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(align, "ALIGNED", tmp_path / "aligned")
    monkeypatch.setattr(align, "PREPARED", tmp_path / "prepared")
    for name in ("aligned", "prepared"):
        (tmp_path / name / "audio").mkdir(parents=True)
        (tmp_path / name / REFERENCE.audio).touch()
    write_manifest(tmp_path / "prepared", [REFERENCE])
    with pytest.raises(DatasetError, match=r"not there; run `python -m pipeline\.align`"):
        align.references()
    write_manifest(tmp_path / "aligned", [Reference("two", "audio/two.flac", 1.0, "hello")])
    with pytest.raises(DatasetError, match="of another data set"):
        align.references()
    write_manifest(tmp_path / "aligned", [REFERENCE])
    assert align.references() == (REFERENCE,)
