from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from streamwer.cli.arguments import build_run_parser
from streamwer.cli.command import main
from streamwer.cli.commands import COMMANDS
from streamwer.cli.parameters import GROUPS, find_default, list_options, list_parameters
from streamwer.config.compose import find_conf_dir
from tests.patience import PATIENCE_S

CONF = find_conf_dir()
FILES = sorted(path for group in GROUPS for path in CONF.glob(f"{group}/*.yaml"))


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", "10000")
    assert main(["--help-all"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_hyperparameter_has_a_flag_with_its_help_and_default(path: Path, shown: str) -> None:
    words = " ".join(shown.split())
    option = list_options(CONF, path.parent.name)[path.stem]
    for key, value in option.values.items():
        entry = words.split(f" --{key.replace('_', '-')} ")[1].split(" --")[0]
        assert option.comments[key], f"{path}: {key} has no help"
        assert option.comments[key] in entry
        if path.parent.name != "model":
            assert value.strip("[]") in entry.rpartition("(default: ")[2]


def test_help_lists_every_choice_with_what_it_is(shown: str) -> None:
    for path in FILES:
        about = list_options(CONF, path.parent.name)[path.stem].about
        assert about
        assert f"  {path.stem}: {about}" in shown


def test_help_fits_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    main(["--help-all"])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 60


def test_short_help_fits_a_screen_and_names_only_what_there_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["call.mp3", "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 40
    assert max(map(len, lines)) <= 80
    known = build_run_parser()._option_string_actions
    flags = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", "\n".join(lines)))
    assert flags - set(known) == {"--references"}  # of `streaming score`
    assert all(any(name in line for line in lines) for name in COMMANDS)


def test_help_on_a_name_is_about_that_alone(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("prefix_agreement", "transcribe", "tiny.en"):
        assert main(["-h", name]) == 0
    shown = capsys.readouterr().out
    assert "usage: streaming --policy prefix_agreement " in shown
    assert "--certain-margin-s SECONDS" in shown
    assert "--agreement" not in shown
    assert "--temperatures X,X" in shown
    assert "usage: streaming --model tiny_en " in shown
    assert main(["-h", "compare"]) == 0
    assert "OLD NEW" in capsys.readouterr().out
    assert main(["-h", "nothing"]) == 2
    assert "no policy, engine, model or command of that name" in capsys.readouterr().err


def test_help_waits_for_nothing_that_takes_long_to_import() -> None:
    code = (
        "import sys; from streamwer.cli.command import main; assert main(['-h']) == 0;"
        "heavy = {'numpy', 'av', 'pandas', 'omegaconf', 'yaml', 'hydra', 'ray', 'ctranslate2',"
        " 'faster_whisper', 'requests', 'rich', 'shtab', 'streamwer.policies',"
        " 'streamwer.recognisers', 'streamwer.config'};"
        "sys.exit(f'{heavy & set(sys.modules)}' if heavy & set(sys.modules) else 0)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert ran.returncode == 0, ran.stderr


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert "streamwer" in capsys.readouterr().out


def test_a_flag_that_is_taken_gets_the_name_of_its_group(tmp_path: Path) -> None:
    for name, text in {"model/m": "size: 1  # a\njobs: 2  # b", "policy/p": "size: 3  # c"}.items():
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir()
        path.write_text(f"# about\n{text}\n")
    groups = {group: list_options(tmp_path, group) for group in ("model", "policy")}
    flags = [parameter.flag for parameter in list_parameters(groups, {"--jobs"})]
    of_files = [each for each in flags if each.endswith(("-size", "-jobs"))]
    assert of_files == ["--size", "--model-jobs", "--policy-size"]


def test_help_says_which_policies_have_an_engine_of_their_own_and_which_share_a_flag(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(CONF, tmp_path / "conf")
    for name in "abcd":
        pin = f"  - /engine@_global_.systems.{name}.engine: direct" if name < "c" else ""
        text = f"# about\ndefaults:\n{pin}\n  - _self_\nchunk_s: 1.0  # new audio\n"
        (tmp_path / f"conf/policy/{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["--help-all"]) == 0
    help_text = capsys.readouterr().out
    assert "how the model is called (default: transcribe; direct with a, attention_cut" in help_text
    assert "\nevery policy but endpointed, offline:\n  --chunk-s " in help_text
    assert "\npolicy local_agreement:\n  --agreement " in help_text


@pytest.mark.parametrize("group", ["model", "engine"])
def test_what_is_taken_by_default_is_what_the_config_chooses(group: str) -> None:
    chosen = yaml.safe_load((CONF / "config.yaml").read_text())["defaults"]
    assert {group: find_default(CONF, group)} in chosen
