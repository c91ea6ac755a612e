"""The typed record of the key `finished` in conf/config.yaml: what a run keeps as it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from streamwer.config import bounds
from streamwer.config.bounds import RATE, Limit


@dataclass
class FinishedConfig:
    """Where finished recordings are kept, whether they are used, and how many bytes of them."""

    folder: str = "data/finished"
    resume: bool = True
    max_gb: float = 2.0

    @property
    def most_bytes(self) -> int:
        """The largest size of the store."""
        return int(self.max_gb * 1e9)


FINISHED_LIMITS: Mapping[str, Limit] = {
    "folder": Limit(lambda value: bool(value.strip()), "must be the path of a folder"),
    "max_gb": RATE,
}


def check(finished: FinishedConfig) -> None:
    """Refuse a store that cannot work.

    Raises:
        ConfigError: a value makes no sense; the first such key is named.
    """
    bounds.refuse("finished", asdict(finished), FINISHED_LIMITS)
