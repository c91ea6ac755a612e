"""Speech codecs: a recording is coded and decoded again, without the codec's delay.

PyAV's wheel has the encoders that are used here. It has none for GSM 06.10 (full rate): mobile
telephony is represented by GSM-AMR, whose 12.2 kbit/s is GSM's enhanced full rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from typing import Any

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.codec.codec import UnknownCodecError

from streamwer.audio import concatenate_pieces
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.registry import condition
from streamwer.config.settings import setting
from streamwer.datasets.augmentation.band import check_edges, declare_high_edge, declare_low_edge
from streamwer.datasets.augmentation.base import Effect, EffectConfig, RecordingContext
from streamwer.datasets.augmentation.dsp import filter_band, fit_length, resample
from streamwer.errors import ConfigError

_FRAME_S = 1.0
"""Length of a frame where the codec, which codes each sample by itself, sets none."""


@dataclass(frozen=True)
class Codec:
    """A codec as FFmpeg has it.

    Attributes:
        encoder: its name.
        decoder: and that of its decoder.
        rate: sampling rate that it codes.
        delay: samples by which what is decoded is late; the tests measure it.
        options: of the encoder.
    """

    encoder: str
    decoder: str
    rate: int
    delay: int = 0
    options: Mapping[str, str] = field(default_factory=dict)


CODECS: Mapping[str, Codec] = {
    "mulaw": Codec("pcm_mulaw", "pcm_mulaw", 8000),
    "alaw": Codec("pcm_alaw", "pcm_alaw", 8000),
    "amr_nb": Codec("libopencore_amrnb", "amrnb", 8000, delay=39),
    "g722": Codec("g722", "g722", 16_000, delay=22),
    "g723_1": Codec("g723_1", "g723_1", 8000, delay=60),
    # Its decoder drops the samples that its encoder says come before the first one.
    "opus": Codec("libopus", "libopus", 16_000, options={"application": "voip"}),
}
"""By the name in `conf/condition`."""


AMR_RATES = (4750, 5150, 5900, 6700, 7400, 7950, 10200, 12200)
OPUS_RATES = (6000, 510_000)


@condition("codec")
class SpeechCodec(Effect):
    """A codec behind a line of limited bandwidth."""

    @dataclass
    class Config(EffectConfig):
        """The codec, its bit rate and the band of the line before it."""

        codec: str = setting("mulaw", "one of " + ", ".join(CODECS), one_of=tuple(CODECS))
        bit_rate: int | None = setting(
            None,
            "bits a second, for amr_nb and opus; null for the others, which have but one",
            above=0,
        )
        low_hz: float = declare_low_edge(0.0)
        high_hz: float = declare_high_edge(8000.0)

    config: Config

    @staticmethod
    def check_config(name: str, config: Config) -> None:
        """Refuse a band that is empty, and a bit rate that the codec does not have."""
        check_edges(name, config.low_hz, config.high_hz)
        rate, problem = config.bit_rate, ""
        if config.codec == "amr_nb":
            if rate not in AMR_RATES:
                problem = f" must be one of {', '.join(map(str, AMR_RATES))}"
        elif config.codec == "opus":
            low, high = OPUS_RATES
            if not low <= (rate or 0) <= high:
                problem = f" must be between {low:g} and {high:g}"
        elif rate is not None:
            problem = f": {config.codec} has but one; use null"
        if problem:
            raise ConfigError(f"condition.{name}.bit_rate={rate}{problem}")

    def apply(self, signal: Samples, context: RecordingContext) -> Samples:
        """Code and decode the recording; see `Effect.apply`."""
        codec = CODECS[self.config.codec]
        line = filter_band(signal, self.config.low_hz, self.config.high_hz)
        sent = resample(line, SAMPLE_RATE, codec.rate)
        padded = fit_length(sent, max(1, len(sent)) + codec.delay)
        decoded, rate = _transcode(padded, codec, self.config.bit_rate)
        return fit_length(resample(decoded[codec.delay :], rate, SAMPLE_RATE), len(signal))

    def check_available(self) -> None:
        """Refuse a codec that PyAV's FFmpeg lacks: builds differ in what they can code.

        Raises:
            ConfigError: there is no such encoder or decoder, or it refuses these values.
        """
        try:
            self.apply(np.zeros(SAMPLE_RATE, np.float32), RecordingContext())
        except (av.FFmpegError, UnknownCodecError) as error:
            lacks = f"it has no '{error}'" if isinstance(error, UnknownCodecError) else str(error)
            raise ConfigError(
                f"condition.{self.name}.codec={self.config.codec}: the FFmpeg of this PyAV cannot"
                f" code it ({lacks}); install PyAV's own wheel"
                " (pip install --force-reinstall --only-binary=av av), or leave the condition out"
            ) from error


def _transcode(signal: Samples, codec: Codec, bit_rate: int | None) -> tuple[Samples, int]:
    encoder = _open_encoder(codec, bit_rate)
    decoder: Any = av.CodecContext.create(codec.decoder, "r")
    decoder.sample_rate, decoder.layout = codec.rate, "mono"
    if encoder.extradata:
        decoder.extradata = encoder.extradata
    decoded = concatenate_pieces(
        _scale_to_float(frame.to_ndarray()[0])
        for packet in chain(_encode_packets(signal, encoder), [None])
        for frame in decoder.decode(packet)
    )
    return decoded, decoder.sample_rate


def _open_encoder(codec: Codec, bit_rate: int | None) -> AudioCodecContext:
    encoder: Any = av.CodecContext.create(codec.encoder, "w")
    encoder.sample_rate, encoder.layout, encoder.format = codec.rate, "mono", "s16"
    encoder.time_base = Fraction(1, codec.rate)
    encoder.options = dict(codec.options)
    if bit_rate:
        encoder.bit_rate = bit_rate
    encoder.open()
    opened: AudioCodecContext = encoder
    return opened


def _encode_packets(signal: Samples, encoder: AudioCodecContext) -> Iterator[Any]:
    size = encoder.frame_size or int(encoder.sample_rate * _FRAME_S)
    for at in range(0, len(signal), size):
        pcm = np.clip(np.round(fit_length(signal[at : at + size], size) * 32768), -32768, 32767)
        frame = av.AudioFrame.from_ndarray(
            pcm.astype(np.int16)[np.newaxis], format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = encoder.sample_rate, at, encoder.time_base
        yield from encoder.encode(frame)
    yield from encoder.encode(None)


def _scale_to_float(samples: Any) -> Samples:
    scale = 32768 if samples.dtype == np.int16 else 1
    scaled: Samples = (samples / scale).astype(np.float32)
    return scaled
