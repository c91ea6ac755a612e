"""The policy protocol: a state machine that chooses windows and commits words.

A policy knows no clock, no files and no recogniser. Whoever drives it asks how much audio
it waits for, tells it what has arrived, runs the request it makes, and hands it the
hypothesis:

    wants() → plan(arrived, ended) → [recogniser] → absorb(hypothesis) → update
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Protocol

from streamwer.config.settings import check_settings
from streamwer.errors import ConfigError
from streamwer.types import Hypothesis, Update


@dataclass(frozen=True, slots=True)
class Request:
    """The window a policy wants transcribed.

    Attributes:
        start: first sample of the stream in it.
        end: the sample behind its last one.
        prompt: text that was said before the window.
        prefix: text that the window's transcript must begin with: it is committed already. An
            engine that can force its decoder goes on from there; see `Hypothesis.continues`.
        listen_only: nothing is transcribed; the hypothesis only says how long the silence at the
            window's end is.
    """

    start: int
    end: int
    prompt: str = ""
    prefix: str = ""
    listen_only: bool = False


class Policy(Protocol):
    """Decides what to transcribe and which words are safe to commit.

    Committed words are never taken back, the buffer is bounded, and the tail is decoded when
    the stream ends.
    """

    def wants(self) -> float:
        """Return the samples that must have arrived before the next step; may be infinite."""
        ...

    def plan(self, arrived: int, ended: bool) -> Request | None:
        """Plan the next window, given that `arrived` samples are there; None if none is needed.

        No window begins before an earlier one, so that a live stream can be forgotten behind it.
        """
        ...

    def absorb(self, hypothesis: Hypothesis) -> Update:
        """Take the transcript of the window that `plan` asked for, and return what to show."""
        ...


class ConfiguredPolicy:
    """Holds the settings of a policy: a record, or keyword arguments that make one.

    Args:
        config: the record; by default one of the keyword arguments.
        **values: settings by name, such as `chunk_s=0.5`; the others have their defaults.

    Raises:
        ConfigError: a setting is unknown or out of its bounds.
    """

    @dataclass
    class Config:
        """Settings of every policy: only its name."""

        name: str = ""

        def check_relations(self, group: str) -> None:
            """Refuse settings that do not fit each other; each subclass adds its own."""

    config: Config

    def __init__(self, config: Config | None = None, **values: Any) -> None:
        known = [each.name for each in fields(self.Config) if each.name != "name"]
        for key in set(values) - {"name", *known}:
            raise ConfigError(f"policy.{key}: unknown; the settings are {', '.join(known)}")
        self.config = config or self.Config(**values)
        check_settings("policy", self.config)
