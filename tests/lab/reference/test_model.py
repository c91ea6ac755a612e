"""The bundled model is small, complete, and works in plain faster-whisper."""

from __future__ import annotations

import hashlib
import json
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from lab.reference.evaluate import no_speech
from lab.reference.tokens import SPECIALS
from streamwer.audio import load
from streamwer.audio.decoding import SAMPLE_RATE

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "models/reference"
CALL = ROOT / "data/toy_calls/call_01.flac"


@pytest.fixture(scope="module")
def model() -> WhisperModel:
    return WhisperModel(str(FOLDER), device="cpu", compute_type="int8", cpu_threads=1)


def test_folder_is_complete_and_small() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {
        "README.md",
        "SHA256SUMS",
        "config.json",
        "evaluation.json",
        "model.bin",
        "preprocessor_config.json",
        "tokenizer.json",
        "vocabulary.json",
    }
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 10e6


def test_its_files_are_those_that_were_sealed() -> None:
    lines = (FOLDER / "SHA256SUMS").read_text().splitlines()
    sums = {line.split()[1]: line.split()[0] for line in lines}
    assert len(sums) == 5
    for name, digest in sums.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest


def test_vocabulary_is_the_tokenizers(model: WhisperModel) -> None:
    vocabulary = json.loads((FOLDER / "vocabulary.json").read_text())
    assert vocabulary == [model.hf_tokenizer.id_to_token(i) for i in range(len(vocabulary))]
    assert set(SPECIALS) <= set(vocabulary)
    assert "<|nospeech|>" in vocabulary


def test_only_text_and_timestamps_are_decoded() -> None:
    config = json.loads((FOLDER / "config.json").read_text())
    vocabulary = json.loads((FOLDER / "vocabulary.json").read_text())
    suppressed = {vocabulary[i] for i in config["suppress_ids"]}
    assert suppressed == set(SPECIALS) - {"<|endoftext|>", "<|notimestamps|>"}
    assert [vocabulary[i] for i in config["suppress_ids_begin"]] == ["<|endoftext|>"]
    assert config["lang_ids"] == []


def test_english_only_with_whispers_front_end(model: WhisperModel) -> None:
    assert not model.model.is_multilingual
    assert Tokenizer(model.hf_tokenizer, multilingual=False).no_speech is not None
    assert model.feature_extractor.nb_max_frames == 3000
    assert model.feature_extractor(np.zeros(SAMPLE_RATE, np.float32)).shape[0] == 80


def test_transcribes_with_word_times_and_prompt(model: WhisperModel) -> None:
    audio = load(CALL)[: 8 * SAMPLE_RATE]
    segments, info = model.transcribe(
        audio, word_timestamps=True, temperature=0.0, initial_prompt="hello my name is emma"
    )
    words = [word for segment in segments for word in segment.words or []]
    assert info.language == "en"
    assert len(words) >= 5
    assert all(word.word.startswith(" ") for word in words)
    times = [word.start for word in words]
    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] <= 8


def test_words_end_where_the_corpus_says_they_do(model: WhisperModel) -> None:
    lines = (CALL.parent / "metadata.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines[:4]]
    late = []
    for row in rows:
        segments, _ = model.transcribe(
            load(CALL.parent / row["file_name"]), word_timestamps=True, temperature=0.0
        )
        heard = [word for segment in segments for word in segment.words or []]
        said = SequenceMatcher(
            None, [w["text"] for w in row["words"]], [w.word.strip() for w in heard], autojunk=False
        )
        for i, j, size in said.get_matching_blocks():
            late += [heard[j + k].end - row["words"][i + k]["end"] for k in range(size)]
    assert len(late) > 100
    assert np.mean(np.abs(late) < 0.25) > 0.9


def test_no_speech_probability(model: WhisperModel) -> None:
    silence = no_speech(model, np.zeros(30 * SAMPLE_RATE, np.float32))
    assert 0 <= no_speech(model, load(CALL)) <= silence <= 1


def test_card_quotes_the_measured_figures_of_this_model() -> None:
    figures = json.loads((FOLDER / "evaluation.json").read_text())
    digest = hashlib.sha256((FOLDER / "model.bin").read_bytes()).hexdigest()
    assert figures["model_sha256"] == digest
    assert f"| {figures['wer']['all']['wer']:.1%} |" in (FOLDER / "README.md").read_text()


@pytest.mark.slow  # it imports torch
def test_a_folder_that_is_no_checkpoint_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("transformers", reason="transformers (extra `train`) is not installed")
    from lab.reference import convert

    out = str(tmp_path / "out")
    monkeypatch.setattr("sys.argv", ["convert", "--checkpoint", str(tmp_path), "--out", out])
    assert convert.main() == 1
    assert "no checkpoint" in capsys.readouterr().err
