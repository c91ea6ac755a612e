"""The commands that print the figures of the documentation."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import pytest

from streamwer.config.compose import load_config
from tests.datasets.recordings import clip
from tools import measuring, sizes, time_long

TOOLS = sorted(path.stem for path in Path("tools").glob("*.py") if path.stem != "measuring")


@pytest.mark.parametrize("name", TOOLS)
def test_it_says_what_it_is_for_and_refuses_what_it_does_not_know(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tool = importlib.import_module(f"tools.{name}")
    for argument, status in (("--help", 0), ("--nonsense", 2)):
        monkeypatch.setattr(sys, "argv", [name, argument])
        with pytest.raises(SystemExit) as ended:
            tool.main()
        assert ended.value.code == status
    said = capsys.readouterr()
    assert f"usage: python -m tools.{name}" in said.out
    assert tool.__doc__.split(".")[0][:60] in " ".join(said.out.split())
    assert "--nonsense" in said.err


def test_a_module_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "grown.py").write_text("held = 'x' * (300 << 20)\nprint('two', 'words')\n")
    took = measuring.run("grown", folder=tmp_path)
    assert (took.said, took.peak_mb > 300, took.seconds > 0) == ("two words", True, True)
    with pytest.raises(SystemExit, match=r"(?s)error: nowhere: .*No module named nowhere"):
        measuring.run("nowhere", folder=tmp_path)


def test_calls_are_repeated_until_they_last_as_long_as_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_long, "CALLS", tmp_path / "mine")
    for name, seconds in {"a": 20.0, "b": 25.0}.items():
        clip(tmp_path / f"mine/{name}.flac", seconds)
    rows = [{"file_name": f"{name}.flac", "id": name} for name in "ab"]
    (tmp_path / "mine/metadata.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert time_long.prepare_folder(tmp_path, 1, "offline") == 3  # 20 + 25 + 20 s
    listed = (tmp_path / "calls/metadata.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in listed] == ["000-a", "000-b", "001-a"]


def test_its_choices_are_those_of_the_comparison() -> None:
    assert load_config(time_long.list_overrides("offline")).compare == ["offline"]


def test_sizes_are_those_of_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(
        ("data/prepared/audio/a.flac", "data/events/one/b", "data/scores/one/c/d")
    ):
        Path(name).parent.mkdir(parents=True)
        Path(name).write_bytes(b"x" * (number + 1))
    with pytest.raises(sizes.DatasetError, match=r"index\.html: not there; run `make repro`"):
        sizes.measure_sizes(["one"])
    Path("reports/comparison").mkdir(parents=True)
    Path("reports/comparison/index.html").write_bytes(b"page")
    assert list(sizes.measure_sizes(["one"]).values()) == [1, 2, 3, 4]
