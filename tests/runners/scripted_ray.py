"""In Ray's place, with a clock of its own: calls take as long as a test says, or for ever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from streamwer.runners import ray_session, ray_workers
from streamwer.runners.worker import Job

CUT_OFF = "Ray Client is not connected. Please connect by calling `ray.init`."
"""What Ray's client says at each call after the one that lost its head, of no type of its own."""


@dataclass(eq=False)
class Future:
    """An answer that is there at a moment of the scripted clock."""

    at: float
    answer: Callable[[], Any]


class ScriptedRay:
    """What `ray_workers` uses of Ray.

    Args:
        seconds: a recording takes.
    """

    def __init__(self, seconds: Callable[[Job], float] = lambda job: 1.0) -> None:
        self._seconds = seconds
        self.now = 0.0
        self.lost, self._told = False, False
        self.begun: list[tuple[str, float]] = []
        """Recordings, and when each was begun."""

    def stand_in(self, patch: pytest.MonkeyPatch) -> None:
        """Take Ray's place, and that of the clock that it is held to."""
        patch.setattr(ray_workers, "ray", self)
        patch.setattr(ray_workers, "time", SimpleNamespace(monotonic=lambda: self.now))
        patch.setattr(ray_session, "join", lambda *_: None)
        patch.setattr(ray_session, "leave", lambda: None)

    def remote(self, **_: Any) -> Any:
        return lambda kind: SimpleNamespace(remote=lambda *given: _Handle(self, kind(*given)))

    def call(self, actor: Any, method: str, *given: Any) -> Future:
        self._connected()
        takes = 0.0
        if method == "stream":
            takes = self._seconds(given[0])
            self.begun.append((given[0].recording, self.now))
        return Future(self.now + takes, partial(getattr(actor, method), *given))

    def wait(
        self, futures: Sequence[Future], num_returns: int, timeout: float
    ) -> tuple[list[Future], list[Future]]:
        self._connected()
        first = min(future.at for future in futures)
        self.now = max(self.now, min(first, self.now + timeout))
        ready = [future for future in futures if future.at <= self.now][:num_returns]
        return ready, [future for future in futures if future not in ready]

    def get(self, future: Future, timeout: float | None = None) -> Any:
        self._connected()
        return future.answer()

    def kill(self, actor: Any) -> None:
        self._connected()

    def _connected(self) -> None:
        if not self.lost:
            return
        if not self._told:
            self._told = True
            raise ConnectionError("client is\ndisconnected")
        raise Exception(CUT_OFF)


class _Handle:
    """An actor, as its driver sees it."""

    def __init__(self, ray: ScriptedRay, actor: Any) -> None:
        self._ray, self._actor = ray, actor

    def __getattr__(self, method: str) -> Any:
        return SimpleNamespace(remote=partial(self._ray.call, self._actor, method))
