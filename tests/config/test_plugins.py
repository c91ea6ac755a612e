"""Other packages' policies, engines and data sets are choices like ours, once they are installed.

The package is the one that docs/extending.md writes down, installed into a folder on the path.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from streamwer import policies
from streamwer.cli.arguments import parse_arguments
from streamwer.cli.track import main as track
from streamwer.config import experiment, registry
from streamwer.config.compose import load_config
from streamwer.datasets.preparation import prepare_dataset
from streamwer.errors import ConfigError
from streamwer.formats.manifest import read_manifest
from streamwer.metrics import store
from streamwer.runners.run_log import make_event_log
from streamwer.runners.streaming import stream_recordings
from streamwer.runners.worker import Job
from streamwer.text.normalise import get_normaliser
from tests.patience import PATIENCE_S

PAGE = Path("docs/extending.md")
ROOT = Path(__file__).parents[2]
FLAGS = re.MULTILINE | re.DOTALL
FILES = dict(re.findall(r"^`(\w+\.py)`:\n\n```python\n(.*?)^```", PAGE.read_text(), FLAGS))
CHOICES = ("dataset=countdown", "engine=metronome", "clock=unaware", "cluster=local")


def project() -> dict[str, object]:
    (text,) = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text(), FLAGS)
    found: dict[str, object] = tomllib.loads(text)["project"]
    return found


def install(site: Path, entries: dict[str, dict[str, str]], name: str, version: str) -> None:
    """What pip leaves of a package: its dist-info."""
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (info / "METADATA").write_text(metadata)
    lines = [f"[{g}]\n" + "".join(f"{k} = {v}\n" for k, v in e.items()) for g, e in entries.items()]
    (info / "entry_points.txt").write_text("\n".join(lines))


def example(site: Path) -> Path:
    described = project()
    install(site, described["entry-points"], described["name"], described["version"])  # type: ignore[arg-type]
    for name, content in FILES.items():
        (site / name).write_text(content)
    return site


def test_pip_can_build_the_package_of_the_page(tmp_path: Path) -> None:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    (text,) = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text(), FLAGS)
    (tmp_path / "pyproject.toml").write_text(text)
    build = "from setuptools import build_meta; build_meta.build_wheel('.')"  # as pip does
    subprocess.run(
        [sys.executable, "-c", build],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        timeout=PATIENCE_S,
    )
    (wheel,) = tmp_path.glob("*.whl")
    assert {*FILES} <= {*zipfile.ZipFile(wheel).namelist()}


@contextmanager
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(site)
    registry.list_extensions.cache_clear()
    try:
        yield
    finally:
        registry.list_extensions.cache_clear()
        for name in FILES:
            sys.modules.pop(Path(name).stem, None)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    site = example(tmp_path / "site")
    with installed(site, monkeypatch):
        yield site


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    site = tmp_path / "site"
    (site / "nothing").mkdir(parents=True)
    with installed(site, monkeypatch):
        yield site


@pytest.mark.usefixtures("package")
def test_the_package_of_the_page_streams_and_scores(tmp_path: Path) -> None:
    settings = load_config([*CHOICES, "policy=[fixed_lag]", "systems.fixed_lag.policy.lag_s=0"])
    prepare_dataset(settings.dataset, tmp_path / "data")
    references = read_manifest(tmp_path / "data")
    jobs = [Job(r.recording, tmp_path / "data" / r.audio, r.seconds) for r in references]
    system = experiment.build_system(settings, "fixed_lag")
    log = make_event_log(stream_recordings(jobs, system, settings.cluster), system, "")
    scored = store.score_and_sign(references, log, get_normaliser("basic"))
    assert log.failures == ()
    assert len(references) == 2
    words = scored.scores.words
    assert set(words["status"]) == {"hit"}
    # Each number is committed as soon as its second is over.
    assert (words["committed"] == words["end"]).all()
    subject = scored.signature.subject
    assert subject.policy.startswith("fixed_lag(buffer_s=12,chunk_s=1,lag_s=0,")
    assert subject.model.startswith("clockwork@")
    assert subject.find_package_version("streamwer-example") == "1.0"


@pytest.mark.usefixtures("package")
def test_its_tracker_is_sent_a_report(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text('{"systems": {"offline": {"wer": 0.125}}}')
    diary = tmp_path / "diary.txt"
    assert track(["diary", str(tmp_path), "-S", f"path={diary}"]) == 0
    assert diary.read_text() == f"{tmp_path.name} offline 0.125\n"


@pytest.mark.usefixtures("package")
def test_its_keys_are_checked_as_ours_are() -> None:
    for wrong in ("systems.fixed_lag.policy.lag_s=soon", "systems.fixed_lag.policy.lagg_s=1"):
        with pytest.raises(ConfigError, match="lag"):
            load_config([*CHOICES, "policy=[fixed_lag]", wrong])
    with pytest.raises(ConfigError, match="beats_per_s"):
        load_config(["engine=metronome", "engine.beats_per_s=fast"])
    settings = load_config(["policy=[fixed_lag]", "systems.fixed_lag.policy.lag_s=-1"])
    with pytest.raises(ConfigError, match=r"policy.lag_s=-1.0 must be at least 0"):
        policies.build_policy(experiment.build_system(settings, "fixed_lag").policy)


@pytest.mark.usefixtures("package")
def test_its_hyperparameters_are_flags(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = parse_arguments("a.wav --policy fixed_lag --lag-s 0.5 --engine metronome".split())
    assert {each.flag: text for each, text in arguments.values.items()} == {"--lag-s": "0.5"}
    with pytest.raises(SystemExit):
        parse_arguments(["-h"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "fixed_lag: Commit a word so many seconds after it was spoken." in shown
    assert "--lag-s SECONDS" in shown
    assert "age at which a word is final, seconds" in shown
    assert "fixed_lag: ;" not in shown  # it says nothing of the keys that ours explain


@pytest.mark.slow
def test_it_is_swept_from_the_command_line(tmp_path: Path) -> None:
    site = example(tmp_path / "site")
    for name in ("conf", "dvc.yaml", "hydra_plugins", "pipeline", "requirements.lock", "src"):
        (tmp_path / name).symlink_to(ROOT / name)
    sweep = ["-m", "pipeline.sweep", "-m", *CHOICES, "policy=fixed_lag", "policy.lag_s=0,2"]
    done = subprocess.run(
        [sys.executable, *sweep],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"src:.:{site}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "reports/sweep/sweep/sweep.json").read_text())
    assert [point["config"]["policy"]["lag_s"] for point in report["points"]] == [0, 2]


def chosen(name: str) -> str:
    """What is said when a policy is chosen."""
    with pytest.raises(ConfigError) as error:
        experiment.build_system(load_config([f"policy=[{name}]"]), name)
    return str(error.value)


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        (None, "ModuleNotFoundError: No module named 'bad'"),
        ("1/0", "ZeroDivisionError: division by zero"),
        ("class Bad: pass", "bad:Bad has no attribute Config that is a dataclass"),
        (
            "from dataclasses import dataclass\n@dataclass\nclass C:\n    name: str\n"
            "class Bad:\n    Config = C",
            "the defaults of bad:Bad.Config make no record",
        ),
        (
            "from dataclasses import dataclass\n@dataclass\nclass C:\n    name: str = 'good'\n"
            "class Bad:\n    Config = C",
            "the default of bad:Bad.Config.name must be 'bad'",
        ),
    ],
    ids=["missing", "raises", "no record", "no default", "another name"],
)
def test_a_broken_package_is_named_when_it_is_chosen(
    module: str | None, reason: str, broken: Path
) -> None:
    sys.modules.pop("bad", None)
    install(broken, {"streamwer.policies": {"bad": "bad:Bad"}}, "bad-package", "2.1")
    if module:
        (broken / "bad.py").write_text(module)
    said = chosen("bad")
    assert said.startswith("policy=bad: the package bad-package 2.1 registers it, but ")
    assert reason in said
    sys.modules.pop("bad", None)


def test_a_broken_package_hinders_nobody_else(broken: Path) -> None:
    for group in registry.EXTENSIBLE:
        install(
            broken, {registry.GROUPS[group].entry_points: {"bad": "bad:Bad"}}, f"bad-{group}", "1"
        )
    settings = load_config()
    assert experiment.build_system(settings, "offline").engine.name == "transcribe"
    parse_arguments(["a.wav"])
    assert "bad" not in registry.get_schemas("policy")
    with pytest.raises(ConfigError, match="engine=bad: the package bad-engine 1"):
        experiment.build_system(load_config(["engine=bad"]), "offline")
    with pytest.raises(ConfigError, match="dataset=bad: the package bad-dataset 1"):
        prepare_dataset(load_config(["dataset=bad"]).dataset, broken / "out")


def test_a_name_of_ours_cannot_be_taken(broken: Path) -> None:
    install(broken, {"streamwer.policies": {"offline": "fixed_lag:FixedLag"}}, "thief", "1")
    (broken / "fixed_lag.py").write_text(FILES["fixed_lag.py"])
    assert "the package thief 1 registers it, but streamwer has a policy of that name" in chosen(
        "offline"
    )


def test_two_packages_cannot_share_a_name(broken: Path) -> None:
    for name in ("one", "two"):
        install(broken, {"streamwer.policies": {"fixed_lag": "fixed_lag:FixedLag"}}, name, "1")
    (broken / "fixed_lag.py").write_text(FILES["fixed_lag.py"])
    said = chosen("fixed_lag")
    assert "the package one registers the same name" in said or "the package two" in said
    assert "one" in said
    assert "two" in said
