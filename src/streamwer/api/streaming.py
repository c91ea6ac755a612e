"""Stream recordings into a recogniser, from Python."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from streamwer import audio, policies, recognisers
from streamwer.audio import Samples
from streamwer.audio.isolated_decoder import DECODER
from streamwer.config import compose, experiment, model_catalogue, registry
from streamwer.config.experiment import SystemConfig
from streamwer.config.model_choice import choose_model
from streamwer.errors import AudioError, ConfigError
from streamwer.eventlog.log import EventLog
from streamwer.policies.base import ConfiguredPolicy, Policy
from streamwer.provenance import digests
from streamwer.provenance.signature import UNKNOWN
from streamwer.runners import worker_facts
from streamwer.runners.pool import RunOutcome
from streamwer.runners.run_log import make_event_log
from streamwer.simulation.clock import build_system_clock
from streamwer.simulation.serving import play_recording

AudioInput = str | PathLike[str] | Samples
MakePolicy = Callable[[], Policy]
DEFAULT_POLICY = "prefix_agreement"
DEFAULT_MODEL = "tiny_en"


def stream(
    recordings: AudioInput | Sequence[AudioInput] | Mapping[str, AudioInput],
    *,
    policy: str | MakePolicy = DEFAULT_POLICY,
    model: str = "tiny.en",
    engine: str | None = None,
    clock: str = "unaware",
    options: Sequence[str] = (),
) -> EventLog:
    """Stream recordings as if they were live calls, and return the log of what was shown when.

    Args:
        recordings: an audio file, or samples (float32 at 16 kHz, shape (n,)); or several, in a
            list or by name. Files are named by their stem, samples by a number.
        policy: a name that `streamwer.list_policies()` gives, or a function (a class, say) that
            makes a fresh policy for each recording.
        model: a name ("tiny.en", "large-v3"), a folder, or a repository on the hub.
        engine: "direct", "transcribe" or another engine; by default the policy's own.
        clock: "unaware" counts no compute time, so that a result is the same on any machine;
            "measured" counts what the compute takes here.
        options: more settings in Hydra's grammar: "engine.beam_size=1", "policy.chunk_s=0.5".

    Returns:
        The event log; `print` shows its text, `to_frame()` gives its words as a table.

    Raises:
        AudioError: a recording cannot be read.
        ConfigError: a name or a setting is unknown or makes no sense.
        ModelError: the model cannot be found or fetched.

    Example:
        >>> import streamwer as sw
        >>> log = sw.stream("data/calls/bank_lost_card.flac", model="tiny.en")
        >>> log.transcripts()["bank_lost_card"][:16]
        'Hi, good morning'
    """
    named = _name_recordings(recordings)
    system, make_policy = _build_system(policy, model, engine, clock, options)
    folder = recognisers.fetch_model(system)
    recogniser = recognisers.build_recogniser(system, folder)
    outcome = RunOutcome(facts=_describe_model(system, folder))
    for each in named:
        parts = recogniser, make_policy(), build_system_clock(system)
        outcome.steps += play_recording(each.name, each.load_samples(), *parts)
    return make_event_log(outcome, system, _digest_recordings(named))


@dataclass(frozen=True)
class _Recording:
    name: str
    source: Path | Samples

    def load_samples(self) -> Samples:
        if isinstance(self.source, Path):
            return DECODER.load_audio(self.source)
        return audio.check_finite(np.asarray(self.source, np.float32), self.name)


def _name_recordings(
    recordings: AudioInput | Sequence[AudioInput] | Mapping[str, AudioInput],
) -> list[_Recording]:
    if isinstance(recordings, Mapping):
        named = [_Recording(name, _to_source(each)) for name, each in recordings.items()]
    elif isinstance(recordings, str | PathLike | np.ndarray):
        named = list(_number_recordings([recordings]))
    else:
        named = list(_number_recordings(recordings))
    names = [each.name for each in named]
    if not names:
        raise AudioError("there is no recording to stream")
    for name, count in Counter(names).items():
        if count > 1:
            raise AudioError(f"{name}: two recordings have this name; give them as a dict by name")
    return named


def _number_recordings(recordings: Sequence[AudioInput]) -> Iterator[_Recording]:
    for number, each in enumerate(recordings):
        source = _to_source(each)
        yield _Recording(source.stem if isinstance(source, Path) else str(number), source)


def _to_source(given: AudioInput) -> Path | Samples:
    if isinstance(given, np.ndarray):
        if given.ndim != 1:
            raise AudioError(f"samples must have one dimension (mono), not {given.ndim}")
        if not np.issubdtype(given.dtype, np.floating):
            raise AudioError(f"samples must be float32 within ±1, not {given.dtype}")
        return given
    return Path(given)


def _build_system(
    policy: str | MakePolicy,
    model: str,
    engine: str | None,
    clock: str,
    options: Sequence[str],
) -> tuple[SystemConfig, MakePolicy]:
    name = policy if isinstance(policy, str) else DEFAULT_POLICY
    registry.find("policy", name)  # names all of them where there is no such one
    if engine is None and any(each.startswith("engine.") for each in options):
        engine = _find_own_engine(name)
    chosen = choose_model(model, None, DEFAULT_MODEL, "model")
    overrides = [*chosen.build_overrides(), f"policy={name}", f"clock={clock}"]
    if engine:
        overrides.append(f"engine={engine}")
    full_keys = [re.sub(r"^policy\.", f"systems.{name}.policy.", each) for each in options]
    config = compose.load_config([*overrides, *full_keys])
    if engine:
        config.systems[name].engine = None  # the shared one, which `engine.KEY` changes
    system = experiment.build_system(config, name)
    if system.model.path:
        system = replace(system, model=model_catalogue.find_beside_conf(system.model))
    if isinstance(policy, str):
        return system, lambda: policies.build_policy(system.policy)
    return replace(system, policy=_describe_policy(policy)), policy


def _find_own_engine(policy: str) -> str | None:
    """Find the engine that the policy's file chooses for its own system."""
    own = compose.load_config([f"policy={policy}"]).systems[policy].engine
    return own["name"] if own else None


def _describe_policy(make_policy: MakePolicy) -> dict[str, Any]:
    """Describe a policy of the caller's own for the signature: its name and its settings."""
    if not callable(make_policy):
        raise ConfigError(f"policy={make_policy!r} must be a name, or make a policy when called")
    made = make_policy()
    settings = asdict(made.config) if isinstance(made, ConfiguredPolicy) else {}
    return {**settings, "name": settings.get("name") or type(made).__name__}


def _describe_model(system: SystemConfig, folder: Path | None) -> dict[str, Any]:
    return {
        worker_facts.MODEL: digests.digest_model(folder) if folder else UNKNOWN,
        **worker_facts.collect_packages(system),
    }


def _digest_recordings(recordings: Sequence[_Recording]) -> str:
    paths = {each.name: each.source for each in recordings if isinstance(each.source, Path)}
    return digests.digest_audio(paths) if len(paths) == len(recordings) else UNKNOWN
