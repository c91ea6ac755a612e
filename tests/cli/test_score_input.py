"""`streaming-score`: what a log or a reference may say, and what is refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamwer.cli.score import main
from tests.cli.test_score import run_score
from tests.formats.calls import lines


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        ('"prediction": "a", "prediction": "b"', "the key 'prediction' is there twice"),
        (f'"prediction": "a", "x": {"9" * 6000}', "a number of 6000 digits"),
        ('"prediction": "\\ud800"', "half a surrogate pair"),
    ],
)
def test_json_without_one_meaning_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoilt: str, reason: str
) -> None:
    line = f'{{"index": 1, {spoilt}, "delays": [1], "reference": "a", "source_length": 9}}'
    assert main([str(lines(tmp_path / "instances.log", [line]))]) == 2
    error = capsys.readouterr().err
    assert reason in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("heard", ["uh my name is jane", "my name is jane"])
def test_an_optional_word_costs_nothing_said_or_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], heard: str
) -> None:
    log = lines(tmp_path / "call.txt", [f"1500.0000 0 900  {heard}"])
    gold = lines(tmp_path / "call.stm", ["call 1 jane 0.0 2.0 <o,f0,f> (uh) my name is jane"])
    figures = run_score(capsys, str(log), "--references", str(gold))
    assert figures["wer"] == {"value": 0.0, "low": None, "high": None}


def test_the_language_decides_what_is_the_same_letter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = lines(tmp_path / "call.txt", ["1500.0000 0 900  Strasse"])
    gold = lines(tmp_path / "call.stm", ["call 1 x 0.0 2.0 Straße"])
    asked = [str(log), "--references", str(gold), "--normaliser", "basic"]
    assert run_score(capsys, *asked)["substitutions"] == 1
    assert run_score(capsys, *asked, "--language", "de")["substitutions"] == 0
