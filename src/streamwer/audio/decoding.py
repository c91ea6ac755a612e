"""Decoding of audio files to 16 kHz mono samples, at the times that the file declares.

What cannot be decoded becomes silence of the same length, so later sound is not early.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from streamwer.audio.damage import Damage
from streamwer.audio.declared_length import DeclaredLength, read_length
from streamwer.audio.frame_loss import FrameLossEstimator, PacketSpan
from streamwer.audio.headers import FileHeader, read_header
from streamwer.audio.timeline import LostSound, Piece, Timeline

SAMPLE_RATE = 16_000
Samples = NDArray[np.float32]
_COUNTED = frozenset(("aac", "ac3", "eac3", "loas", "mp3"))
"""Containers without time stamps: FFmpeg counts their frames."""
_NUMBERED = frozenset(("avi", "rm", "swf"))
"""Containers whose time stamps are numbers of packets; a track beside the sound is between them."""
_INDEXED_FROM = 1 << 30
"""Bytes from which on AVI has indexes between the packets, which would look like lost ones."""
_FLAC = "flac"
_CHECKSUMMED = frozenset((_FLAC, "mlp", "tak", "truehd", "tta", "wavpack"))
"""Codecs of which a decoder makes noise of damage, unless it is asked to compare checksums."""
_LOSSLESS = _CHECKSUMMED | {"alac"}
"""Codecs that put nothing before the sound."""
_AAC = frozenset(("aac", "aac_latm"))
_UNDECLARED_DELAY = frozenset(("aac", "loas", "mpegts", "flv", "avi"))
_MP4 = "mov,mp4,m4a,3gp,3g2,mj2"
_MAX_READ_ERRORS = 1000
"""Read errors after which a file is taken to have ended."""


def decode_file(file: IO[bytes], channel: int | None, damage: Damage) -> Iterator[Samples]:
    """Decode a file to pieces of float32 samples.

    Args:
        file: open for reading; its name, if it has one, is a hint for FFmpeg.
        channel: the channel to take, from 0 on; the mean of all if None.
        damage: gets what is wrong with the file.

    Raises:
        FFmpegError: it is not audio, or most of it cannot be decoded.
        ValueError: it has no audio, or no such channel.
    """
    header = read_header(file)
    # No protocol: a playlist that looks like an audio file must not open other files.
    options = {"protocol_whitelist": "none"}
    if header.riff and header.riff.follows:
        options["ignore_length"] = "1"
        damage.remarks.append("its header declares less than it holds; it was read to the end")
    if header.pages and not header.pages.ended:
        damage.remarks.append("its last page is missing")
    with av.open(_Guarded(file), "r", metadata_errors="ignore", options=options) as container:
        if not container.streams.audio:
            raise ValueError("it has no audio track")
        stream = container.streams.audio[0]
        if getattr(stream, "codec_context", None) is None:
            raise ValueError("no decoder is known for its audio")
        if stream.codec_context.name in _CHECKSUMMED:
            stream.codec_context.options = {"err_detect": "crccheck+explode"}
        declared = read_length(container, stream, header)
        packets = _read_packets(container, stream, damage)
        first = next(packets, None)
        line = Timeline(damage, origin=_read_origin(stream, header, first))
        every = chain([first] if first else [], packets)
        frames = _read_frames(container, stream, every, damage, header.extent)
        yield from _limit(_mix(line.place(frames, declared), channel), declared, damage)


class _Guarded:
    """A file in which FFmpeg may seek to invalid positions, for which PyAV prints errors."""

    def __init__(self, file: IO[bytes]) -> None:
        self.read, self.tell = file.read, file.tell
        self.name = str(getattr(file, "name", ""))
        self._file = file

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Seek; return −1, FFmpeg's error code, where the position is invalid."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return -1


def _read_origin(
    stream: AudioStream, header: FileHeader, first: av.Packet[AudioStream] | None
) -> float | None:
    """Read the time stamp at which sound begins, if its beginning may be lost."""
    if stream.container.format.name == _FLAC:  # it numbers its samples from 0 on
        return 0.0
    if stream.codec_context.name in _LOSSLESS and first and first.pts is not None:
        return float(first.pts * stream.time_base) if stream.time_base else None
    lost = header.pages and first and first.pos is not None and first.pos > header.pages.sound_at
    return 0.0 if lost else None


def _mix(pieces: Iterator[Piece], channel: int | None) -> Iterator[Samples]:
    mixer = _Mixer(channel)
    for piece in pieces:
        if isinstance(piece, float):  # a gap
            yield from mixer.mix(None)
            yield np.zeros(round(piece * SAMPLE_RATE), np.float32)
        else:
            yield from mixer.mix(piece)
    yield from mixer.mix(None)


def _limit(
    pieces: Iterator[Samples], declared: DeclaredLength | None, damage: Damage
) -> Iterator[Samples]:
    """Drop samples after the declared end: in a damaged file FFmpeg cuts no padding."""
    most = round(declared.seconds * SAMPLE_RATE) if declared else 0
    count = 0
    for piece in pieces:
        inside = piece[: max(0, most - count)] if declared and damage.gaps else piece
        count += inside.size
        yield inside


def _read_frames(
    container: InputContainer,
    stream: AudioStream,
    packets: Iterable[av.Packet[AudioStream]],
    damage: Damage,
    extent: tuple[int, int] | None,
) -> Iterator[av.AudioFrame | LostSound]:
    """Decode all frames that can be decoded.

    An AAC encoder puts a frame before the sound, by which it would be late. MP4 may declare this; a
    stream of ADTS frames cannot.
    """
    estimator = FrameLossEstimator() if _counts_packets(container) else None
    name, codec = container.format.name, stream.codec_context.name
    late, good, span = False, 0, PacketSpan()
    for number, packet in enumerate(packets):
        if number == 0 and codec in _AAC:  # MP4 declares a delay by a time before 0
            late = name in _UNDECLARED_DELAY or (name == _MP4 and packet.pts == 0)
        if not packet.size and packet.pts is not None:  # a note in NUT, not sound
            continue
        span.add(packet)
        frames = _decode_packet(packet, damage)
        if estimator and (lost := estimator.measure(packet, bool(frames))):
            yield lost
        yield from frames[1:] if late and good == 0 else frames
        good += len(frames)
    if damage.failure and good < damage.frames:  # most of it is not audio
        raise damage.failure
    if estimator and name == "aac":
        damage.remarks.append(estimator.describe_rest(container.size))
    damage.remarks.append(span.describe(container, codec, extent))


def _decode_packet(packet: av.Packet[AudioStream], damage: Damage) -> list[av.AudioFrame]:
    """Decode a packet; [] where that fails."""
    try:
        frames = packet.decode()
    except av.FFmpegError as error:
        damage.frames += 1
        damage.failure = error
        return []
    damage.concealed += sum(frame.is_corrupt for frame in frames)
    if packet.stream.container.format.name == _FLAC and len(frames) > 1:
        for frame in frames:  # they came as one: their times may be those of a later frame
            frame.pts = frame.dts = None
    return frames


def _counts_packets(container: InputContainer) -> bool:
    name = container.format.name
    alone = len(container.streams) == 1 and container.size < _INDEXED_FROM
    return name in _COUNTED or (name in _NUMBERED and alone)


def _read_packets(
    container: InputContainer, stream: AudioStream, damage: Damage
) -> Iterator[av.Packet[AudioStream]]:
    """Read all packets, also those after read errors."""
    for _ in range(_MAX_READ_ERRORS):
        try:
            yield from container.demux(stream)
        except av.FFmpegError as error:
            if isinstance(error, OSError):  # an error of the system, not of the file
                raise
            damage.frames += 1
        else:
            return


class _Mixer:
    """Converts frames of any rate and number of channels to one channel of 16 kHz."""

    def __init__(self, channel: int | None) -> None:
        self._channel = channel
        self._shape: object = None
        self._resampler: AudioResampler | None = None

    def mix(self, frame: av.AudioFrame | None) -> Iterator[Samples]:
        """Convert a frame; None flushes the resampler."""
        shape = frame and (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._resampler and shape != self._shape:
            yield from self._convert(self._resampler, None)
            self._resampler = None
        if frame:
            if self._resampler is None:
                # Float: integers would turn NaN samples into silence before we see them. Not
                # planar, of which PyAV reads no more than eight channels without a crash.
                self._resampler = AudioResampler(format="flt", rate=SAMPLE_RATE)
                self._shape = shape
            yield from self._convert(self._resampler, frame)

    def _convert(self, resampler: AudioResampler, frame: av.AudioFrame | None) -> Iterator[Samples]:
        for part in resampler.resample(frame):
            # The mean of the channels: FFmpeg's own mix to mono makes float stereo 3 dB louder.
            planes = part.to_ndarray().reshape(-1, part.layout.nb_channels)
            with np.errstate(invalid="ignore"):  # of a NaN that signals, as damage may leave
                yield self._select_channel(planes.astype(np.float32, copy=False))

    def _select_channel(self, planes: NDArray[np.float32]) -> Samples:
        channel, count = self._channel, planes.shape[1]
        if channel is None:
            return np.asarray(planes.mean(axis=1), dtype=np.float32)
        if channel >= count:
            raise ValueError(f"it has {count} channels, and no channel {channel + 1}")
        return np.ascontiguousarray(planes[:, channel], dtype=np.float32)
