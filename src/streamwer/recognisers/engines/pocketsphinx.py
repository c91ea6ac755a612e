"""PocketSphinx as a recogniser: the classical baseline, which decodes incrementally.

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

from streamwer.audio import encode_pcm, samples_to_seconds
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.engine import EngineConfig
from streamwer.config.model import ModelConfig
from streamwer.config.registry import engine
from streamwer.config.settings import check_settings, setting
from streamwer.errors import ConfigError, ModelError
from streamwer.provenance import digests
from streamwer.recognisers.base import Memory, Window
from streamwer.recognisers.stage_timer import StageTimer
from streamwer.recognisers.vad import detect_silence
from streamwer.text.languages import AUTO, ENGLISH
from streamwer.types import Hypothesis, Word

_FRAMES_PER_SECOND = 100
_NO_WORD = re.compile(r"<.*>|\[.*\]|\+\+.*\+\+")  # silence, noises, begin and end
_VARIANT = re.compile(r"\(\d+\)$")  # "the(2)": its second pronunciation


@dataclass(eq=False)
class _StreamDecoder:
    """A decoder that follows one stream: samples [start, fed) of it were decoded."""

    decoder: Any
    start: int = -1
    fed: int = -1
    is_open: bool = False


@engine("pocketsphinx")
class PocketSphinx:
    """PocketSphinx, the classical baseline: HMMs and a trigram, decoded as the audio arrives.

    The models are loaded once; each stream that is followed at a time has a decoder of its own.

    Args:
        config: its models, and how they are searched.
        model: whose language is spoken; the package's own models know English.
        folder: not used.

    Raises:
        ModelError: PocketSphinx is not installed, or the models cannot be loaded.
        ConfigError: a setting makes no sense, or the language is another.
    """

    @dataclass
    class Config(EngineConfig):
        """Settings of PocketSphinx."""

        own_model: str = setting(
            "pocketsphinx_en_us",
            "name of its model in results and reports; conf/model only says the language",
        )
        acoustic_model: str = setting(
            "", "folder of another acoustic model; empty for the one that PocketSphinx comes with"
        )
        language_model: str = setting(
            "", "file of another n-gram model; empty for the one that PocketSphinx comes with"
        )
        dictionary: str = setting(
            "",
            "file of another pronunciation dictionary; empty for the one that PocketSphinx comes"
            " with",
        )
        second_pass: bool = setting(
            False,
            "whether each window is decoded to its end and gone over again; better, but nothing is"
            " kept",
        )
        max_hmms: int = setting(
            30_000, "HMMs searched per 10 ms; fewer are faster and worse", at_least=1
        )

    def __init__(self, config: Config, model: ModelConfig, folder: Path | None = None) -> None:
        check_settings("engine", config)
        language = ENGLISH if model.language == AUTO else model.language
        if language != ENGLISH and not all(
            (config.acoustic_model, config.language_model, config.dictionary)
        ):
            raise ConfigError(
                f"model.language={language!r}: PocketSphinx comes with models of English only;"
                " set engine.acoustic_model, engine.language_model and engine.dictionary"
            )
        self._config, self._meter = config, StageTimer()
        self._idle = [self._make_decoder()]

    def recognise(self, window: Window) -> Hypothesis:
        """Transcribe one window; its prompt is not used."""
        quiet, words = 0.0, tuple[Word, ...]()
        following = self._get_stream_decoder(window.memory)
        with self._meter.time_call():
            if window.listen_only:
                quiet = detect_silence(window, self._config.speech_threshold, self._meter)
            else:
                with self._meter.time_stage("decode"):
                    words = self._decode(following, window)
        return Hypothesis(
            words, tuple(word.end for word in words), silence=quiet, **self._meter.read_cost()
        )

    def facts(self) -> dict[str, str]:
        """Return which models were loaded, and by which version."""
        files = [Path(path) for path in _find_models(self._config).values()]
        return {
            "model_digest": digests.digest_files(files),
            "package pocketsphinx": version("pocketsphinx"),
        }

    def _get_stream_decoder(self, memory: Memory) -> _StreamDecoder:
        """Return the stream's decoder, which is free for another stream when this one is gone."""
        if memory.stream is None:
            decoder = self._idle.pop() if self._idle else self._make_decoder()
            with suppress(RuntimeError):  # unless the stream before left an utterance open
                decoder.end_utt()
            # What is known of the channel is the stream's own: no stream may depend on another.
            decoder.reinit_feat()
            memory.stream = _StreamDecoder(decoder)
            weakref.finalize(memory.stream, self._idle.append, decoder)
        stream_decoder: _StreamDecoder = memory.stream
        return stream_decoder

    def _decode(self, following: _StreamDecoder, window: Window) -> tuple[Word, ...]:
        decoder, end = following.decoder, window.start + len(window.audio)
        if not following.is_open or following.start != window.start or end < following.fed:
            if following.is_open:
                decoder.end_utt()
            decoder.start_utt()
            following.start = following.fed = window.start
            following.is_open = True
        new = window.audio[following.fed - window.start :]
        if len(new):
            decoder.process_raw(encode_pcm(new), False, False)
            self._meter.add_work(feature_frames=len(new) * _FRAMES_PER_SECOND // SAMPLE_RATE)
        following.fed = end
        if self._config.second_pass:
            decoder.end_utt()
            following.is_open = False
        return tuple(_read_words(decoder.seg() or (), window))

    def _make_decoder(self) -> Any:
        config = self._config
        try:
            from pocketsphinx import Decoder
        except ImportError as error:
            raise ModelError(
                "engine=pocketsphinx needs PocketSphinx: pip install 'pocketsphinx>=5.0.4,<5.1'"
            ) from error
        models = _find_models(config)
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
            paths = ", ".join(models.values())
            raise ModelError(f"PocketSphinx cannot load its models ({paths})") from error


def _find_models(config: PocketSphinx.Config) -> dict[str, str]:
    """Find the models: those of the package, where no others are given."""
    from pocketsphinx import get_model_path

    return {
        "hmm": config.acoustic_model or get_model_path("en-us/en-us"),
        "lm": config.language_model or get_model_path("en-us/en-us.lm.bin"),
        "dict": config.dictionary or get_model_path("en-us/cmudict-en-us.dict"),
    }


def _read_words(segments: Iterable[Any], window: Window) -> Iterator[Word]:
    """Read the words of a decoding; a first pass gives no probabilities."""
    begin, length = window.start / SAMPLE_RATE, samples_to_seconds(len(window.audio))
    for each in segments:
        if _NO_WORD.fullmatch(each.word):
            continue
        start, end = each.start_frame, each.end_frame + 1
        inside = (min(length, frame / _FRAMES_PER_SECOND) for frame in (start, end))
        first, last = (round(begin + moment, 3) for moment in inside)
        yield Word(_VARIANT.sub("", each.word), first, last, round(min(1.0, each.prob), 4))
