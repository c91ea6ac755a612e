"""faster-whisper without its 30 s: CTranslate2 called directly, on windows as short as they are.

features → encode → generate → align, each once per window. The encoder hears the window and
`padding_s` of silence, rounded up to one of a few lengths; the decoder goes on from the window's
prefix, and is guarded by a token budget and a loop detector in place of a ladder of temperatures;
words get their times and probabilities from one alignment pass. Windows longer than the encoder's
30 s are followed by faster-whisper's own `transcribe`, with the same short encodings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from streamwer.audio import HOP, samples_to_seconds
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.model import ENCODER_S, ModelConfig
from streamwer.config.registry import engine
from streamwer.config.settings import check_settings, setting
from streamwer.recognisers.base import Window
from streamwer.recognisers.language import LanguageTracker
from streamwer.recognisers.log_mel import FRAMES_PER_SECOND, Features, LogMel
from streamwer.recognisers.stage_timer import StageTimer
from streamwer.recognisers.vad import detect_silence
from streamwer.recognisers.whisper_settings import DecoderConfig
from streamwer.recognisers.words import build_aligned_words, build_hypothesis, place_word
from streamwer.types import Hypothesis, Word

if TYPE_CHECKING:
    from streamwer.recognisers.decoder import Decoder

_LONGEST = 30 * FRAMES_PER_SECOND
_SHORTEST = 2 * HOP  # samples; less is no sound to speak of


@dataclass(frozen=True)
class _ShortWindow:
    """A window for one encoder pass: its index among those asked for, and its features.

    Attributes:
        speech_s: when its speech ends, its own seconds.
    """

    index: int
    window: Window
    features: Features
    speech_s: float


@engine("direct")
class Direct:
    """CTranslate2 called directly: the encoder hears the window and a little padding, not 30 s.

    Build it in the process that uses it: a loaded model does not survive a fork.

    Args:
        config: how to call it.
        model: how to load it.
        folder: of the CTranslate2 model.

    Raises:
        ModelError: the folder is not a usable model.
        ConfigError: a setting makes no sense, or the model does not know the language.
    """

    @dataclass
    class Config(DecoderConfig):
        """Settings of the direct engine."""

        buckets_s: list[float] = setting(
            [float(s) for s in (2, 3, 4, 6, 8, 10, 12, *range(14, 20), *range(20, 31, 2))],
            "lengths that windows with their padding are rounded up to",
            unit="seconds",
            above=0,
            at_most=ENCODER_S,
        )
        timestamps: bool = setting(
            False, "decode timestamps and follow them through the window, as transcribe does"
        )
        batch_size: int = setting(
            1, "windows of several streams in one call; more pays on a GPU only", at_least=1
        )

    def __init__(self, config: Config, model: ModelConfig, folder: Path) -> None:
        from streamwer.recognisers.long_windows import ShortWhisper
        from streamwer.recognisers.whisper import load_whisper

        check_settings("engine", config)
        self._config = config
        self._padding = int(model.padding_s * FRAMES_PER_SECOND)
        self._least = int(model.min_encoder_s * FRAMES_PER_SECOND)
        self._pads_with_floor = model.padding == "floor"
        self._meter = StageTimer()
        self._nothing: Any = None  # silence, encoded
        self._model = load_whisper(ShortWhisper, self._meter, folder, model)
        self._model.bucket = self._choose_bucket
        self._buckets = sorted(map(self._round_bucket, config.buckets_s))
        multilingual = self._model.model.is_multilingual
        self._languages = LanguageTracker(
            model.language, multilingual, config.speech_threshold, self._meter
        )
        self._decoders: dict[str, Decoder] = {}
        self._get_decoder(self._languages.fixed or "en")  # now: it may refuse a prompt

    def warm_up(self) -> None:
        """Call the model once, and the voice detector."""
        from streamwer.recognisers.whisper import NOISE, transcribe_noise

        transcribe_noise(self)
        self._transcribe(
            [Window(NOISE, 0)], [0.0]
        )  # which the voice detector has kept from the model

    def recognise(self, window: Window) -> Hypothesis:
        """Transcribe one window; audio without speech gives an empty hypothesis."""
        return self.recognise_batch([window])[0]

    def recognise_batch(self, windows: Sequence[Window]) -> list[Hypothesis]:
        """Transcribe windows of several streams, up to `batch_size` of a bucket in one call.

        What a call costs is shared out among its windows. Those of one language share it.
        """
        with self._meter.time_call():
            quiet = [self._measure_silence(window) for window in windows]
            hypotheses = self._transcribe(windows, quiet)
        costs = self._meter.split_cost(len(windows))
        each = zip(hypotheses, quiet, costs, strict=True)
        return [replace(h, silence=silent, **cost) for h, silent, cost in each]

    def spent(self) -> Hypothesis:
        """Return compute and work of the last call, for all its windows, ended or failed."""
        return Hypothesis(**self._meter.read_cost())

    def align_words(
        self, window: Window, words: Sequence[str], by_character: bool
    ) -> tuple[Word, ...]:
        """Align known words with one window, by forced alignment.

        Args:
            window: of up to 30 s; its prompt is not used.
            words: the words in order, without spaces; one without a token is left out.
            by_character: take the times from characters where the model has places for so many;
                probabilities are those of its own tokens.

        Raises:
            TooLongError: there are more tokens than the model has places for.
        """
        features = self._compute_features(window)
        encoded = self._encode([features])
        decoder, frames = self._get_decoder(self._languages.fixed), features.shape[1]
        pieces = decoder.align(encoded, words, frames)
        if by_character:
            pieces = decoder.refine_times(pieces, encoded, words, frames)
        return tuple(place_word(piece, piece.text, window) for piece in pieces)

    def estimate_priors(self, words: Sequence[str]) -> tuple[float, ...]:
        """Estimate how probable each of some words is to the model without any sound.

        Raises:
            TooLongError: there are more tokens than the model has places for.
        """
        if self._nothing is None:
            silence = Window(np.zeros(SAMPLE_RATE, np.float32), 0)
            self._nothing = self._encode([self._compute_features(silence)])
        decoder = self._get_decoder(self._languages.fixed)
        pieces = decoder.align(self._nothing, words, FRAMES_PER_SECOND)
        return tuple(piece.probability for piece in pieces)

    def _transcribe(self, windows: Sequence[Window], quiet: Sequence[float]) -> list[Hypothesis]:
        hypotheses = [self._languages.label(Hypothesis(), window) for window in windows]
        short = []
        for i, window in enumerate(windows):
            if self._is_skipped(window, quiet[i]):
                continue
            if self._config.timestamps or len(window.audio) > _LONGEST * HOP:
                hypotheses[i] = self._transcribe_long(window)
            else:
                speech_s = samples_to_seconds(len(window.audio)) - quiet[i]
                short.append(_ShortWindow(i, window, self._compute_features(window), speech_s))
        for batch in self._group_batches(short):
            for each, hypothesis in self._decode_batch(batch):
                hypotheses[each.index] = hypothesis
        return hypotheses

    def _measure_silence(self, window: Window) -> float:
        if not (self._config.skip_silence or window.listen_only):
            return 0.0
        return detect_silence(window, self._config.speech_threshold, self._meter)

    def _is_skipped(self, window: Window, quiet: float) -> bool:
        silent = self._config.skip_silence and quiet >= samples_to_seconds(len(window.audio))
        return window.listen_only or silent or len(window.audio) < _SHORTEST

    def _compute_features(self, window: Window) -> Features:
        with self._meter.time_stage("features"):
            if window.memory.features is None:
                window.memory.features = LogMel(self._model.feature_extractor.mel_filters)
            features = window.memory.features.compute_window(window.audio, window.start)
        self._meter.add_work(feature_frames=window.memory.features.computed)
        return features

    def _choose_bucket(self, frames: int) -> int:
        """Return the frames given to the encoder for a window of so many."""
        padded = max(frames + self._padding, self._least)
        return next((bucket for bucket in self._buckets if bucket >= padded), _LONGEST)

    def _round_bucket(self, length_s: float) -> int:
        """Return the frames of a bucket, or of one next to it.

        CTranslate2 takes an encoding with as many positions as there are mels for features, and
        encodes it again.
        """
        mels = len(self._model.feature_extractor.mel_filters)
        frames = int(length_s * FRAMES_PER_SECOND)
        return frames + 2 if (frames + 1) // 2 == mels else frames

    def _group_batches(self, short: Sequence[_ShortWindow]) -> Iterator[list[_ShortWindow]]:
        """Group windows of one bucket and language, `batch_size` of them at most."""
        # A window that nothing came before would leave the others without their prompts, too.
        alike: dict[tuple[int, bool, str], list[_ShortWindow]] = {}
        for each in short:
            window, bucket = each.window, self._choose_bucket(each.features.shape[1])
            kind = bucket, bool(window.prompt.strip()), self._languages.get_language(window)
            alike.setdefault(kind, []).append(each)
        size = self._config.batch_size
        for members in alike.values():
            yield from (members[i : i + size] for i in range(0, len(members), size))

    def _decode_batch(
        self, batch: Sequence[_ShortWindow]
    ) -> Iterator[tuple[_ShortWindow, Hypothesis]]:
        """Decode the windows of a batch, language by language."""
        encoded = self._encode([each.features for each in batch])
        language = self._languages.get_language(batch[0].window)
        spoken = [language] * len(batch) if language else self._detect_languages(batch, encoded)
        for language in dict.fromkeys(spoken):
            chosen = [i for i, each in enumerate(spoken) if each == language]
            members = [batch[i] for i in chosen]
            hypotheses = self._decode_words(
                members, self._model.select_rows(encoded, chosen), language
            )
            yield from zip(members, hypotheses, strict=True)

    def _detect_languages(self, batch: Sequence[_ShortWindow], encoded: Any) -> list[str]:
        """Detect the language of each window; its stream keeps it, if there is enough speech."""
        with self._meter.time_stage("decode"):
            answers = self._model.model.detect_language(encoded)
        self._meter.add_work(prompt_tokens=len(batch))
        likeliest = [(answer[0][0].strip("<|>"), answer[0][1]) for answer in answers]
        for each, (language, probability) in zip(batch, likeliest, strict=True):
            self._languages.set_language(each.window, language, probability)
        return [language for language, _ in likeliest]

    def _decode_words(
        self, batch: Sequence[_ShortWindow], encoded: Any, language: str
    ) -> list[Hypothesis]:
        frames = [each.features.shape[1] for each in batch]
        earlier = [each.window.prompt for each in batch]
        prefixes = [each.window.prefix for each in batch]
        speech_s = [each.speech_s for each in batch]
        pieces = self._get_decoder(language).decode(encoded, earlier, prefixes, frames, speech_s)
        hypotheses = []
        for each, parts in zip(batch, pieces, strict=True):
            words = build_aligned_words(parts, each.window, language)
            ends = tuple(word.end for word in words)
            hypothesis = Hypothesis(words, ends, continues=bool(each.window.prefix))
            hypotheses.append(self._languages.label(hypothesis, each.window, language))
        return hypotheses

    def _encode(self, batch: Sequence[Features]) -> Any:
        """Pad windows of one bucket to its length, and encode them."""
        length = self._choose_bucket(batch[0].shape[1])
        padded = np.zeros((len(batch), len(batch[0]), length), np.float32)
        for row, features in zip(padded, batch, strict=True):
            if self._pads_with_floor:  # silence, as the log-mel of the window has it
                row[:] = features.min()
            row[:, : features.shape[1]] = features
        return self._model.encode_whole(padded)

    def _transcribe_long(self, window: Window) -> Hypothesis:
        """Transcribe a long window, or one with timestamps, in as many passes as it takes."""
        language = self._languages.detect(window, self._model)
        decoder = self._get_decoder(language)
        self._model.guard = decoder.guard
        segments, _ = self._model.transcribe(
            window.audio,
            language=language,
            beam_size=self._config.beam_size,
            temperature=0.0,
            compression_ratio_threshold=None,
            no_speech_threshold=self._config.no_speech_threshold,
            log_prob_threshold=self._config.log_prob_threshold,
            initial_prompt=decoder.prompts.build_context(window.prompt) or None,
            hotwords=self._config.hotwords,
            word_timestamps=True,
            vad_filter=self._config.skip_silence,
        )
        hypothesis = build_hypothesis(list(segments), window, language)
        return self._languages.label(hypothesis, window, language)

    def _get_decoder(self, language: str) -> Decoder:
        """Return the decoder of a language, made when it is first spoken."""
        if language not in self._decoders:
            from streamwer.recognisers.decoder import Decoder

            self._decoders[language] = Decoder(self._model, self._meter, language, self._config)
        return self._decoders[language]
