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
from typing import Any

import numpy as np

from streamwer.audio import HOP, seconds
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config import bounds
from streamwer.config.engine import DirectConfig
from streamwer.config.model import ModelConfig
from streamwer.recognisers.base import Window
from streamwer.recognisers.decoder import Decoder, rows
from streamwer.recognisers.language import Languages
from streamwer.recognisers.log_mel import FRAMES_PER_SECOND, Features, LogMel
from streamwer.recognisers.long_windows import ShortWhisper
from streamwer.recognisers.stage_timer import Meter
from streamwer.recognisers.transcribe import HISS, hypothesis, loaded, try_out
from streamwer.recognisers.vad import silence
from streamwer.recognisers.words import placed, words
from streamwer.types import Hypothesis, Word

_LONGEST = 30 * FRAMES_PER_SECOND
_SHORTEST = 2 * HOP  # samples; less is no sound to speak of


@dataclass(frozen=True)
class _Short:
    """A window for one encoder pass: which it is of those asked for, and what is heard in it."""

    index: int
    window: Window
    features: Features


class Direct:
    """One loaded Whisper model. Build it in the process that uses it: forking it hangs.

    Args:
        path: CTranslate2 model folder.
        model: how to load it.
        engine: how to call it.

    Raises:
        ModelError: the folder is not a usable model.
        ConfigError: the engine's values make no sense, or the model does not know the language.
    """

    def __init__(self, path: Path, model: ModelConfig, engine: DirectConfig) -> None:
        bounds.check(engine)
        self._config = engine
        self._padding = int(model.padding_s * FRAMES_PER_SECOND)
        self._least = int(model.min_encoder_s * FRAMES_PER_SECOND)
        self._pads_with_floor = model.padding == "floor"
        self._meter = Meter()
        self._nothing: Any = None  # silence, encoded
        self._model = loaded(ShortWhisper, self._meter, path, model)
        self._model.bucket = self._bucket
        self._buckets = sorted(map(self._encodable, engine.buckets_s))
        multilingual = self._model.model.is_multilingual
        self._languages = Languages(
            model.language, multilingual, engine.speech_threshold, self._meter
        )
        self._decoders: dict[str, Decoder] = {}

    def warm_up(self) -> None:
        """Call the model once, and the voice detector."""
        try_out(self)
        self._heard([Window(HISS, 0)], [0.0])  # which the voice detector has kept from the model

    def recognise(self, window: Window) -> Hypothesis:
        """Transcribe one window; audio without speech gives an empty hypothesis."""
        return self.recognise_all([window])[0]

    def recognise_all(self, windows: Sequence[Window]) -> list[Hypothesis]:
        """Transcribe windows of several streams, up to `batch_size` of a bucket in one call.

        What a call costs is shared out among its windows. Those of one language share it.
        """
        with self._meter.whole_call():
            quiet = [self._silence(window) for window in windows]
            heard = self._heard(windows, quiet)
        costs = self._meter.costs(len(windows))
        each = zip(heard, quiet, costs, strict=True)
        return [replace(h, silence=silent, **cost) for h, silent, cost in each]

    def spent(self) -> Hypothesis:
        """Compute and effort of the last call, for all its windows, until it ended or failed."""
        return Hypothesis(**self._meter.cost())

    def place(self, window: Window, said: Sequence[str]) -> tuple[Word, ...]:
        """When each of some known words was said in one window, by forced alignment.

        Args:
            window: of up to 30 s; its prompt is not used.
            said: the words in order, without spaces; one without a token is left out.

        Raises:
            TooLongError: there are more tokens than the model has places for.
        """
        features = self._features(window)
        encoded = self._encoded([features])
        pieces = self._decoder(self._languages.fixed).placed(encoded, said, features.shape[1])
        return tuple(placed(piece, piece.text, window) for piece in pieces)

    def guess(self, said: Sequence[str]) -> tuple[float, ...]:
        """How probable each of some words is to the model when it hears nothing at all.

        Raises:
            TooLongError: there are more tokens than the model has places for.
        """
        if self._nothing is None:
            silence = Window(np.zeros(SAMPLE_RATE, np.float32), 0)
            self._nothing = self._encoded([self._features(silence)])
        decoder = self._decoder(self._languages.fixed)
        pieces = decoder.placed(self._nothing, said, FRAMES_PER_SECOND)
        return tuple(piece.probability for piece in pieces)

    def _heard(self, windows: Sequence[Window], quiet: Sequence[float]) -> list[Hypothesis]:
        heard = [self._languages.label(Hypothesis(), window) for window in windows]
        short = []
        for i, window in enumerate(windows):
            if self._skips(window, quiet[i]):
                continue
            if self._config.timestamps or len(window.audio) > _LONGEST * HOP:
                heard[i] = self._followed(window)
            else:
                short.append(_Short(i, window, self._features(window)))
        for batch in self._batches(short):
            for each, said in self._decoded(batch):
                heard[each.index] = said
        return heard

    def _silence(self, window: Window) -> float:
        if not (self._config.skip_silence or window.listen_only):
            return 0.0
        return silence(window, self._config.speech_threshold, self._meter)

    def _skips(self, window: Window, quiet: float) -> bool:
        silent = self._config.skip_silence and quiet >= seconds(len(window.audio))
        return window.listen_only or silent or len(window.audio) < _SHORTEST

    def _features(self, window: Window) -> Features:
        with self._meter.timing("features"):
            if window.memory.features is None:
                window.memory.features = LogMel(self._model.feature_extractor.mel_filters)
            features = window.memory.features.window(window.audio, window.start)
        self._meter.did(feature_frames=window.memory.features.computed)
        return features

    def _bucket(self, frames: int) -> int:
        """Frames given to the encoder for so many that are heard."""
        padded = max(frames + self._padding, self._least)
        return next((bucket for bucket in self._buckets if bucket >= padded), _LONGEST)

    def _encodable(self, length_s: float) -> int:
        """Frames of a bucket, or of one next to it.

        CTranslate2 takes an encoding with as many positions as there are mels for features, and
        encodes it again.
        """
        mels = len(self._model.feature_extractor.mel_filters)
        frames = int(length_s * FRAMES_PER_SECOND)
        return frames + 2 if (frames + 1) // 2 == mels else frames

    def _batches(self, short: Sequence[_Short]) -> Iterator[list[_Short]]:
        """Windows of one bucket and language each, `batch_size` of them at most."""
        # A window that nothing came before would leave the others without their prompts, too.
        alike: dict[tuple[int, bool, str], list[_Short]] = {}
        for each in short:
            window, bucket = each.window, self._bucket(each.features.shape[1])
            kind = bucket, bool(window.prompt.strip()), self._languages.of(window)
            alike.setdefault(kind, []).append(each)
        size = self._config.batch_size
        for members in alike.values():
            yield from (members[i : i + size] for i in range(0, len(members), size))

    def _decoded(self, batch: Sequence[_Short]) -> Iterator[tuple[_Short, Hypothesis]]:
        """Windows of a batch with what is said in them, language by language."""
        encoded = self._encoded([each.features for each in batch])
        language = self._languages.of(batch[0].window)
        spoken = [language] * len(batch) if language else self._detected(batch, encoded)
        for language in dict.fromkeys(spoken):
            chosen = [i for i, each in enumerate(spoken) if each == language]
            alike = [batch[i] for i in chosen]
            said = self._words(alike, rows(encoded, chosen), language)
            yield from zip(alike, said, strict=True)

    def _detected(self, batch: Sequence[_Short], encoded: Any) -> list[str]:
        """What is spoken in each window; its stream keeps it, if there is enough speech."""
        with self._meter.timing("decode"):
            answers = self._model.model.detect_language(encoded)
        self._meter.did(prompt_tokens=len(batch))
        likeliest = [(answer[0][0].strip("<|>"), answer[0][1]) for answer in answers]
        for each, (language, probability) in zip(batch, likeliest, strict=True):
            self._languages.keep(each.window, language, probability)
        return [language for language, _ in likeliest]

    def _words(self, batch: Sequence[_Short], encoded: Any, language: str) -> list[Hypothesis]:
        frames = [each.features.shape[1] for each in batch]
        earlier = [each.window.prompt for each in batch]
        prefixes = [each.window.prefix for each in batch]
        pieces = self._decoder(language).pieces(encoded, earlier, prefixes, frames)
        heard = []
        for each, mine in zip(batch, pieces, strict=True):
            said = words(mine, each.window, language)
            ends = tuple(word.end for word in said)
            whole = Hypothesis(said, ends, continues=bool(each.window.prefix))
            heard.append(self._languages.label(whole, each.window, language))
        return heard

    def _encoded(self, batch: Sequence[Features]) -> Any:
        """Windows of one bucket, padded to its length and encoded."""
        length = self._bucket(batch[0].shape[1])
        padded = np.zeros((len(batch), len(batch[0]), length), np.float32)
        for row, features in zip(padded, batch, strict=True):
            if self._pads_with_floor:  # silence, as the log-mel of the window has it
                row[:] = features.min()
            row[:, : features.shape[1]] = features
        return self._model.encode_whole(padded)

    def _followed(self, window: Window) -> Hypothesis:
        """A long window, or one whose timestamps are wanted, in as many passes as it takes."""
        language = self._languages.detect(window, self._model)
        decoder = self._decoder(language)
        self._model.guard = decoder.guard
        segments, _ = self._model.transcribe(
            window.audio,
            language=language,
            beam_size=self._config.beam_size,
            temperature=0.0,
            compression_ratio_threshold=None,
            no_speech_threshold=self._config.no_speech_threshold,
            log_prob_threshold=self._config.log_prob_threshold,
            initial_prompt=decoder.prompts.earlier(window.prompt) or None,
            word_timestamps=True,
            vad_filter=self._config.skip_silence,
        )
        heard = hypothesis(list(segments), window, language)
        return self._languages.label(heard, window, language)

    def _decoder(self, language: str) -> Decoder:
        """The decoder of a language, made when it is first spoken."""
        if language not in self._decoders:
            self._decoders[language] = Decoder(self._model, self._meter, language, self._config)
        return self._decoders[language]
