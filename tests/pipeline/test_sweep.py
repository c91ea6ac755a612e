"""Real sweeps of the bundled model on the beginnings of a few calls."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from streamwer.cli.sweep.session import read_setting
from streamwer.config.compose import compose_config
from streamwer.config.experiment import list_conditions
from streamwer.errors import ConfigError
from tests.patience import PATIENCE_S, until
from tests.pipeline.beginnings import TOY, beginnings

ROOT = Path(__file__).parents[2]
TREE = ("conf", "dvc.yaml", "hydra_plugins", "models", "pipeline", "src")
QUICK = (*TOY, "clock=unaware", "cluster=local", "policy=prefix_agreement")
CHUNKS = "policy.chunk_s=1,2,3"


class Checkout:
    """A folder that sweeps run in; what it reads is linked, what it writes is its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in (*TREE, "requirements.lock"):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(ROOT / name)
        beginnings(folder / "data/toy_calls")

    def start(self, *arguments: str, module: str = "pipeline.sweep") -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": "src:."},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, status: int = 0, module: str = "pipeline.sweep") -> str:
        process = self.start(*arguments, module=module)
        output, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == status, output
        return output

    def report(self, name: str) -> dict[str, Any]:
        return dict(json.loads((self.folder / f"reports/sweep/{name}/sweep.json").read_text()))

    def stored(self) -> dict[str, int]:
        """Each finished point, with when it was made."""
        folders = self.folder.glob("data/sweeps/store/*/")
        finished = (path / "words.parquet" for path in folders if not path.suffix)
        return {path.parent.name: path.stat().st_ino for path in finished}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.mark.slow
def test_a_killed_sweep_goes_on_and_ends_as_one_that_was_not(checkout: Checkout) -> None:
    """Killed after its first point; then finished; then run once more elsewhere, undisturbed."""
    arguments = ("-m", *QUICK, CHUNKS, "sweep.name=s")
    process = checkout.start(*arguments)
    until(lambda: checkout.stored() or process.poll() is not None, "a first point")
    process.send_signal(signal.SIGKILL)
    said, _ = process.communicate(timeout=PATIENCE_S)
    before = checkout.stored()
    assert 1 <= len(before) < 3, said
    checkout.run(*arguments)
    after = checkout.stored()
    assert len(after) == 3
    assert before.items() <= after.items()  # the very files: not one was computed again
    reports = checkout.folder / "reports/sweep/s"
    resumed = {path.name: path.read_bytes() for path in reports.iterdir()}
    shutil.rmtree(checkout.folder / "data/sweeps")
    checkout.run(*arguments)
    undisturbed = {path.name: path.read_bytes() for path in reports.iterdir()}
    for files in (resumed, undisturbed):
        del files["costs.json"]  # measured
    assert resumed == undisturbed


@pytest.mark.slow
def test_a_point_that_fails_is_reported_and_the_others_are_run(checkout: Checkout) -> None:
    output = checkout.run("-m", *QUICK, "model.path=models/none,models/reference", status=1)
    assert "1 of 2 points failed" in output
    assert "Traceback" not in output
    first, second = checkout.report("sweep")["points"]
    assert "no such model folder" in first["failure"]
    assert second["recordings"] == 3
    gathered = checkout.run("--name", "again", "multirun", module="streamwer.cli.sweep.report")
    assert "reports/sweep/again" in gathered
    again = checkout.report("again")["points"]
    assert [point["failure"] for point in again] == [first["failure"], None]
    assert again[1]["wer"] == second["wer"]


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("optuna") is None, reason="needs the extra `optuna`")
def test_a_search_with_a_seed_finds_the_same_points_again(checkout: Checkout) -> None:
    space = ("policy.chunk_s=interval(1.0,3.0)", "policy.pause_s=choice(0.8,1.0)")
    search = ("-m", "hydra/sweeper=optuna", "hydra.sweeper.n_trials=2", *QUICK, *space)
    checkout.run(*search, "sweep.name=s")
    first = checkout.report("s")
    assert len(first["points"]) == 2
    assert 1.0 <= first["points"][0]["config"]["policy"]["chunk_s"] <= 3.0
    before = checkout.stored()
    checkout.run(*search, "sweep.name=s")
    assert checkout.report("s") == first
    assert checkout.stored() == before


