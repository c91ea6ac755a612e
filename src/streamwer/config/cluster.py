"""The typed record of `conf/cluster`: where the workers run."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from streamwer.config import bounds
from streamwer.config.bounds import COUNT, RATE, Limit
from streamwer.config.model import MISSING

LOCAL, AUTO = "local", "auto"
RUNNERS = ("local", "ray")
PATH, OBJECT_STORE = "path", "object_store"
AUDIO = (AUTO, PATH, OBJECT_STORE)
_PLACE = re.compile(r"(ray://)?([^\s:/@]+|\[[0-9a-fA-F:]+\]):\d{1,5}")


@dataclass
class ClusterConfig:
    """conf/cluster: where the workers run."""

    name: str = MISSING
    workers: int | None = None
    timeout_s: float = 900.0
    start_timeout_s: float = 300.0
    address: str = LOCAL
    gpus: float = 1.0
    audio: str = AUTO
    ship_model_mb: int = 512

    @property
    def joined(self) -> bool:
        """Whether it is a cluster that others have started, perhaps on other machines."""
        return self.address != LOCAL

    @property
    def sends_audio(self) -> bool:
        """Whether recordings travel to the workers, instead of their paths."""
        return self.audio == OBJECT_STORE or (self.audio == AUTO and self.joined)


CLUSTER_LIMITS: Mapping[str, Limit] = {
    "name": Limit(lambda value: value in RUNNERS, f"must be one of {', '.join(RUNNERS)}"),
    "workers": Limit(lambda value: value is None or COUNT.holds(value), f"{COUNT.remedy}, or null"),
    "timeout_s": RATE,
    "start_timeout_s": RATE,
    "address": Limit(
        lambda value: value in (LOCAL, AUTO) or bool(_PLACE.fullmatch(value)),
        "must be local, auto, HOST:PORT or ray://HOST:PORT",
    ),
    "gpus": Limit(
        lambda value: 0 < value <= 1 or (1 < value < math.inf and value == int(value)),
        "must be a share above 0 and up to 1, or a whole number",
    ),
    "audio": Limit(lambda value: value in AUDIO, f"must be one of {', '.join(AUDIO)}"),
    "ship_model_mb": Limit(lambda value: value >= 0, "must be at least 0"),
}


def check(cluster: ClusterConfig) -> None:
    """Refuse a cluster that cannot be.

    Raises:
        ConfigError: a value makes no sense; the first such key is named.
    """
    bounds.refuse("cluster", asdict(cluster), CLUSTER_LIMITS)
