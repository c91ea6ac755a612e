"""The recipe refuses what would give other files, and conditions alter what they say."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from lab.calls import __main__ as command
from lab.calls import models
from lab.calls.making import alter_calls
from lab.calls.phonemes import is_sound, phonemize
from lab.calls.script import Call, read_script
from streamwer import audio
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.errors import ModelError


def test_another_version_of_a_package_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions = models.VERSIONS | {"kokoro-onnx": "0.7.0"}
    monkeypatch.setattr(metadata, "version", versions.__getitem__)
    with pytest.raises(
        ModelError, match=r"kokoro-onnx 0\.6\.1 is needed, 0\.7\.0 is here; pip install"
    ):
        models.check_versions()


def test_a_missing_package_is_one_line_and_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert command.main(["make", "--out", str(tmp_path), "--aligner", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert told == "error: kokoro-onnx 0.6.1 is needed, none is here; pip install -e '.[calls]'\n"


def test_a_telephone_call_has_nothing_above_its_band(tmp_path: Path) -> None:
    noise = 0.1 * np.random.default_rng(1).standard_normal(2 * SAMPLE_RATE)
    audio.write_flac(tmp_path / "a.flac", noise.astype(np.float32))
    call = Call("a", "alma", "telephone", ("Yes.",))
    ((_, signal),) = alter_calls([call], tmp_path)
    power = np.abs(np.fft.rfft(signal)) ** 2
    hertz = np.fft.rfftfreq(len(signal), 1 / SAMPLE_RATE)
    assert len(signal) == len(noise)
    assert power[hertz > 4100].sum() < 0.001 * power.sum()


def test_a_clean_call_is_left_as_it_is(tmp_path: Path) -> None:
    tone = (0.5 * np.sin(np.arange(SAMPLE_RATE) / 10)).astype(np.float32)
    audio.write_flac(tmp_path / "a.flac", tone)
    ((_, signal),) = alter_calls([Call("a", "alma", "clean", ("Yes.",))], tmp_path)
    assert np.array_equal(signal, audio.load_audio(tmp_path / "a.flac"))


def test_stress_and_pauses_are_no_sounds() -> None:
    assert [symbol for symbol in "h\N{MODIFIER LETTER VERTICAL LINE}a, ." if is_sound(symbol)] == [
        "h",
        "a",
    ]


def test_every_sentence_has_phonemes_for_each_word() -> None:
    pytest.importorskip("kokoro_onnx", reason="kokoro-onnx (extra `calls`) is not installed")
    for call in read_script():
        for sentence in call.sentences:
            assert len(phonemize(sentence).split()) == len(sentence.split())
