"""Changed inputs of every reader are read or refused; `python -m tools.fuzz` tries for longer."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from streamwer.audio.isolated_decoder import IsolatedDecoder
from tests.fuzz.corpus import make_corpus
from tests.fuzz.mutating import mutate
from tests.fuzz.trying import try_inputs
from tools import fuzz

CASES = 400


def test_no_changed_input_ends_in_a_traceback_or_a_signal(tmp_path: Path) -> None:
    decoder = IsolatedDecoder()
    inputs = make_corpus(tmp_path, decoder)
    for each in inputs:
        each.path.write_bytes(each.contents)
        assert each.read(each.path)  # as it is, it is sound
    assert not list(try_inputs(inputs, seed=1, cases=CASES))
    decoder.close()


def test_the_same_seed_changes_the_same() -> None:
    whole = bytes(range(256)) * 4
    changed = [mutate(whole, random.Random(f"1:{case}")) for case in range(50)]
    assert changed == [mutate(whole, random.Random(f"1:{case}")) for case in range(50)]
    assert all(each != whole for each in changed[:5])


def test_the_command_tells_what_it_tried(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fuzz, "BATCH", 5)
    monkeypatch.setattr(sys, "argv", ["fuzz", "--minutes", "0", "--seed", "3"])
    assert fuzz.main() == 0
    assert capsys.readouterr().out == "5 inputs tried, 0 ended in a traceback or a signal\n"
