"""Training windows: spans of calls, cut anywhere, with what a recogniser should write for them.

A window is what a streaming recogniser really gets: it may begin and end in mid-word, follow
a long hold, hold nothing at all, and come with the text before it. The label holds the words
that are heard (nearly) whole.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor

from lab.reference.line import COLOURS, noise, telephone
from lab.reference.speech import SAMPLE_RATE
from lab.reference.tokens import Tokens

FRAMES_PER_SECOND = 100
FULL_WINDOW = 30.0
CHARACTERS = "_ abcdefghijklmnopqrstuvwxyz"  # index 0 is the CTC blank
IGNORED = -100
MAX_PROMPT = 160
MAX_LABEL = 400
MAX_FIRST_TIMESTAMP = 1.0  # faster-whisper's max_initial_timestamp

Word = tuple[str, float, float]
Span = tuple[float, float, float]
"""Where a token is heard, seconds: the end of the word before it, its word's start and end."""
Label = tuple[int, Span | None]


@dataclass(frozen=True)
class Segment:
    """The words of one sentence that a window holds, and whether the window cuts its end."""

    words: list[Word]
    cut: bool


@dataclass
class Window:
    """Audio with its segments, and the text before it."""

    audio: np.ndarray
    segments: list[Segment] = field(default_factory=list)
    before: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Example:
    """What one window trains: features (80, frames), token inputs and targets, characters.

    `spans` says for each target where in the window it is heard, None where it is not.
    """

    features: np.ndarray
    inputs: list[int]
    targets: list[int]
    characters: list[int]
    spans: list[Span | None]


class Speech:
    """The synthesised sessions of a folder; audio stays on disk."""

    def __init__(self, folder: Path) -> None:
        self.sessions: list[list[dict[str, Any]]] = []
        for index in sorted(folder.glob("*.json")):
            pcm = np.memmap(index.with_suffix(".pcm"), dtype=np.int16, mode="r")
            for session in json.loads(index.read_text()):
                self.sessions.append([{**sentence, "pcm": pcm} for sentence in session])

    def texts(self) -> Iterator[str]:
        return (sentence["text"] for session in self.sessions for sentence in session)

    def call(self, rng: random.Random) -> Iterator[dict[str, Any]]:
        """Endless sentences: mostly one voice going on, sometimes a different one each time."""
        mixed = rng.random() < 0.25
        session, at = rng.choice(self.sessions), rng.randrange(12)
        while True:
            if mixed:
                session, at = rng.choice(self.sessions), rng.randrange(12)
            yield session[at % len(session)]
            at += 1


def draw(speech: Speech, rng: random.Random, seconds: float) -> Window:
    """A window of `seconds` somewhere in a random call."""
    window = Window(np.zeros(int(seconds * SAMPLE_RATE), np.float32))
    silent = rng.random() < 0.05
    t = seconds + 1 if silent else _first_start(rng, seconds)
    for sentence in speech.call(rng):
        if t >= seconds:
            break
        _place(window, sentence, t, 10 ** (rng.uniform(-15, 3) / 20))
        t += sentence["samples"] / SAMPLE_RATE + _gap(rng, seconds)
    window.audio = _on_the_line(window.audio, rng)
    return window


def _first_start(rng: random.Random, seconds: float) -> float:
    kind = rng.random()
    if kind < 0.5:
        return -rng.uniform(0, 4)
    return rng.uniform(0, 1.0) if kind < 0.9 else rng.uniform(0, 0.8 * seconds)


def _gap(rng: random.Random, seconds: float) -> float:
    kind = rng.random()
    if kind < 0.04:
        return rng.uniform(0.1, 0.8) * seconds
    return rng.uniform(0.05, 0.4) if kind < 0.5 else rng.uniform(0.3, 1.5)


def _place(window: Window, sentence: dict[str, Any], t: float, gain: float) -> None:
    pcm = sentence["pcm"][sentence["offset"] : sentence["offset"] + sentence["samples"]]
    at = int(t * SAMPLE_RATE)
    first, last = max(0, -at), min(len(pcm), len(window.audio) - at)
    if last > first:
        window.audio[at + first : at + last] += gain * pcm[first:last].astype(np.float32) / 32768
    seconds = len(window.audio) / SAMPLE_RATE
    words = [(w, s + t, e + t) for w, s, e in sentence["words"]]
    unheard = [w for w, s, e in words if s <= -0.12 * (e - s) - 0.02]
    heard = [(w, max(0.0, s), min(seconds, e)) for w, s, e in words[len(unheard) :]]
    whole = [
        word
        for word, (_, _, e) in zip(heard, words[len(unheard) :], strict=True)
        if e <= seconds + 0.04
    ]
    window.before += unheard
    if heard:
        window.segments.append(Segment(whole, cut=len(whole) < len(heard)))


