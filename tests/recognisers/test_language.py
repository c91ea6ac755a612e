"""`auto`: the language is detected once there is speech, and the stream keeps to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from jiwer import wer

from streamwer import audio, policies, recognisers
from streamwer.config import experiment
from streamwer.config.compose import load_config
from streamwer.recognisers.base import Memory, Window
from streamwer.recognisers.engines.direct import Direct
from streamwer.recognisers.language import LanguageTracker
from streamwer.recognisers.stage_timer import StageTimer
from streamwer.simulation.clock import build_system_clock
from streamwer.simulation.serving import play_recording
from streamwer.text.languages import AUTO
from streamwer.text.normalise import get_normaliser
from streamwer.text.words import join_words
from tests.recognisers.engine_fixtures import call, direct, hiss, part, texts

SPEECH = Path(__file__).parents[3] / "shared" / "real-speech" / "languages"
SENTENCES = {"de": "hallo welt", "fr": "bonjour monde", "ja": "konnichiwa", "ko": "annyeong"}
DETECTOR = 0.5


class Polyglot:
    """A CTranslate2 model whose encodings are real; it says one sentence in each language.

    Args:
        model: the real one.
        detected: what it detects, in turn: the language and its probability.
    """

    is_multilingual = True

    def __init__(self, model: Any, spell: Any, *detected: tuple[str, float]) -> None:
        self._model, self._spell, self._detected = model, spell, list(detected)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def detect_language(self, encoded: Any) -> list[list[tuple[str, float]]]:
        first = [self._detected.pop(0) for _ in range(encoded.shape[0])]
        return [[(f"<|{language}|>", probability)] for language, probability in first]

    def generate(self, encoded: Any, prompts: list[list[int]], **_: Any) -> list[Any]:
        assert encoded.shape[0] == len(prompts)
        return [
            SimpleNamespace(sequences_ids=[self._spell(prompt)], no_speech_prob=0.0, scores=[0.0])
            for prompt in prompts
        ]


def polyglot(model: Path, *detected: tuple[str, float]) -> Direct:
    """An engine set to `auto` that detects these languages, in turn."""
    engine = direct(model, language=AUTO, buckets_s=[6, 30])
    tokens = engine._model.hf_tokenizer
    spoken = {tokens.token_to_id(f"<|{code}|>"): text for code, text in SENTENCES.items()}

    def spell(prompt: Sequence[int]) -> list[int]:
        (text,) = (spoken[token] for token in prompt if token in spoken)
        return list(tokens.encode(" " + text, add_special_tokens=False).ids)

    engine._model.model = Polyglot(engine._model.model, spell, *detected)
    engine._languages = LanguageTracker(AUTO, True, DETECTOR, engine._meter)
    return engine


def test_a_language_is_detected_once_and_kept_for_its_stream(random_model: Path) -> None:
    engine, memory = polyglot(random_model, ("de", 0.99)), Memory()
    for end in (4.0, 5.0, 6.0):
        heard = engine.recognise(replace(part(1, 0.5, end), memory=memory))
        assert texts(heard) == ["hallo", "welt"]
        assert (heard.language, heard.provisional) == ("de", False)
    assert memory.language == "de"


def test_a_short_doubtful_beginning_is_provisional_and_asked_again(random_model: Path) -> None:
    engine, memory = polyglot(random_model, ("ko", 0.6), ("ja", 0.6)), Memory()
    early = engine.recognise(replace(part(1, 0.5, 2.0), memory=memory))
    assert texts(early) == ["annyeong"]
    assert (early.language, early.provisional, memory.language) == ("ko", True, "")
    later = engine.recognise(replace(part(1, 0.5, 6.0), memory=memory))
    assert (later.language, later.provisional, memory.language) == ("ja", False, "ja")


def test_a_second_and_a_half_will_do_where_there_is_no_doubt(random_model: Path) -> None:
    engine = polyglot(random_model, ("de", 0.95))
    heard = engine.recognise(part(1, 0.5, 2.2))
    assert (heard.language, heard.provisional) == ("de", False)


def test_silence_is_not_asked_and_changes_nothing(random_model: Path) -> None:
    engine, memory = polyglot(random_model, ("fr", 0.99)), Memory()
    quiet = engine.recognise(Window(hiss(5.0), 0, memory=memory))
    assert (quiet.words, quiet.language) == ((), "")
    late = np.concatenate([hiss(5.0), part(1, 0.5, 6.0).audio])
    assert engine.recognise(Window(late, 0, memory=memory)).language == "fr"
    after = engine.recognise(Window(hiss(2.0), len(late), memory=memory))
    assert (after.words, after.language) == ((), "fr")


def test_streams_of_several_languages_share_a_call(random_model: Path) -> None:
    engine = polyglot(random_model, ("ja", 0.99))
    windows = [
        replace(part(1, 0.5, 5.0), memory=Memory(language=language))
        for language in ("fr", "de", "", "fr")
    ]
    heard = engine.recognise_batch(windows)
    assert [each.language for each in heard] == ["fr", "de", "ja", "fr"]
    assert [" ".join(texts(each)) for each in heard] == [
        SENTENCES[language] for language in ("fr", "de", "ja", "fr")
    ]


def test_a_batch_of_unknown_languages_is_encoded_once(random_model: Path) -> None:
    engine = polyglot(random_model, ("de", 0.99), ("fr", 0.99), ("de", 0.99))
    windows = [part(1, 0.5, 5.0) for _ in range(3)]
    heard = engine.recognise_batch([replace(each, memory=Memory()) for each in windows])
    assert [" ".join(texts(each)) for each in heard] == [
        "hallo welt",
        "bonjour monde",
        "hallo welt",
    ]
    assert sum(each.effort.encodings for each in heard) == 3


def test_a_model_of_english_only_runs_as_english(random_model: Path) -> None:
    heard = direct(random_model, language=AUTO).recognise(part(1, 0.5, 4.0))
    assert (heard.language, heard.provisional) == ("", False)


def test_a_long_window_is_asked_once_and_only_in_its_speech() -> None:
    asked = []

    def detect(heard: audio.Samples) -> tuple[str, float, list[Any]]:
        asked.append(len(heard) / audio.SAMPLE_RATE)
        return "de", 0.5, []

    model: Any = SimpleNamespace(detect_language=detect)
    languages = LanguageTracker(AUTO, True, DETECTOR, StageTimer())
    window = Window(np.concatenate([hiss(20.0), call(1)]), 0)
    assert [languages.detect(window, model) for _ in range(2)] == ["de", "de"]
    assert len(asked) == 1
    assert 2.0 <= asked[0] <= audio.samples_to_seconds(len(call(1)))


@pytest.fixture(scope="module")
def load(whisper_base: Path) -> Callable[[experiment.SystemConfig], Any]:
    """Load the model once for each engine: streams share nothing else."""
    loaded: dict[str, Any] = {}

    def load(chosen: experiment.SystemConfig) -> Any:
        key = repr(chosen.engine)
        if key not in loaded:
            loaded[key] = recognisers.load_recogniser(chosen, whisper_base)
        return loaded[key]

    return load


@pytest.mark.parametrize("engine", ["direct", "transcribe"])
@pytest.mark.parametrize("length", [0, 100, 40_000])
def test_real_whisper_takes_hardly_any_audio_for_no_error(
    engine: str,
    length: int,
    whisper_base: Path,
    load: Callable[[experiment.SystemConfig], Any],
) -> None:
    made = load(system(whisper_base, engine, "offline"))
    assert made.recognise(Window(np.zeros(length, np.float32), 0)).words == ()


def system(base: Path, engine: str, policy: str) -> experiment.SystemConfig:
    values = ["model=base", f"model.path={base}", "model.sha256=null", "model.revision=null"]
    chosen = [*values, f"engine={engine}", "model.language=auto", "clock=unaware"]
    return experiment.build_system(load_config(chosen), policy)


_MISHEARD = "common_voice_ja_24511055.mp3"


def clips() -> list[Any]:
    """Real sentences in four languages, where they are."""
    if not SPEECH.is_dir():
        missing = pytest.mark.skip(reason=f"{SPEECH} is not there: real speech is not shipped")
        return [pytest.param("", "", "", marks=missing)]
    rows = map(json.loads, (SPEECH / "metadata.jsonl").read_text(encoding="utf-8").splitlines())
    ours = (row for row in rows if row.get("language") in {"de", "es", "fr", "ja"})
    return [(row["file_name"], row["language"], row["text"]) for row in ours]


@pytest.mark.parametrize(
    ("way", "lead"),
    [
        ("prefix_agreement direct", 0.0),
        ("prefix_agreement direct", 5.0),
        ("offline transcribe", 5.0),
    ],
    ids=["streaming, at once", "streaming, after 5 s", "offline, after 5 s"],
)
@pytest.mark.parametrize(("name", "language", "text"), clips())
def test_real_speech_comes_out_in_its_own_language(
    name: str,
    language: str,
    text: str,
    way: str,
    lead: float,
    whisper_base: Path,
    load: Callable[[experiment.SystemConfig], Any],
    request: pytest.FixtureRequest,
) -> None:
    policy, engine = way.split()
    if (name, policy) == (_MISHEARD, "prefix_agreement"):
        reason = "16 of 27 characters: decoded bit by bit, kana stand for most of its kanji"
        # Not strict: with the integer kernels of some processors it is right.
        request.applymarker(pytest.mark.xfail(strict=False, reason=reason))
    chosen = system(whisper_base, engine, policy)
    heard = np.concatenate([hiss(lead, level=1e-3), audio.load_audio(SPEECH / name)])
    steps = list(
        play_recording(
            name,
            heard,
            load(chosen),
            policies.build_policy(chosen.policy),
            build_system_clock(chosen),
        )
    )
    said = join_words(word.text for step in steps for word in step.update.committed)
    assert steps[-1].language == language
    assert all(step.language == "" for step in steps if step.audio_end <= lead)
    spoken, written = map(get_normaliser("multilingual").apply, (text, said))
    assert wer(spoken, written) < 0.5  # by the character in Japanese
