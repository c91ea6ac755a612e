"""Speech codecs: a recording coded and decoded again, and not a moment later.

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

from streamwer.audio import joined
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.condition import CodecConfig
from streamwer.datasets.augmentation.filtering import band
from streamwer.datasets.augmentation.resampling import fitted, resampled
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


def coded(signal: Samples, config: CodecConfig) -> Samples:
    """What a listener at the other end hears, of the same length and at the same time."""
    codec = CODECS[config.codec]
    line = band(signal, config.low_hz, config.high_hz)
    sent = resampled(line, SAMPLE_RATE, codec.rate)
    heard, rate = _through(fitted(sent, max(1, len(sent)) + codec.delay), codec, config.bit_rate)
    return fitted(resampled(heard[codec.delay :], rate, SAMPLE_RATE), len(signal))


def check(name: str, config: CodecConfig) -> None:
    """Refuse a codec that cannot be had here: builds of FFmpeg differ in what they can code.

    Args:
        name: of the step.
        config: of the codec.

    Raises:
        ConfigError: PyAV's FFmpeg has no such encoder or decoder, or it refuses these values.
    """
    try:
        coded(np.zeros(SAMPLE_RATE, np.float32), config)
    except (av.FFmpegError, UnknownCodecError) as error:
        lacks = f"it has no '{error}'" if isinstance(error, UnknownCodecError) else str(error)
        raise ConfigError(
            f"condition.{name}.codec={config.codec}: the FFmpeg of this PyAV cannot code it"
            f" ({lacks}); install PyAV's own wheel"
            " (pip install --force-reinstall --only-binary=av av), or leave the condition out"
        ) from error


def _through(signal: Samples, codec: Codec, bit_rate: int | None) -> tuple[Samples, int]:
    encoder = _encoder(codec, bit_rate)
    decoder: Any = av.CodecContext.create(codec.decoder, "r")
    decoder.sample_rate, decoder.layout = codec.rate, "mono"
    if encoder.extradata:
        decoder.extradata = encoder.extradata
    heard = joined(
        _floats(frame.to_ndarray()[0])
        for packet in chain(_packets(signal, encoder), [None])
        for frame in decoder.decode(packet)
    )
    return heard, decoder.sample_rate


def _encoder(codec: Codec, bit_rate: int | None) -> AudioCodecContext:
    encoder: Any = av.CodecContext.create(codec.encoder, "w")
    encoder.sample_rate, encoder.layout, encoder.format = codec.rate, "mono", "s16"
    encoder.time_base = Fraction(1, codec.rate)
    encoder.options = dict(codec.options)
    if bit_rate:
        encoder.bit_rate = bit_rate
    encoder.open()
    opened: AudioCodecContext = encoder
    return opened


def _packets(signal: Samples, encoder: AudioCodecContext) -> Iterator[Any]:
    size = encoder.frame_size or int(encoder.sample_rate * _FRAME_S)
    for at in range(0, len(signal), size):
        pcm = np.clip(np.round(fitted(signal[at : at + size], size) * 32768), -32768, 32767)
        frame = av.AudioFrame.from_ndarray(
            pcm.astype(np.int16)[np.newaxis], format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = encoder.sample_rate, at, encoder.time_base
        yield from encoder.encode(frame)
    yield from encoder.encode(None)


def _floats(samples: Any) -> Samples:
    scale = 32768 if samples.dtype == np.int16 else 1
    found: Samples = (samples / scale).astype(np.float32)
    return found
