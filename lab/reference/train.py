"""Stage `train`: teach a 4 M-parameter Whisper to transcribe windows of synthetic calls.

The cross-entropy of the decoder alone does not make it listen: a character CTC loss on the
encoder's output does. The learning rate decays over a budget of time, and the weights that
are saved are an exponential average of the last steps.
"""

from __future__ import annotations

import argparse
import math
import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info
from transformers import WhisperConfig, WhisperForConditionalGeneration

from lab.reference import tokens as vocabulary
from lab.reference.tokens import Tokens
from lab.reference.windows import (
    CHARACTERS,
    FRAMES_PER_SECOND,
    FULL_WINDOW,
    IGNORED,
    Example,
    Labeller,
    Speech,
    draw,
)

WIDTH, ENCODER_LAYERS, DECODER_LAYERS, HEADS = 192, 4, 2, 3
FULL_SHARE = 0.45
FULL_SECONDS = (5.0, 12.0, 20.0, 27.0, 30.0, 30.0)
SHORT_SECONDS = (4, 6, 10, 15, 20)
STREAMED_SECONDS = (2, 3)  # what a policy with a short left context asks for
EASY_BATCHES = 1200  # from scratch, the shortest windows come first
SECONDS_PER_BATCH, FULL_PER_BATCH = 72, 4
WARM_UP_STEPS = 200
POSITIONS_PER_SECOND = FRAMES_PER_SECOND // 2
LISTENING_HEAD, LISTENING = 0, 0.1  # the aligner's head, and the weight of its attention loss
PAUSE = 0.25  # share of a token's attention that belongs to the pause before it
AVERAGE_DECAY = 0.99
SPELLING = "spelling.safetensors"  # the CTC head, beside the model it was trained with
HEAD_STEPS = 200  # a new head learns this long before it may move a trained encoder


@dataclass(frozen=True)
class Batch:
    """Padded examples: features (batch, 80, frames); inputs and targets (batch, tokens).

    `spans` (batch, tokens, 3) are encoder positions, zero where nothing is heard.
    """

    features: Tensor
    inputs: Tensor
    targets: Tensor
    spans: Tensor
    characters: list[Tensor]
    frames: Tensor

    @property
    def hours(self) -> float:
        return self.features.shape[0] * self.features.shape[2] / FRAMES_PER_SECOND / 3600


class Batches(IterableDataset[Batch]):
    """Endless batches; about half are padded to 30 s, as faster-whisper's `transcribe` pads."""

    def __init__(self, folder: Path, tokenizer: Path, seed: int, easy: int) -> None:
        self._folder, self._tokenizer, self._seed, self._easy = folder, tokenizer, seed, easy

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        rng = random.Random(self._seed * 977 + (worker.id if worker else 0))
        speech, tokens = Speech(self._folder), Tokens(self._tokenizer)
        labeller = Labeller(speech, tokens)
        count = 0
        while True:
            count += 1
            yield self._batch(speech, labeller, tokens, rng, easy=count <= self._easy)

    def _batch(
        self, speech: Speech, labeller: Labeller, tokens: Tokens, rng: random.Random, *, easy: bool
    ) -> Batch:
        if not easy and rng.random() < FULL_SHARE:
            spans = [self._full_span(rng) for _ in range(FULL_PER_BATCH)]
            frames = int(FULL_WINDOW * FRAMES_PER_SECOND)
        else:
            longest = rng.choice(SHORT_SECONDS[:2] if easy else SHORT_SECONDS + STREAMED_SECONDS)
            count = SECONDS_PER_BATCH // longest
            spans = [rng.uniform(0.45 * longest, longest) for _ in range(count)]
            frames = longest * FRAMES_PER_SECOND + rng.choice((0, 100, 200, 500))
        examples = [labeller.example(draw(speech, rng, span), rng) for span in spans]
        return _padded(examples, frames, tokens.end)

    @staticmethod
    def _full_span(rng: random.Random) -> float:
        longest = rng.choice(FULL_SECONDS)
        return longest if longest == FULL_WINDOW else rng.uniform(0.5 * longest, longest)


