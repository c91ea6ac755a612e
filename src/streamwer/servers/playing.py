"""Play recordings to a server: a warm-up that does not count, then every call of a load."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from streamwer._util.processor_time import read_cpu_seconds
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.load import LoadConfig
from streamwer.config.settings import check_settings
from streamwer.errors import StreamwerError
from streamwer.servers.client import ServerClient
from streamwer.servers.protocol import ServerConfig, ServerError, read_key
from streamwer.servers.session import SAMPLE_BYTES, Call, End, Session, count_seconds
from streamwer.simulation.arrivals import schedule_arrivals
from streamwer.simulation.generator import LARGEST_LAG

_WARM_UP_S = 5
LoadPcm = Callable[[], bytes]
"""Returns a recording as s16le at 16 kHz."""


def play_to_server(
    recordings: Mapping[str, LoadPcm],
    config: ServerConfig,
    load: LoadConfig,
    on_done: Callable[[str], None] = lambda recording: None,
) -> list[Session]:
    """Play recordings to a server in real time.

    Args:
        recordings: by id; each is loaded when it is played, under a load before.
        config: of the server.
        load: when calls arrive; alone is one after the other.
        on_done: called with the id of each session that has ended.

    Returns:
        The sessions, in order of their recordings.

    Raises:
        ConfigError: a setting makes no sense, or the key is not in the environment.
        ServerError: the server refuses the warm-up, or never says anything.
        StreamwerError: chunks were sent too late for a valid run.
    """
    check_settings("server", config)
    read_key(config.key_env)
    sessions = []
    with ServerClient(config) as client:
        _warm_up(client, next(iter(recordings.values()))())
        for calls in _group_calls(recordings, load):
            began, ended = read_cpu_seconds(config.process), []
            for session in client.play(calls):
                ended.append(session)
                on_done(session.recording)
            sessions += _share_cpu(ended, read_cpu_seconds(config.process) - began)
    return sorted(sessions, key=lambda each: each.recording)


def measure_sessions(sessions: Sequence[Session]) -> dict[str, float]:
    """Return figures of how sessions were held: seconds, or counts."""
    lags = [lag for each in sessions for lag in each.lags]
    sends = [spent for each in sessions for spent in each.sends]
    return {
        "generator_lag_p50_s": _quantile(lags, 0.5),
        "generator_lag_p99_s": _quantile(lags, 0.99),
        "generator_lag_max_s": max(lags, default=0.0),
        "longest_send_s": max(sends, default=0.0),
        "connect_p50_s": _quantile([each.connect_s for each in sessions], 0.5),
        "ready_p50_s": _quantile([each.ready_s for each in sessions], 0.5),
        "sessions_failed": sum(each.end is End.FAILED for each in sessions),
        "sessions_without_end": sum(each.end is End.UNFINISHED for each in sessions),
    }


def check_lag(facts: Mapping[str, Any], chunk_s: float) -> None:
    """Refuse a run whose chunks were sent too late: it would measure the sender.

    Args:
        facts: of `measure_sessions`.
        chunk_s: length of a chunk, seconds.

    Raises:
        StreamwerError: the p99 of the lag is more than a tenth of a chunk.
    """
    lag = float(facts["generator_lag_p99_s"])
    if lag > LARGEST_LAG * chunk_s:
        raise StreamwerError(
            f"the run is void: chunks were sent {lag:.3f} s late (p99; at most"
            f" {facts['generator_lag_max_s']:.3f} s), more than {LARGEST_LAG:.0%} of a chunk of"
            f" {chunk_s:g} s; run it on a machine with a core to spare, or with longer chunks"
        )


def _warm_up(client: ServerClient, pcm: bytes) -> None:
    """Play the first seconds of a recording; they do not count."""
    beginning = pcm[: _WARM_UP_S * SAMPLE_RATE * SAMPLE_BYTES]
    (session,) = client.play([Call("warm-up", beginning)])
    if session.end is End.FAILED:
        raise ServerError(f"the server failed in the warm-up session: {session.reason}")
    if session.end is End.UNFINISHED and not session.messages:
        raise ServerError(f"the server said nothing in the warm-up session: {session.reason}")


def _group_calls(recordings: Mapping[str, LoadPcm], load: LoadConfig) -> Iterator[Sequence[Call]]:
    """Yield the calls that are played at once: each by itself, or all as a load schedules them."""
    if load.alone:
        for recording, load_pcm in recordings.items():
            yield [Call(recording, load_pcm())]
        return
    names = list(recordings)
    sounds = [recordings[name]() for name in names]
    lengths = [count_seconds(sound) for sound in sounds]
    yield [
        Call(names[each.recording], sounds[each.recording], each.begin)
        for each in schedule_arrivals(lengths, load)
    ]


def _share_cpu(sessions: Sequence[Session], seconds: float) -> list[Session]:
    """Share the processor time of calls that were played at once, by the length of their audio."""
    audio = sum(each.seconds for each in sessions)
    return [replace(each, cpu_s=round(seconds * each.seconds / audio, 3)) for each in sessions]


def _quantile(values: Sequence[float], share: float) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.quantile(known, share)) if known else 0.0
