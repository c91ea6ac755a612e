"""The systems of a study, ready to be played: their models, their calls, and what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property

from lab.capacity.playing import Span, Worker, add_result_cache
from lab.capacity.servers import ServerWorker
from streamwer import audio, recognisers
from streamwer.alignment.aligned_manifest import read_aligned
from streamwer.audio.decoding import Samples
from streamwer.config import experiment
from streamwer.config.experiment import ExperimentConfig, SystemConfig
from streamwer.config.folders import PREPARED
from streamwer.datasets.augment import digest_delivered_audio, read_networks
from streamwer.errors import ConfigError, StreamwerError
from streamwer.eventlog.log import EventLog
from streamwer.metrics import store
from streamwer.provenance import digests
from streamwer.provenance.signature import NONE, Run, Signature
from streamwer.recognisers.base import Recogniser
from streamwer.runners import run_log, worker_facts
from streamwer.runners.served import describe_run as describe_served_run
from streamwer.servers.session_file import list_public_settings
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference


class Systems:
    """Builds the workers of a study. Systems with the same model and engine share one."""

    def __init__(self, settings: ExperimentConfig, span: Span) -> None:
        self._settings, self._span = settings, span
        self._normaliser = get_normaliser(settings.scoring.normaliser)
        self._loaded: tuple[object, Recogniser] | None = None

    def build_system(self, name: str) -> SystemConfig:
        """What a system is.

        Raises:
            ConfigError: there is none of that name, or its clock is real time.
        """
        system = experiment.build_system(self._settings, name)
        if system.clock.name == "wall" and not system.server:
            raise ConfigError(
                "clock=wall is real time: choose profile, measured or unaware for a capacity"
            )
        return system

    def build_worker(self, name: str) -> Worker:
        """The system's worker, its model loaded."""
        system = self.build_system(name)
        kind = ServerWorker if system.server else Worker
        recogniser = None if system.server else self._load_recogniser(system)
        return kind(system, recogniser, self.calls, self._normaliser, self._span)

    def sign_capacity(self, name: str) -> Signature:
        """What a capacity of the system is of, and how it is found."""
        system = self.build_system(name)
        digest = digest_delivered_audio(self._audio_digest, {})
        return store.sign_scores(
            [each for each, _ in self.calls],
            EventLog((), (), {}, self._describe_run(system, digest)),
            self._normaliser,
        )

    def _describe_run(self, system: SystemConfig, digest: str) -> Run:
        if system.server:
            settings = list_public_settings(system.server)
            return describe_served_run(settings, digest, run_log.format_load(system.load))
        folder = recognisers.fetch_model(system)
        model = {worker_facts.MODEL: digests.digest_model(folder) if folder else NONE}
        facts = {**model, **worker_facts.collect_packages(system)}
        return run_log.describe_run(facts, system, digest)[1]

    @cached_property
    def calls(self) -> Sequence[tuple[Reference, Samples]]:
        """The recordings of the data set that was prepared, with their audio.

        Raises:
            StreamwerError: none has word times.
            ConfigError: they come by a network of their own.
        """
        _refuse_journeys()
        calls = [
            (each, audio.load_audio(PREPARED / each.audio))
            for each in read_aligned()
            if not each.broken
        ]
        if not any(each.words for each, _ in calls):
            raise StreamwerError(
                "no recording has word times, so no word has a latency; choose an alignment"
                " (docs/word-times.md) and run `dvc repro align`"
            )
        return calls

    @cached_property
    def _audio_digest(self) -> str:
        return digests.digest_audio(
            {each.recording: PREPARED / each.audio for each, _ in self.calls}
        )

    def _load_recogniser(self, system: SystemConfig) -> Recogniser:
        key = asdict(system.model), asdict(system.engine)
        if self._loaded is None or self._loaded[0] != key:
            self._loaded = key, add_result_cache(system, recognisers.load_recogniser(system))
        return self._loaded[1]


def _refuse_journeys() -> None:
    arriving = read_networks(PREPARED)
    if arriving:
        raise ConfigError(
            f"{next(iter(arriving))} comes by a network of its own (condition), but for a capacity"
            " calls come in packets of load.packet_s: prepare the data with another condition"
        )
