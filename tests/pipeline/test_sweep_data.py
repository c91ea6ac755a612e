"""The data of a sweep is its own, and what ended sweeps prepared does not pile up."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import pytest

from streamwer._util import processes
from streamwer.cli.sweep.data import PreparedDatasets
from streamwer.cli.sweep.session import read_setting
from streamwer.config.alignment import NoAlignment
from streamwer.config.compose import compose_config
from streamwer.config.experiment import list_conditions


def test_two_sweeps_at_once_do_not_replace_each_others_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = tmp_path / f"{platform.node()}-{2**22}"  # more than Linux gives
    (ended / "0123456789ab").mkdir(parents=True)
    data, its_digest = _prepared(tmp_path)
    before = {file: file.stat().st_ino for file in data.rglob("*")}
    monkeypatch.setattr(processes, "get_process_name", lambda: f"{platform.node()}-{os.getppid()}")
    other, digest = _prepared(tmp_path)
    assert (other != data, digest) == (True, its_digest)
    assert before == {file: file.stat().st_ino for file in data.rglob("*")}
    assert not ended.exists()


def _prepared(root: Path) -> tuple[Path, str]:
    settings = read_setting(compose_config(["dataset.limit=1"], "sweep"), []).config
    return PreparedDatasets(root).prepare(
        settings.dataset, list_conditions(settings), NoAlignment()
    )
