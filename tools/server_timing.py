"""Measure how exact the times of sessions are: a scripted server against what the client measured.

The server runs in a process of its own and sends each message at a set time after the first sample.
The difference to the time that the client kept is network, both ends, and the scheduler. Run it on
an idle machine: `python -m tools.server_timing`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from functools import partial
from multiprocessing.connection import Connection

import numpy as np

from streamwer.config.load import LoadConfig
from streamwer.servers.adapters.whisperlivekit import WhisperLiveKit
from streamwer.servers.playing import measure_sessions, play_to_server
from tests.servers.fakes import Script, serve_websocket

_CHUNK_S = 0.1
_BOUND_S = 0.02
_HELLO = {"type": "config", "useAudioWorklet": True}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.server_timing", description=__doc__)
    parser.add_argument("--seconds", type=int, default=20, help="of each call")
    parser.add_argument("--streams", type=int, default=4, help="calls at once")
    arguments = parser.parse_args()
    moments = [0.5 + 0.173 * i for i in range(int((arguments.seconds - 1) / 0.173))]
    context = multiprocessing.get_context("spawn")
    line, child_line = context.Pipe()
    server = context.Process(target=_serve, args=(child_line, moments), daemon=True)
    server.start()
    config = WhisperLiveKit.Config(url=line.recv(), chunk_s=_CHUNK_S)
    sounds = {
        str(call): partial(bytes, 32_000 * arguments.seconds) for call in range(arguments.streams)
    }
    load = LoadConfig(name="together", streams=arguments.streams, phase_s=1.0)
    sessions = play_to_server(sounds, config, load)
    server.terminate()
    late = [
        message.at - moment
        for session in sessions
        for message, moment in zip(session.messages[1:], moments, strict=False)
    ]
    quantiles = np.quantile(np.abs(late), [0.5, 0.95, 0.99, 1])
    p50, p95, p99, largest = (1000 * float(each) for each in quantiles)
    lag = 1000 * measure_sessions(sessions)["generator_lag_p99_s"]
    print(f"{len(late)} messages in {len(sessions)} calls at once")
    print(f"measured less scripted, ms: p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f}, {largest:.1f}")
    print(f"chunks sent late, ms: p99 {lag:.1f}")
    return int(p95 > 1000 * _BOUND_S)


def _serve(line: Connection, moments: list[float]) -> None:
    # The first chunk arrives when its last sample has been captured.
    script = Script(
        [(at - _CHUNK_S, {"lines": [{"text": f"{at:.3f}"}]}) for at in moments],
        hello=(_HELLO,),
        goodbye=({"type": "ready_to_stop"},),
    )
    with serve_websocket(script) as url:
        line.send(url)
        line.recv()


if __name__ == "__main__":
    sys.exit(main())