def _on_the_line(audio: np.ndarray, rng: random.Random) -> np.ndarray:
    generator = np.random.default_rng(rng.randrange(2**31))
    if rng.random() < 0.7:
        colour = rng.choice(COLOURS)
        level = 10 ** (rng.uniform(-75, -27) / 20)
        audio = audio + level * noise(generator, len(audio), colour)
    if rng.random() < 0.25:
        audio = telephone(audio)
    return audio.astype(np.float32)


class Labeller:
    """Turns windows into examples: prompt, timestamps, no-speech, and characters for CTC."""

    def __init__(self, speech: Speech, tokens: Tokens) -> None:
        self._speech, self._tokens = speech, tokens
        self._features = FeatureExtractor()

    def example(self, window: Window, rng: random.Random) -> Example:
        tokens = self._tokens
        frames = len(window.audio) // 160
        features = self._features(window.audio, padding=160)[:, :frames]
        prompt = self._prompt(window, rng)
        timed = rng.random() < 0.65
        body = self._timed(window) if timed else self._plain(window)
        head = [tokens.start] if timed else [tokens.start, tokens.no_timestamps]
        inputs = (prompt + head + [token for token, _ in body])[:MAX_LABEL]
        targets = [IGNORED] * len(prompt) + head[1:] + [token for token, _ in body] + [tokens.end]
        if not window.segments:
            targets[len(prompt)] = tokens.no_speech  # what Whisper's no_speech_prob reads
        before: list[Span | None] = [None] * (len(prompt) + len(head) - 1)
        spans = [*before, *(span for _, span in body), None if timed else _rest(window)]
        text = " ".join(_words(window.segments))
        characters = [CHARACTERS.index(c) for c in text]
        count = len(inputs)
        return Example(features, inputs, targets[:count], characters, spans[:count])

    def _prompt(self, window: Window, rng: random.Random) -> list[int]:
        """Text before the window; sometimes it also covers the window's first words."""
        if rng.random() < 0.5:
            return []
        call = self._speech.call(rng)
        earlier = [next(call)["text"].split() for _ in range(rng.randint(0, 4))]
        ids = []
        stamped = rng.random() < 0.3  # faster-whisper's own prompts keep their timestamps
        for words in earlier:
            text = self._tokens.text(words)
            edges = (self._tokens.at(rng.uniform(0, 30)), self._tokens.at(rng.uniform(0, 30)))
            ids += [edges[0], *text, edges[1]] if stamped else text
        tail = list(window.before)
        if rng.random() < 0.25:
            heard = _words(window.segments)
            tail += heard[: rng.randint(0, len(heard))]
        ids += self._tokens.text(tail) if tail else []
        return [self._tokens.previous, *ids[-MAX_PROMPT:]] if ids else []

    def _plain(self, window: Window) -> list[Label]:
        return self._spoken([w for segment in window.segments for w in segment.words], 0.0)

    def _timed(self, window: Window) -> list[Label]:
        seconds = len(window.audio) / SAMPLE_RATE
        full = seconds > FULL_WINDOW - 0.05
        body: list[Label] = []
        said = 0.0
        for segment in (s for s in window.segments if s.words):
            start, end = segment.words[0][1], segment.words[-1][2]
            if not body:
                start = min(start, MAX_FIRST_TIMESTAMP)
            if full and segment.cut and body:
                # As Whisper was trained: a segment cut by a full window is left to the next.
                return [*body, (self._tokens.at(start), None)]
            body += [(self._tokens.at(start), None), *self._spoken(segment.words, said)]
            body.append((self._tokens.at(seconds if segment.cut else end), None))
            said = end
        return body or [(self._tokens.at(0), None)]

    def _spoken(self, words: list[Word], said: float) -> list[Label]:
        """The tokens of words; `said` is where the word before them ends."""
        body: list[Label] = []
        for word, start, end in words:
            spans = [(min(said, start), start, end), (start, start, end)]
            tokens = self._tokens.text([word])
            body += [(token, spans[min(i, 1)]) for i, token in enumerate(tokens)]
            said = end
        return body


def _rest(window: Window) -> Span | None:
    """What the end token hears: all that follows the last word."""
    seconds = len(window.audio) / SAMPLE_RATE
    ends = [end for segment in window.segments for _, _, end in segment.words]
    return (ends[-1], ends[-1], seconds) if ends and seconds - ends[-1] > 0.04 else None


def _words(segments: list[Segment]) -> list[str]:
    return [word for segment in segments for word, _, _ in segment.words]
