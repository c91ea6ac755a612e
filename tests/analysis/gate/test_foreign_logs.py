"""A gate for another program: its log is scored, and held against an earlier log of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streamwer.analysis.gate.verdict import ExitStatus
from streamwer.cli.compare import main as compare
from streamwer.cli.gate import main as gate
from streamwer.cli.score import main as score
from tests.formats.calls import lines

CALLS, WORDS = 12, 48


def list_words(call: int) -> list[str]:
    return [f"{letter}{'aeiou'[call % 5]}{'pt'[call % 2]}o" for letter in "bdfghjklmnprstvz"] * 3


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """References with word times: a word each half second."""
    rows = [
        f"call{call} A {number / 2} 0.5 {word}"
        for call in range(CALLS)
        for number, word in enumerate(list_words(call))
    ]
    return lines(tmp_path / "gold.ctm", rows)


def simuleval(folder: Path, late_ms: int = 200, lost: int = 0) -> Path:
    """What SimulEval writes of a system that is so late and gets every `lost`-th word wrong."""
    folder.mkdir()
    ends = [500.0 * (number + 1) + late_ms for number in range(WORDS)]
    return lines(
        folder / "instances.log",
        [
            {
                "index": call,
                "prediction": " ".join(
                    "wrong" if lost and number % lost == call % lost else word
                    for number, word in enumerate(list_words(call))
                ),
                "delays": ends,
                "elapsed": ends,
                "reference": " ".join(list_words(call)),
                "source": [f"audio/call{call}.wav"],
                "source_length": 500.0 * WORDS + 1000,
            }
            for call in range(CALLS)
        ],
    )


def judge(tmp_path: Path, old: Path, new: Path, *rules: str) -> int:
    """Exit status of the gate on two logs, with word times where there is a `gold.ctm`."""
    gold = tmp_path / "gold.ctm"
    known = ["--references", str(gold)] if gold.exists() else []
    for side, log in (("base", old), ("candidate", new)):
        assert score([str(log), *known, "--scores", str(tmp_path / side)]) == 0
    sides = ["--baseline", str(tmp_path / "base"), "--candidate", str(tmp_path / "candidate")]
    return gate([*sides, *rules, "-o", str(tmp_path / "out")])


def findings(tmp_path: Path) -> dict[str, str]:
    (system,) = json.loads((tmp_path / "out/gate.json").read_text())["systems"].values()
    return {name: rule["status"] for name, rule in system["rules"].items()}


@pytest.mark.parametrize(
    ("change", "regressed"),
    [
        ({}, set()),
        ({"late_ms": 700}, {"commit_p50", "commit_p95"}),
        ({"lost": 8}, {"wer"}),
    ],
    ids=["the same", "later", "wrong"],
)
@pytest.mark.usefixtures("gold")
def test_a_simuleval_log_is_held_against_an_earlier_one(
    tmp_path: Path, change: dict[str, int], regressed: set[str]
) -> None:
    new = simuleval(tmp_path / "new", **change)
    status = judge(tmp_path, simuleval(tmp_path / "old"), new)
    assert status == (ExitStatus.REGRESSION if regressed else ExitStatus.PASS)
    found = findings(tmp_path)
    assert {name for name, each in found.items() if each == "regressed"} == regressed
    assert "missing" not in found.values()


def test_a_log_without_word_times_is_judged_by_its_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = simuleval(tmp_path / "old"), simuleval(tmp_path / "new", lost=8)
    assert judge(tmp_path, old, new, "--rules", "text") == ExitStatus.REGRESSION
    assert findings(tmp_path) == {"wer": "regressed", "cer": "regressed", "failures": "held"}
    capsys.readouterr()
    assert judge(tmp_path, old, old) == ExitStatus.REGRESSION
    assert "the baseline and the candidate have no such figure" in capsys.readouterr().out
    sides = [str(tmp_path / "base"), str(tmp_path / "base"), "-o", str(tmp_path / "page")]
    assert compare(sides) == 0
    assert "instances" in (tmp_path / "page/comparison.md").read_text()


def test_scores_that_cannot_be_written_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").touch()
    log = simuleval(tmp_path / "log")
    assert score([str(log), "--scores", str(tmp_path / "taken")]) == 2
    assert f"--scores {tmp_path / 'taken'}: cannot be written" in capsys.readouterr().err
