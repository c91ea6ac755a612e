"""What is measured: offline, every streaming policy at two chunks, and the peers' baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from streamwer import config
from streamwer.compose import load
from streamwer.config import EngineConfig, SystemConfig
from streamwer.policies import POLICIES

CHUNKS_S = (1.0, 0.5)
TRIMMED = {"trim_s": 5.0, "left_context_s": 1.5}
"""How LocalAgreement with `direct` trims its buffer: with word times it can at any word. With
`transcribe` it keeps to the published 15 s, and to the ends of segments. Chosen on other calls."""
TUNED: Mapping[tuple[str, float], dict[str, float]] = {
    ("prefix_agreement", 0.5): {
        "left_context_s": 1.0,
        "margin_s": 0.05,
        "unsure_margin_s": 0.4,
        "sure": 0.8,
    }
}
"""What suits a chunk better than the conf file's values for 1 s; chosen on other calls."""
OFFLINE, BASELINE = "offline", "local_agreement"
DIRECT, TRANSCRIBE = "direct", "transcribe"


@dataclass(frozen=True)
class Entry:
    """One system of the bench.

    Attributes:
        system: how it is built; its clock does not matter here.
        chunk_s: the policy's chunk, seconds; None for a policy that has none.
    """

    system: SystemConfig
    chunk_s: float | None = None

    @property
    def policy(self) -> str:
        return str(self.system.policy["name"])

    @property
    def engine(self) -> str:
        return self.system.engine.name

    @property
    def name(self) -> str:
        chunk = "" if self.chunk_s is None else f"_{self.chunk_s:g}s"
        return f"{self.policy}_{self.engine}{chunk}"


def baseline(engine: str, chunk_s: float) -> str:
    """Name of LocalAgreement-2 with that engine at that chunk."""
    return f"{BASELINE}_{engine}_{chunk_s:g}s"


@cache
def every() -> tuple[Entry, ...]:
    """All that is measured, each at every chunk.

    Offline with `direct`; LocalAgreement-2 with `transcribe`, as the published systems run it, and
    with `direct`; every other policy with the engine that its own conf file names, else `direct`.
    """
    settings = load(
        [
            f"policy=[{','.join(sorted(POLICIES))}]",
            f"engine={DIRECT}",
            f"systems.{BASELINE}.policy.agreement=2",
        ]
    )
    peers = config.engine(load([f"engine={TRANSCRIBE}"]).engine)
    systems = {name: config.system(settings, name) for name in settings.compare}
    direct = config.engine(settings.engine)
    found = [Entry(_with(systems.pop(OFFLINE), direct))]
    agreement = systems[BASELINE]
    trimmed = replace(agreement, policy=agreement.policy | TRIMMED)
    found += _at_chunks(_with(agreement, peers))
    found += _at_chunks(_with(trimmed, direct))
    for name, system in systems.items():
        if name != BASELINE:
            found += _at_chunks(system)
    return tuple(found)


def engines_only() -> tuple[Entry, ...]:
    """LocalAgreement-2 with either engine."""
    return tuple(entry for entry in every() if entry.policy == BASELINE)


def _with(system: SystemConfig, engine: EngineConfig) -> SystemConfig:
    return replace(system, engine=engine)


def _at_chunks(system: SystemConfig) -> Iterator[Entry]:
    if "chunk_s" not in system.policy:
        yield Entry(system)
        return
    for chunk_s in CHUNKS_S:
        tuned = TUNED.get((str(system.policy["name"]), chunk_s), {})
        policy = system.policy | {"chunk_s": chunk_s} | tuned
        yield Entry(replace(system, policy=policy), chunk_s)
