"""Settings of the cache of finished recordings: the key `finished` of conf/config.yaml."""

from __future__ import annotations

from dataclasses import dataclass

from streamwer.config.settings import setting


@dataclass
class CacheConfig:
    """Where finished recordings are kept, whether they are used, and how many bytes of them."""

    folder: str = setting(
        "data/finished",
        "an absolute path may serve several checkouts",
        valid=lambda folder: bool(folder.strip()),
        remedy="must be the path of a folder",
    )
    resume: bool = setting(True, "whether recordings of earlier runs are used")
    max_gb: float = setting(2.0, "largest size", unit="gigabytes", above=0)

    @property
    def max_bytes(self) -> int:
        """Largest size of the cache."""
        return int(self.max_gb * 1e9)