def _padded(examples: list[Example], frames: int, end: int) -> Batch:
    # Few distinct shapes: oneDNN compiles its kernels for each one.
    length = -(-max(len(example.inputs) for example in examples) // 24) * 24
    features = np.zeros((len(examples), 80, frames), np.float32)
    inputs = np.full((len(examples), length), end)
    targets = np.full((len(examples), length), IGNORED)
    spans = np.zeros((len(examples), length, 3), np.int64)
    for i, example in enumerate(examples):
        features[i, :, : example.features.shape[1]] = example.features[:, :frames]
        inputs[i, : len(example.inputs)] = example.inputs
        targets[i, : len(example.targets)] = example.targets
        heard = [span or (0.0, 0.0, 0.0) for span in example.spans]
        spans[i, : len(heard)] = np.round(np.array(heard) * POSITIONS_PER_SECOND)
    return Batch(
        torch.from_numpy(features),
        torch.from_numpy(inputs),
        torch.from_numpy(targets),
        torch.from_numpy(spans),
        [torch.tensor(example.characters, dtype=torch.long) for example in examples],
        torch.tensor([min(frames, example.features.shape[1]) // 2 for example in examples]),
    )


class Trainee(nn.Module):
    """Whisper and the character CTC head that exists only in training."""

    def __init__(self, whisper: WhisperForConditionalGeneration, init: Path | None) -> None:
        super().__init__()
        self.whisper = whisper
        self._attended: dict[str, Tensor] = {}
        attention = whisper.model.decoder.layers[-1].encoder_attn
        for name in ("q_proj", "k_proj"):
            getattr(attention, name).register_forward_hook(partial(self._note, name))
        self.spelling = nn.Linear(WIDTH, len(CHARACTERS))
        head = init / SPELLING if init else None
        known = head is not None and head.is_file()
        if head and known:
            self.spelling.load_state_dict(load_file(head))
        self.detached = HEAD_STEPS if init and not known else 0

    def _note(self, name: str, _: nn.Module, __: object, output: Tensor) -> None:
        self._attended[name] = output

    def forward(self, features: Tensor, inputs: Tensor, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of tokens, characters, and positions listened to.

        A new character head on a trained encoder does not move it at first.
        """
        heard = self._encode(features)
        decoder = self.whisper.model.decoder
        hidden = decoder(input_ids=inputs, encoder_hidden_states=heard).last_hidden_state
        spelt = self.spelling(heard.detach() if step <= self.detached else heard)
        return self.whisper.proj_out(hidden), spelt, self._listening()

    def _listening(self) -> Tensor:
        """What the aligner's cross-attention head in the last layer looks at."""
        size = WIDTH // HEADS
        head = slice(LISTENING_HEAD * size, (LISTENING_HEAD + 1) * size)
        queries, keys = (self._attended[name][..., head] for name in ("q_proj", "k_proj"))
        return queries @ keys.transpose(1, 2) * size**-0.5

    def _encode(self, features: Tensor) -> Tensor:
        """The encoder on any number of frames: transformers' own forward insists on 3000."""
        encoder = self.whisper.model.encoder
        heard = nn.functional.gelu(encoder.conv1(features))
        heard = nn.functional.gelu(encoder.conv2(heard)).permute(0, 2, 1)
        heard = heard + encoder.embed_positions.weight[: heard.shape[1]]
        for layer in encoder.layers:
            out = layer(heard, None)
            heard = out[0] if isinstance(out, tuple) else out
        return encoder.layer_norm(heard)


def losses(batch: Batch, logits: Tensor, spelt: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy of the tokens and CTC of the characters."""
    targets = batch.targets.to(logits.device).flatten()
    words = nn.functional.cross_entropy(logits.float().flatten(0, 1), targets, ignore_index=IGNORED)
    lengths = torch.tensor([len(characters) for characters in batch.characters])
    fits = (lengths > 0) & (lengths * 1.2 < batch.frames)
    if not fits.any():
        return words, words * 0
    kept = [c for c, ok in zip(batch.characters, fits, strict=True) if ok]
    log_probabilities = torch.log_softmax(spelt.float(), -1).transpose(0, 1)[:, fits]
    spelling = nn.functional.ctc_loss(
        log_probabilities, torch.cat(kept), batch.frames[fits], lengths[fits], zero_infinity=True
    )
    return words, spelling


def listening(batch: Batch, logits: Tensor) -> Tensor:
    """Cross-entropy of the aligner's attention with where each token is heard.

    Within a word, and within the pause before it, all positions are as good: a uniform target.
    """
    probabilities = torch.log_softmax(logits.float(), -1)
    sums = nn.functional.pad(probabilities.cumsum(-1), (1, 0))
    pause, begin, end = batch.spans.clamp(max=logits.shape[-1]).unbind(-1)
    word, gap = _mean(sums, begin, end), _mean(sums, pause, begin)
    paused = PAUSE * (pause < begin)
    heard = (begin < end).float()
    loss = -(1 - paused) * word - paused * gap
    return (loss * heard).sum() / heard.sum().clamp(min=1)


def _mean(sums: Tensor, begin: Tensor, end: Tensor) -> Tensor:
    """Mean of what `sums` sums up, from `begin` to `end`, for each token; 0 where that is empty."""
    first, last = (sums.gather(-1, at[..., None])[..., 0] for at in (begin, end))
    return (last - first) / (end - begin).clamp(min=1)


def fresh(tokens: Tokens) -> WhisperForConditionalGeneration:
    """An untrained model of the reference shape."""
    return WhisperForConditionalGeneration(
        WhisperConfig(
            d_model=WIDTH,
            encoder_layers=ENCODER_LAYERS,
            decoder_layers=DECODER_LAYERS,
            encoder_attention_heads=HEADS,
            decoder_attention_heads=HEADS,
            encoder_ffn_dim=4 * WIDTH,
            decoder_ffn_dim=4 * WIDTH,
            vocab_size=tokens.size,
            dropout=0.0,
            pad_token_id=tokens.end,
            bos_token_id=tokens.start,
            eos_token_id=tokens.end,
            decoder_start_token_id=tokens.start,
        )
    )


def learning_rate(peak: float, step: int, spent: float) -> float:
    """Warm up, stay at the peak for a tenth of the budget, then fall along a cosine."""
    fall = 0.5 * (1 + math.cos(math.pi * max(0.0, spent - 0.1) / 0.9))
    return peak * min(1.0, step / WARM_UP_STEPS) * (0.01 + 0.99 * fall)


def save(trainee: Trainee, folder: Path) -> None:
    """Write the weights in half precision: enough to convert them and to continue from them."""
    half = {name: weight.half() for name, weight in trainee.whisper.state_dict().items()}
    trainee.whisper.save_pretrained(folder, state_dict=half)
    save_file(trainee.spelling.state_dict(), folder / SPELLING)


@dataclass(frozen=True)
class Schedule:
    """How long to train, at which highest learning rate, and the weight of the CTC loss."""

    minutes: float
    peak: float
    spelling: float


def train(trainee: Trainee, batches: DataLoader[Batch], schedule: Schedule, out: Path) -> None:
    """Train to the end of the schedule; every 500 steps and at the end write averaged weights."""
    optimiser = torch.optim.AdamW(
        trainee.parameters(), lr=schedule.peak, weight_decay=0.05, betas=(0.9, 0.98)
    )
    average = AveragedModel(trainee, multi_avg_fn=get_ema_multi_avg_fn(AVERAGE_DECAY))
    began, hours, smooth = time.monotonic(), 0.0, None
    for step, batch in enumerate(batches, 1):
        spent = (time.monotonic() - began) / (schedule.minutes * 60)
        if spent >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(schedule.peak, step, spent)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits, spelt, attention = trainee(batch.features, batch.inputs, step)
        words, spelling = losses(batch, logits, spelt)
        heard = listening(batch, attention)
        optimiser.zero_grad()
        (torch.lerp(words, spelling, schedule.spelling) + LISTENING * heard).backward()
        nn.utils.clip_grad_norm_(trainee.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(trainee)
        hours += batch.hours
        now = np.array([words.item(), spelling.item(), heard.item()])
        smooth = now if smooth is None else 0.98 * smooth + 0.02 * now
        if step % 100 == 0:
            print(
                f"step {step} · {spent:.0%} · {hours:.1f} h of audio ·"
                f" words {smooth[0]:.3f} · spelling {smooth[1]:.3f} · listening {smooth[2]:.3f}",
                flush=True,
            )
        if step % 500 == 0:
            save(average.module, out)
    save(average.module, out)


def main() -> None:
    """Run the stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speech", type=Path, required=True, help="folder of `synthesise`")
    parser.add_argument("--minutes", type=float, required=True, help="training budget")
    parser.add_argument("--peak", type=float, required=True, help="highest learning rate")
    parser.add_argument("--spelling", type=float, required=True, help="weight of the CTC loss")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--init", default="", help="checkpoint folder to continue from, or empty")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint folder to write")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    tokenizer = args.out / "tokenizer.json"
    init = Path(args.init) if args.init else None
    if init:
        shutil.copy(init / "tokenizer.json", tokenizer)
        whisper = WhisperForConditionalGeneration.from_pretrained(init, dtype=torch.float32)
    else:
        vocabulary.trained(Speech(args.speech).texts()).save(str(tokenizer))
        whisper = fresh(Tokens(tokenizer))
    easy = 0 if init else EASY_BATCHES
    data = Batches(args.speech, tokenizer, args.seed, easy)
    loader = DataLoader(data, batch_size=None, num_workers=1, prefetch_factor=6)
    schedule = Schedule(args.minutes, args.peak, args.spelling)
    train(Trainee(whisper, init), loader, schedule, args.out)


if __name__ == "__main__":
    main()
