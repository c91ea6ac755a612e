"""The example on the page about scoring logs, run as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from streamwer.cli.score import EXPORTS, main
from streamwer.formats.detection import FORMATS

PAGE = Path("docs/scoring-logs.md").read_text()
FILES = re.findall(r"^```text (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
RUN = re.findall(
    r"^```console\n\$ streaming score (.*?)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL
)


def test_the_example_prints_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in FILES:
        Path(name).write_text(content)
    ((command, shown),) = RUN
    assert main(shlex.split(command)) == 0
    assert capsys.readouterr().out == shown


def test_the_page_has_every_format() -> None:
    assert all(f"| `{name}` |" in PAGE for name in FORMATS)
    assert all(f"--export {name}" in PAGE for name in EXPORTS)
