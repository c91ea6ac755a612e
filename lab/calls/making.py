"""All calls of the script as recordings: spoken, assembled, and altered by their conditions."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path

from lab.calls.assembly import Recording, Sentence, assemble_call, trim_sentence
from lab.calls.landmarks import measure_leads
from lab.calls.script import CLEAN, Call
from lab.calls.speakers import Speaker
from lab.calls.synthesis import Speech, synthesize
from lab.calls.timing import LEAD_S, time_words
from streamwer import audio
from streamwer.audio.decoding import Samples
from streamwer.config import experiment
from streamwer.config.compose import compose_config
from streamwer.config.condition import EffectChain
from streamwer.datasets.augmentation.base import RecordingContext
from streamwer.datasets.augmentation.effects import apply_effects

Spoken = tuple[Speech | float, ...]
"""The sentences of a call as they were spoken, and its holds in seconds."""


def speak_call(call: Call, speaker: Speaker, cache: Path) -> Spoken:
    """Speak the sentences of a call.

    Args:
        call: what is said.
        speaker: who says it.
        cache: folder that keeps spoken sentences, so that a changed one alone is spoken anew;
            empty it when the synthesis itself changes.
    """
    return tuple(
        _speak(part, speaker, cache) if isinstance(part, str) else part for part in call.parts
    )


def measure_call(spoken: Spoken) -> list[float]:
    """Measure how far each edge of a fricative in a call is from its nominal time, in seconds."""
    speeches = [part for part in spoken if isinstance(part, Speech)]
    return [lead for speech in speeches for lead in measure_leads(speech)]


def record_call(call: Call, speaker: Speaker, spoken: Spoken) -> Recording:
    """Put a spoken call together, before its condition.

    Args:
        call: what was said.
        speaker: who said it.
        spoken: its sentences and holds.
    """
    parts: list[Sentence | float] = []
    for text, speech in zip(call.parts, spoken, strict=True):
        if isinstance(text, str) and isinstance(speech, Speech):
            words = time_words(text, speech, LEAD_S[speaker.voice])
            parts.append(trim_sentence(Sentence(speech.samples, words)))
        elif isinstance(speech, float):
            parts.append(speech)
    return assemble_call(call.id, parts)


def alter_calls(calls: Sequence[Call], folder: Path) -> Iterator[tuple[Call, Samples]]:
    """Yield each call as its condition makes it sound.

    Args:
        calls: of the script.
        folder: where the unaltered recordings are, `ID.flac`; babble is made of the others.
    """
    voices = sorted((call.id, folder / f"{call.id}.flac") for call in calls)
    for call in calls:
        signal = audio.load_audio(folder / f"{call.id}.flac")
        if call.condition != CLEAN:
            context = RecordingContext(call.id, voices)
            signal, _ = apply_effects(signal, (), _chain(call.condition), context)
        yield call, signal


def _chain(condition: str) -> EffectChain:
    settings = experiment.parse_config(compose_config([f"condition={condition}"]))
    return experiment.list_conditions(settings)[0]


def _speak(sentence: str, speaker: Speaker, cache: Path) -> Speech:
    name = hashlib.sha256(f"{speaker}\0{sentence}".encode()).hexdigest()[:24]
    path = cache / f"{name}.pickle"
    if path.is_file():
        kept: Speech = pickle.loads(path.read_bytes())
        return kept
    speech = synthesize(sentence, speaker)
    cache.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(speech))
    return speech
