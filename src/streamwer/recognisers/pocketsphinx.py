"""PocketSphinx as a recogniser: the classical baseline, which really decodes bit by bit.

HMMs and a trigram in place of a neural network. The decoder follows a stream: of a window that
begins where the one before began, only what is new is decoded. A window that begins or ends
elsewhere is another utterance, and is decoded from its beginning.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from streamwer.audio import seconds
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config import bounds
from streamwer.config.engine import PocketSphinxConfig
from streamwer.errors import ConfigError, ModelError
from streamwer.provenance import digests
from streamwer.recognisers.base import Memory, Window
from streamwer.recognisers.stage_timer import Meter
from streamwer.recognisers.vad import silence
from streamwer.types import Hypothesis, Word

_FRAMES_PER_SECOND = 100
_PEAK = 2**15 - 1
_NO_WORD = re.compile(r"<.*>|\[.*\]|\+\+.*\+\+")  # silence, noises, begin and end
_VARIANT = re.compile(r"\(\d+\)$")  # "the(2)": its second pronunciation


@dataclass(eq=False)
class _Following:
    """A decoder that follows one stream: samples [start, fed) of it were heard."""

    decoder: Any
    start: int = -1
    fed: int = -1
    is_open: bool = False


class PocketSphinx:
    """The models loaded once, and one decoder for each stream that is followed at a time.

    Args:
        language: what is spoken; the package's own models know English.

    Raises:
        ModelError: PocketSphinx is not installed, or the models cannot be loaded.
        ConfigError: the engine's values make no sense, or the language is another.
    """

    def __init__(self, engine: PocketSphinxConfig, language: str) -> None:
        bounds.check(engine)
        own = (engine.acoustic_model, engine.language_model, engine.dictionary)
        if language != "en" and not all(own):
            raise ConfigError(
                f"model.language={language!r}: PocketSphinx comes with models of English only;"
                " set engine.acoustic_model, engine.language_model and engine.dictionary"
            )
        self._config, self._meter = engine, Meter()
        self._idle = [self._decoder()]

    def recognise(self, window: Window) -> Hypothesis:
        """Transcribe one window; its prompt is not used."""
        quiet, words = 0.0, tuple[Word, ...]()
        following = self._following(window.memory)
        with self._meter.whole_call():
            if window.listen_only:
                quiet = silence(window, self._config.speech_threshold, self._meter)
            else:
                with self._meter.timing("decode"):
                    words = self._words(following, window)
        return Hypothesis(
            words, tuple(word.end for word in words), silence=quiet, **self._meter.cost()
        )

    def facts(self) -> dict[str, str]:
        """Which models were loaded, and by which version."""
        files = [Path(path) for path in _models(self._config).values()]
        return {
            "model_digest": digests.of_files(files),
            "package pocketsphinx": version("pocketsphinx"),
        }

    def _following(self, memory: Memory) -> _Following:
        """What follows that stream; its decoder is free for another when the stream is gone."""
        if memory.stream is None:
            decoder = self._idle.pop() if self._idle else self._decoder()
            with suppress(RuntimeError):  # unless the stream before left an utterance open
                decoder.end_utt()
            # What is known of the channel is the stream's own: no stream may depend on another.
            decoder.reinit_feat()
            memory.stream = _Following(decoder)
            weakref.finalize(memory.stream, self._idle.append, decoder)
        found: _Following = memory.stream
        return found

    def _words(self, following: _Following, window: Window) -> tuple[Word, ...]:
        decoder, end = following.decoder, window.start + len(window.audio)
        if not following.is_open or following.start != window.start or end < following.fed:
            self._begin(following, window.start)
        new = window.audio[following.fed - window.start :]
        if len(new):
            decoder.process_raw(_pcm(new), False, False)
            self._meter.did(feature_frames=len(new) * _FRAMES_PER_SECOND // SAMPLE_RATE)
        following.fed = end
        if self._config.second_pass:
            decoder.end_utt()
            following.is_open = False
        return tuple(_spoken(decoder.seg() or (), window))

    def _begin(self, following: _Following, start: int) -> None:
        if following.is_open:
            following.decoder.end_utt()
        following.decoder.start_utt()
        following.start = following.fed = start
        following.is_open = True

    def _decoder(self) -> Any:
        config = self._config
        try:
            from pocketsphinx import Decoder
        except ImportError as error:
            raise ModelError(
                "engine=pocketsphinx needs PocketSphinx: pip install 'streamwer[pocketsphinx]'"
            ) from error
        models = _models(config)
        try:
            return Decoder(
                **models,
                samprate=SAMPLE_RATE,
                frate=_FRAMES_PER_SECOND,
                maxhmmpf=config.max_hmms,
                fwdflat=config.second_pass,
                bestpath=config.second_pass,
                loglevel="FATAL",
            )
        except (RuntimeError, ValueError) as error:
            told = ", ".join(models.values())
            raise ModelError(f"PocketSphinx cannot load its models ({told})") from error


def _models(config: PocketSphinxConfig) -> dict[str, str]:
    """Where the models are: of the package, where no others are given."""
    from pocketsphinx import get_model_path

    return {
        "hmm": config.acoustic_model or get_model_path("en-us/en-us"),
        "lm": config.language_model or get_model_path("en-us/en-us.lm.bin"),
        "dict": config.dictionary or get_model_path("en-us/cmudict-en-us.dict"),
    }


def _spoken(segments: Iterable[Any], window: Window) -> Iterator[Word]:
    """The words among what was decoded; a first pass does not say how sure it is of one."""
    begin, length = window.start / SAMPLE_RATE, seconds(len(window.audio))
    for each in segments:
        if _NO_WORD.fullmatch(each.word):
            continue
        start, end = each.start_frame, each.end_frame + 1
        inside = (min(length, frame / _FRAMES_PER_SECOND) for frame in (start, end))
        first, last = (round(begin + moment, 3) for moment in inside)
        yield Word(_VARIANT.sub("", each.word), first, last, round(min(1.0, each.prob), 4))


def _pcm(audio: Samples) -> bytes:
    return np.rint(np.clip(audio, -1, 1) * _PEAK).astype("<i2").tobytes()
