"""A key that was renamed is refused with its new name, wherever it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamwer.config import experiment
from streamwer.config.compose import compose_config
from streamwer.errors import ConfigError


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("finished.folder=kept", "finished.folder: this key is now cache.folder"),
        ("alignment.most_odd=0.1", "alignment.max_implausible_durations"),
        ("dataset.form=kaldi", "dataset.form: this key is now dataset.reader"),
        ("~dataset.unscored", "dataset.ignored_transcripts"),
        ("gate.listed=3", "gate.listed: this key is now gate.max_recordings"),
        ("+gate.rules.wer.worse=lower", "gate.rules.wer.worse: .* gate.rules.wer.regression"),
    ],
)
def test_an_old_key_names_the_new_one(old: str, new: str) -> None:
    with pytest.raises(ConfigError, match=new):
        compose_config([old])


def test_an_old_key_in_params_yaml_names_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(Path("params.yaml").read_text().replace("\ncache:\n", "\nfinished:\n"))
    with pytest.raises(ConfigError, match="finished: this key is now cache"):
        experiment.load_params(path)
