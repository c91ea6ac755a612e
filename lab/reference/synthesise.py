"""Stage `synthesise`: speak the training sentences, session by session.

Writes shards `NNN.pcm` (int16, 16 kHz) and `NNN.json` (one session per voice, each a list
of sentences with word times and their place in the shard).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
from pathlib import Path

import numpy as np
from rich.progress import track

from lab.reference import grammar
from lab.reference.speech import speak
from lab.reference.voices import training_voice

SENTENCES_PER_SESSION = 12
SESSIONS_PER_SHARD = 50


def session(seed: int) -> tuple[list[dict[str, object]], list[np.ndarray]]:
    """One voice saying several sentences, and the audio of each."""
    rng = random.Random(seed)
    voice = training_voice(rng)
    spoken: list[dict[str, object]] = []
    audio: list[np.ndarray] = []
    for _ in range(SENTENCES_PER_SESSION):
        text = grammar.drawn(rng, held=False)
        speech = speak(text, voice)
        words = [(w.text, round(w.start, 3), round(w.end, 3)) for w in speech.words]
        spoken.append({"text": grammar.transcript(text), "words": words})
        audio.append((np.clip(speech.samples, -1, 1) * 32767).astype(np.int16))
    return spoken, audio


def shard(job: tuple[int, Path]) -> float:
    """Write shard number `job[0]`; returns its hours of audio."""
    index, folder = job
    sessions, parts, offset = [], [], 0
    for seed in range(index * SESSIONS_PER_SHARD, (index + 1) * SESSIONS_PER_SHARD):
        spoken, audio = session(seed)
        for sentence, pcm in zip(spoken, audio, strict=True):
            sentence |= {"offset": offset, "samples": len(pcm)}
            offset += len(pcm)
        sessions.append(spoken)
        parts += audio
    np.concatenate(parts).tofile(folder / f"{index:03}.pcm")
    (folder / f"{index:03}.json").write_text(json.dumps(sessions))
    return offset / 16_000 / 3600


def main() -> None:
    """Run the stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=int, required=True, help="600 sentences each")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    jobs = [(i, args.out) for i in range(args.shards)]
    # One process a shard: espeak-ng's memory grows with every voice it loads.
    with multiprocessing.Pool(maxtasksperchild=1) as pool:
        done = pool.imap_unordered(shard, jobs)
        hours = sum(track(done, "synthesising", total=len(jobs)))
    print(f"{hours:.1f} hours of training speech")


if __name__ == "__main__":
    main()
