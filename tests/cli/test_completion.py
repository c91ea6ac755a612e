"""Completion as a shell does it, and the lists of what can be chosen."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from streamwer.cli.command import main
from streamwer.cli.commands import COMMANDS, load_command
from streamwer.cli.parameters import list_options
from streamwer.config.conf_dir import find_conf_dir
from tests.patience import PATIENCE_S

COMPLETE = """
source completion.bash
complete_words() {
  COMP_WORDS=(streaming "$@"); COMP_CWORD=$#; COMPREPLY=()
  _shtab_streaming streaming "${@: -1}" ""
  echo "${COMPREPLY[*]}"
}
"""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_all_commands(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(name in script for name in (*COMMANDS, "certain-margin-s", "baseline"))


def test_bash_completes_commands_options_choices_and_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["completion", "bash"])
    (tmp_path / "completion.bash").write_text(capsys.readouterr().out)
    (tmp_path / "gold.ctm").touch()
    asked = ["sc", "--initial", "--policy pre", "call.mp3 --model tiny_", "score --references go"]
    ran = subprocess.run(
        ["bash", "-c", COMPLETE + "\n".join(f"complete_words {words}" for words in asked)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    assert ran.stdout.splitlines() == [
        "score",
        "--initial-prompt",
        "prefix_agreement",
        "tiny_en",
        "gold.ctm",
    ]


def test_zsh_offers_files_and_the_options_of_each_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["completion", "zsh"])
    family, script = capsys.readouterr().out.split("_shtab_streaming_defaults_added=0", 1)
    own = family.split("_shtab_streaming_options=(")[1]
    assert "(*)" not in own.replace("(- : *)", "")  # else zsh would see no command
    assert "': :{_shtab_streaming_commands; _files}'" in script
    assert "*) _arguments -C -s $_shtab_streaming_run_options ;;" in script


@pytest.mark.skipif(not shutil.which("fish"), reason="needs fish")
def test_fish_completes_commands_and_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["completion", "fish"])
    (tmp_path / "s.fish").write_text(capsys.readouterr().out)
    asked = ["streaming sc", "streaming --initial", "streaming score --baselin"]
    lines = ["source s.fish", *(f"complete -C '{line}'" for line in asked)]
    ran = subprocess.run(
        ["fish", "-c", "; ".join(lines)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    offered = [line.split("\t")[0] for line in ran.stdout.splitlines()]
    assert offered == ["score", "--initial-prompt", "--baseline"]


def test_an_unknown_shell_is_one_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "cmd.exe"]) == 2
    assert capsys.readouterr().err.startswith("error: argument shell: invalid choice: 'cmd.exe'")


def test_every_command_is_there() -> None:
    assert all(callable(load_command(name)) for name in COMMANDS)


@pytest.mark.parametrize(
    ("command", "group"), [("policies", "policy"), ("engines", "engine"), ("datasets", "dataset")]
)
def test_what_can_be_chosen_is_listed_one_a_line(
    command: str, group: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name, option in list_options(find_conf_dir(), group).items():
        assert [line.split(maxsplit=1) for line in lines].count([name, option.about]) == 1
    assert main([command, "x"]) == 2
