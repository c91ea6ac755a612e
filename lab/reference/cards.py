"""The cards of the bundled corpus and model: what they are, how they were made, their limits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_CORPUS = """\
---
license: apache-2.0
language: [en]
task_categories: [automatic-speech-recognition]
size_categories: [n<1K]
---
# Toy calls

{calls} short service calls in English, {minutes:.1f} minutes, one speaker each, {speakers}
speakers. **This is not human speech**: every call is spoken by the formant synthesiser espeak-ng.
It is a fixture for fast tests and for the deterministic gate, which run the toy model `reference`
on it; nothing else uses it. Real models do not understand it, and error rates on it say nothing
about real callers. The calls to compare systems with are in `data/calls`.

| condition | calls | what it is |
|---|---|---|
| clean | {clean} | as synthesised; line noise 58-70 dB below full scale, or none |
| telephone | {telephone} | 300-3400 Hz and 8-bit mu-law (ITU-T G.711), stored at 16 kHz |
| noise | {noise} | stationary pink, brown or white noise, 12-18 dB below the words |

{holds} calls have a hold of 20-22 s in mid-call in which nobody speaks; in one of them the hold is
digital zero. About a third of the calls end 0.2-0.4 s after the last word, the others after 1 s.

## Fields of `metadata.jsonl`
The folder follows the *audiofolder* convention: one JSON object a line, `file_name` relative to it.

| field | meaning |
|---|---|
| `file_name` | 16 kHz mono FLAC |
| `id` | unique name of the call |
| `text` | what is said: lower case, no punctuation, numbers in words |
| `sentences` | the same, sentence by sentence |
| `speaker` | espeak-ng voice (accent + variant) |
| `condition` | see above |
| `hold` | seconds of the silence in mid-call, 0 for none |
| `words` | `text`, `start`, `end` of each word, in seconds from the start of the file |

Word times are the synthesiser's own events, to 1 ms, not alignments. A word ends where the next
one begins or where the pause after it begins. Sentences in which espeak-ng runs two words
together, and so reports no boundary, are left out.

## How it was made
`dvc repro lab/reference/dvc.yaml:publish@calls` writes the same files again, bit for bit,
with the same versions of espeak-ng, NumPy, soxr and PyAV. The sentences come from templates; one
in eight, chosen by a hash of its words, is held out of training for these calls, and so are the
voice variants used here. The templates and most of their words are the same as in training, so the
corpus is *in domain* for the bundled model.

## Licence
Text, metadata and recordings: Apache-2.0. The recordings are output of espeak-ng.
"""

_MODEL = """\
---
license: apache-2.0
language: [en]
library_name: ctranslate2
pipeline_tag: automatic-speech-recognition
tags: [faster-whisper, whisper]
---
# Reference model

A small Whisper (3.9 million parameters: width 192, 4 encoder and 2 decoder layers, 3 heads, 80
mel bins; 768 byte-level BPE tokens) in CTranslate2's int8 format, trained from random weights on
synthetic calls. It makes streamwer run anywhere, at once, without fetching a model. **It is not a
model for real speech**: it knows espeak-ng's voices and the few hundred words of service calls,
and nothing else.

```python
from faster_whisper import WhisperModel

model = WhisperModel("models/reference", device="cpu", compute_type="int8")
segments, info = model.transcribe("data/toy_calls/call_01.flac", word_timestamps=True)
```

It has real windows, cross-attention, segment and word timestamps, prompts and `no_speech_prob`,
and errs as Whisper models do where a window cuts a word. English only; text in lower case,
without punctuation, numbers in words.

## Quality
{figures}

## How it was made
`dvc repro lab/reference/dvc.yaml`; the recipe and its limits are in
`docs/reference-model.md`. Training heard only synthesised speech, by voices other than those of
`data/toy_calls` and other sentences, but from the same templates and mostly with the same words.

## Licence
Apache-2.0. Trained on output of espeak-ng only; no weights or data of other models.
"""

_NOT_MEASURED = "Not measured yet: run `python -m lab.reference.evaluate`."


def write_model_card(folder: Path) -> None:
    """Write README.md of a model folder; it quotes `evaluation.json` where there is one."""
    measured = folder / "evaluation.json"
    figures = json.loads(measured.read_text()) if measured.is_file() else None
    text = _MODEL.format(figures=_quality(figures) if figures else _NOT_MEASURED)
    (folder / "README.md").write_text(text, encoding="utf-8")


def _quality(figures: dict[str, Any]) -> str:
    rows = "\n".join(
        f"| {name} | {group['calls']} | {group['words']} | {group['wer']:.1%}"
        f" | {group['substitutions']} | {group['deletions']} | {group['insertions']} |"
        for name, group in figures["wer"].items()
    )
    silence = figures["no_speech_prob"]
    return f"""\
Offline word error rate on `data/toy_calls` (unseen voices): `transcribe` with beam 5,
temperature 0, int8 on one CPU thread, errors pooled over the calls. S, D, I: words substituted,
deleted, inserted.

| calls | number | words | WER | S | D | I |
|---|---|---|---|---|---|---|
{rows}

`no_speech_prob` of 30 s of digital zero: {silence["digital_zero"]:.2f}; of pink noise at -65 dB:
{silence["pink_noise_at_-65_dB"]:.2f}; the highest of all calls:
{silence["highest_of_the_calls"]:.2f}."""


def corpus(rows: Sequence[dict[str, object]], minutes: float) -> str:
    """The data card of the calls whose metadata rows are given."""
    conditions = Counter(str(row["condition"]) for row in rows)
    return _CORPUS.format(
        calls=len(rows),
        minutes=minutes,
        speakers=len({row["speaker"] for row in rows}),
        holds=sum(bool(row["hold"]) for row in rows),
        **conditions,
    )
