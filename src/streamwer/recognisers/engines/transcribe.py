"""faster-whisper as a recogniser: its own `transcribe`, with every stage timed.

`transcribe` pads each window to 30 s and asks the decoder for word timestamps, which is how
the published streaming systems call it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from streamwer.audio import samples_to_seconds
from streamwer.config.model import ModelConfig
from streamwer.config.registry import engine
from streamwer.config.settings import check_settings, setting
from streamwer.recognisers.base import Window
from streamwer.recognisers.language import LanguageTracker
from streamwer.recognisers.prompt import Prompts
from streamwer.recognisers.stage_timer import StageTimer
from streamwer.recognisers.vad import detect_silence
from streamwer.recognisers.whisper_settings import MAX_PROMPT_TOKENS, WhisperConfig
from streamwer.recognisers.words import build_hypothesis
from streamwer.types import Hypothesis


@engine("transcribe")
class Transcribe:
    """faster-whisper's own transcribe: windows padded to 30 s, as the published systems call it.

    Build it in the process that uses it: a loaded model does not survive a fork.

    Args:
        config: how to decode.
        model: how to load it.
        folder: of the CTranslate2 model.

    Raises:
        ModelError: the folder is not a usable model.
        ConfigError: a setting makes no sense, or the model does not know the language.
    """

    @dataclass
    class Config(WhisperConfig):
        """Settings of `transcribe`."""

        no_speech_threshold: float = setting(
            0.6,
            "a segment with a higher no-speech probability is silence",
            at_least=0,
            at_most=1,
        )
        log_prob_threshold: float = setting(
            -1.0, "a decoding with a lower mean log probability has failed", at_most=0
        )
        temperatures: list[float] = setting(
            [0.0],
            "temperatures tried in turn; each costs another decoding when one fails",
            at_least=0,
        )
        condition_on_previous_text: bool = setting(
            True, "whether a window's decoding sees the text before it"
        )
        vad_filter: bool = setting(
            True, "whether only the audio in which the voice detector hears speech is decoded"
        )

    def __init__(self, config: Config, model: ModelConfig, folder: Path) -> None:
        from faster_whisper.tokenizer import Tokenizer

        from streamwer.recognisers.whisper import TimedWhisper, load_whisper

        check_settings("engine", config)
        self._config, self._meter = config, StageTimer()
        self._model = load_whisper(TimedWhisper, self._meter, folder, model)
        multilingual = self._model.model.is_multilingual
        self._languages = LanguageTracker(
            model.language, multilingual, config.speech_threshold, self._meter
        )
        # To encode text is the same in any language.
        tokenizer = Tokenizer(self._model.hf_tokenizer, multilingual, "transcribe", "en")
        self._prompts = Prompts(
            tokenizer, MAX_PROMPT_TOKENS, config.hotwords, config.initial_prompt
        )

    def warm_up(self) -> None:
        """Call the model once, and the voice detector."""
        from streamwer.recognisers.whisper import transcribe_noise

        transcribe_noise(self)

    def recognise(self, window: Window) -> Hypothesis:
        """Transcribe one window of any length; empty audio gives an empty hypothesis."""
        quiet, hypothesis = 0.0, self._languages.label(Hypothesis(), window)
        with self._meter.time_call():
            if window.listen_only or self._config.skip_silence:
                quiet = detect_silence(window, self._config.speech_threshold, self._meter)
            silent = self._config.skip_silence and quiet >= samples_to_seconds(len(window.audio))
            if not (window.listen_only or silent):
                hypothesis = self._transcribe(window)
        return replace(hypothesis, silence=quiet, **self._meter.read_cost())

    def spent(self) -> Hypothesis:
        """Return compute and work of the last call, until it ended or failed."""
        return Hypothesis(**self._meter.read_cost())

    def _transcribe(self, window: Window) -> Hypothesis:
        config, language = self._config, self._languages.detect(window, self._model)
        segments, _ = self._model.transcribe(
            window.audio,
            language=language,
            beam_size=config.beam_size,
            temperature=config.temperatures,
            condition_on_previous_text=config.condition_on_previous_text,
            no_speech_threshold=config.no_speech_threshold,
            log_prob_threshold=config.log_prob_threshold,
            compression_ratio_threshold=config.compression_ratio_threshold,
            initial_prompt=self._prompts.build_context(window.prompt) or None,
            hotwords=config.hotwords,
            word_timestamps=True,
            vad_filter=config.vad_filter,
        )
        hypothesis = build_hypothesis(list(segments), window, language)
        return self._languages.label(hypothesis, window, language)