@pytest.mark.skipif(importlib.util.find_spec("optuna") is not None, reason="Optuna is installed")
@pytest.mark.slow
def test_without_optuna_a_search_says_what_to_install(checkout: Checkout) -> None:
    search = ("-m", "hydra/sweeper=optuna", *QUICK, "policy.chunk_s=interval(1.0,3.0)")
    output = checkout.run(*search, status=1)
    assert "pip install -e '.[optuna]'" in output
    assert "Traceback" not in output


def test_help_fits_a_screen_and_names_every_choice(checkout: Checkout) -> None:
    lines = checkout.run("--help").splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 96
    shown = set(" ".join(lines).replace(",", " ").split())
    for group in ("condition", "dataset", "model", "policy", "scoring"):
        assert {path.stem for path in (ROOT / "conf" / group).glob("*.yaml")} < shown


def test_a_policy_has_the_engine_of_its_file_unless_one_is_chosen() -> None:
    def engine(*overrides: str) -> str:
        values = OmegaConf.masked_copy(whole := compose_config(overrides, "sweep"), list(whole))
        return read_setting(values, overrides).system.engine.name

    assert engine("policy=local_agreement") == "transcribe"
    assert engine("policy=prefix_agreement") == "direct"
    assert engine("policy=prefix_agreement", "engine=transcribe") == "transcribe"


def test_a_key_of_an_engine_that_would_have_no_effect_is_refused() -> None:
    overrides = ["policy=prefix_agreement", "engine.beam_size=1"]
    with pytest.raises(ConfigError, match="engine=direct"):
        read_setting(compose_config(overrides, "sweep"), overrides)


@pytest.mark.parametrize(
    "override", ["sweep.name=../up", "sweep.budgets_s=[]", "sweep.budgets_s=[-1]", "sweep.keep=0"]
)
def test_settings_that_make_no_sense_are_refused(override: str) -> None:
    with pytest.raises(ConfigError, match=r"sweep\.\w+=.* must be "):
        read_setting(compose_config([override], "sweep"), [override])


@pytest.mark.slow
def test_words_without_times_are_aligned_once_for_all_points(checkout: Checkout) -> None:
    """The words lose their times; an aligner gives them others, and with them a latency."""
    untimed = (
        *QUICK[:-1],
        "dataset.limit=1",
        "policy=prefix_agreement",
        "dataset.columns.words=''",
    )
    checkout.run("-m", *untimed, "sweep.name=untimed")
    aligner = (
        "alignment=forced",
        "alignment.by_character=false",
        "model@alignment.model=reference",
    )
    checkout.run("-m", *untimed, *aligner, "alignment.allow_same_model=true", "sweep.name=timed")
    (without,), (timed,) = (checkout.report(name)["points"] for name in ("untimed", "timed"))
    late, never = (point["commit_latency"]["p50"] for point in (timed, without))
    assert 0 < late["value"] < 5
    assert not never or never["value"] is None
    assert without["wer"] == timed["wer"]


@pytest.mark.slow
def test_points_are_played_under_a_condition_and_all_under_the_same(checkout: Checkout) -> None:
    line = ("-m", *QUICK, "dataset.limit=1", "condition=telephone,gsm", "sweep.name=line")
    assert "1 of 2 points failed" in checkout.run(*line, status=1)
    (telephone, gsm) = checkout.report("line")["points"]
    assert telephone["recordings"] == 1
    assert "cannot be compared; make one sweep for each" in gsm["failure"]
    assert checkout.report("line")["facts"]["conditions"] == "telephone"


def test_a_condition_of_a_sweep_is_checked_as_that_of_the_comparison() -> None:
    overrides = ["condition=[noise_pink,telephone]", "condition.noise_pink.snr_db=5"]
    (chain,) = list_conditions(read_setting(compose_config(overrides, "sweep"), overrides).config)
    assert chain.name == "noise_pink+telephone"
    broken = ["condition=telephone", "conditions=[gsm]"]
    with pytest.raises(ConfigError, match="no step 'gsm'"):
        list_conditions(read_setting(compose_config(broken, "sweep"), broken).config)
