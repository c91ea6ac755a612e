"""Settings of `conf/model`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from streamwer.config.settings import setting

MISSING = "???"  # OmegaConf's marker for a value that a config file must give


ENCODER_S = 30.0
"""Longest audio that Whisper's encoder hears at once, seconds."""


@dataclass
class ModelConfig:
    """conf/model: which Whisper, and what it runs on."""

    name: str = setting(MISSING, "name of the model in results and reports")
    path: str = setting(
        MISSING,
        "a name that `streaming models` lists, a repository on the Hugging Face hub, or a folder",
    )
    revision: str | None = setting(None, "commit that is fetched")
    sha256: str | None = setting(None, "of model.bin; null where it is not known")
    weights_bytes: int | None = setting(
        None, "length of that model.bin; a folder with another one is a model of your own"
    )
    package: str | None = setting(
        None, "folder in an installed Python package that has the same files"
    )
    device: str = setting("cpu", "where the model runs: cpu, cuda or auto")
    compute_type: str = setting(
        "int8", "number type of the computation: int8, float32; float16 on a GPU"
    )
    cpu_threads: int = setting(1, "threads of one model on the CPU")
    language: str = setting(
        "en", "language spoken: a code or its English name; auto detects it once for a call"
    )
    padding_s: float = setting(
        5.0,
        "silence that the encoder hears behind a window",
        unit="seconds",
        at_least=0,
        at_most=ENCODER_S,
    )
    min_encoder_s: float = setting(
        13.0,
        "shortest input of the encoder, seconds: a window that is shorter with its padding is"
        " padded to it",
        at_least=0,
        at_most=ENCODER_S,
    )
    padding: str = setting(
        "floor",
        "what that silence is: `floor`, the least value of the window's log-mel, or `zero`",
        one_of=("floor", "zero"),
    )


def forget_source(model: ModelConfig) -> ModelConfig:
    """Leave out where a model's files come from: what is left is how it is run."""
    return replace(model, path="", revision=None, sha256=None, weights_bytes=None, package=None)
