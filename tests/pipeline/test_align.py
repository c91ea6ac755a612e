"""The stage `align`: a copy of a model under test is found out by its files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from streamwer.alignment import aligned_manifest, model_under_test
from streamwer.alignment.origin import WordTimesOrigin
from streamwer.alignment.origin import write_origin as write_origin
from streamwer.cli.common.word_times import place_configured
from streamwer.config.alignment import ForcedConfig
from streamwer.config.compose import load_config
from streamwer.errors import ConfigError, DatasetError
from streamwer.formats.manifest import write_manifest
from streamwer.provenance import digests
from streamwer.types import Reference

REFERENCE = Reference("one", "audio/one.flac", 1.0, "hello")
MODEL = Path("models/reference")


def test_a_copy_of_a_model_under_test_is_refused(tmp_path: Path) -> None:
    copy = shutil.copytree(MODEL, tmp_path / "another_name")
    settings = load_config(["model=reference", "alignment=forced", f"alignment.model.path={copy}"])
    with pytest.raises(ConfigError, match=r"another_name is the model of the system 'offline'"):
        place_configured(settings, [REFERENCE])


def test_scoring_refuses_the_model_that_placed_the_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = digests.digest_model(MODEL)
    write_origin(tmp_path, WordTimesOrigin("forced", "copied", digest))
    monkeypatch.setattr(model_under_test, "ALIGNED", tmp_path)
    with pytest.raises(ConfigError, match=r"alignment\.allow_same_model=true"):
        model_under_test.refuse_aligned_by(ForcedConfig(), "offline", f"mine@{digest}")
    model_under_test.refuse_aligned_by(ForcedConfig(), "offline", "mine@0123456789ab")


def test_word_times_of_another_data_set_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aligned_manifest, "ALIGNED", tmp_path / "aligned")
    monkeypatch.setattr(aligned_manifest, "PREPARED", tmp_path / "prepared")
    for name in ("aligned", "prepared"):
        (tmp_path / name / "audio").mkdir(parents=True)
        (tmp_path / name / REFERENCE.audio).touch()
    write_manifest(tmp_path / "prepared", [REFERENCE])
    with pytest.raises(DatasetError, match=r"not there; run `python -m pipeline\.align`"):
        aligned_manifest.read_aligned()
    write_manifest(tmp_path / "aligned", [Reference("two", "audio/two.flac", 1.0, "hello")])
    with pytest.raises(DatasetError, match="of another data set"):
        aligned_manifest.read_aligned()
    write_manifest(tmp_path / "aligned", [REFERENCE])
    assert aligned_manifest.read_aligned() == (REFERENCE,)
