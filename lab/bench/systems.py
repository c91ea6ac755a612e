"""What is measured with each model: two ways to go offline, the published peer, our policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from streamwer.config import experiment, model_catalogue
from streamwer.config.compose import load_config
from streamwer.config.experiment import SystemConfig
from streamwer.config.model import ModelConfig
from streamwer.config.model_choice import choose_model
from streamwer.errors import ModelError
from streamwer.models import sources

OFFLINE, ONE_PASS, PEER = "offline", "offline_direct", "whisper_streaming"
LOCAL_AGREEMENT, PROMPTED_BUFFER = "local_agreement", "prompted_buffer"
POLICIES = (LOCAL_AGREEMENT, PROMPTED_BUFFER, "prefix_agreement")
"""Those that may be the best one."""
DEAR = (PEER, LOCAL_AGREEMENT)
"""Those that encode 30 s at every step."""
MODELS = ("tiny_en", "base")
_PUBLISHED = {"chunk_s": 1.0, "agreement": 2, "trim_s": 15.0, "left_context_s": 0.0}
"""LocalAgreement-2 as whisper_streaming runs it (Macháček et al. 2023)."""
_UNFILTERED = ["engine=transcribe", "engine.vad_filter=false", "engine.skip_silence=false"]


@dataclass(frozen=True)
class BenchModel:
    """One model under test.

    Attributes:
        overrides: how Hydra is to compose it.
        config: what it is.
    """

    overrides: tuple[str, ...]
    config: ModelConfig

    @property
    def name(self) -> str:
        return self.config.name


def choose(name: str) -> BenchModel:
    """Choose a model by a name that `streaming models` lists, or by its folder.

    A folder is run with the values of the model that it is called after, else with the default's.

    Raises:
        ModelError: there is no model of that name.
    """
    folder = Path(name).expanduser()
    known = model_catalogue.find(folder.name) if folder.is_dir() else None
    choice = choose_model(name, None, known.name if known else MODELS[0])
    if known:
        choice = replace(choice, instead={**choice.instead, "name": known.name})
    overrides = tuple(choice.build_overrides())
    return BenchModel(overrides, load_config(overrides).model)


def choose_found(names: Sequence[str]) -> tuple[list[BenchModel], list[str]]:
    """Choose the models whose weights are on this machine, and name those that are not.

    Raises:
        ModelError: a name is unknown, two are the same model, or no weights are found.
    """
    chosen = [choose(name) for name in names]
    found = [
        model for model in chosen if sources.find_local_model(model_catalogue.resolve(model.config))
    ]
    missing = [model.name for model in chosen if model not in found]
    if not found:
        raise ModelError(
            f"--models: no weights of {', '.join(missing)} are on this machine:"
            " `make environment` installs those of tiny_en; a folder will do as well"
        )
    if len({model.name for model in chosen}) < len(chosen):
        raise ModelError("--models: two of them are the same model")
    return found, missing


def build(model: BenchModel) -> dict[str, SystemConfig]:
    """Build every system of one model, by name."""
    settings = load_config([*model.overrides, f"policy=[{','.join((OFFLINE, *POLICIES))}]"])
    ours = {name: experiment.build_system(settings, name) for name in (OFFLINE, *POLICIES)}
    offline, agreement = ours.pop(OFFLINE), ours[LOCAL_AGREEMENT]
    direct, unfiltered = (
        experiment.parse_engine(load_config([*model.overrides, *engine]).engine)
        for engine in (["engine=direct"], _UNFILTERED)
    )
    return {
        OFFLINE: offline,
        ONE_PASS: replace(offline, engine=direct),
        PEER: replace(agreement, policy=agreement.policy | _PUBLISHED, engine=unfiltered),
        **ours,
    }
