"""Settings of `conf/cluster`: where the workers run."""

from __future__ import annotations

import re
from dataclasses import dataclass

from streamwer.config.model import MISSING
from streamwer.config.settings import setting

LOCAL, AUTO = "local", "auto"
PATH, OBJECT_STORE = "path", "object_store"
_ADDRESS = re.compile(r"(ray://)?([^\s:/@]+|\[[0-9a-fA-F:]+\]):\d{1,5}")


def _is_address(text: str) -> bool:
    return text in (LOCAL, AUTO) or bool(_ADDRESS.fullmatch(text))


def _is_gpu_share(gpus: float) -> bool:
    return 0 < gpus <= 1 or (gpus > 1 and gpus.is_integer())


@dataclass
class ClusterConfig:
    """conf/cluster: where the workers run."""

    name: str = setting(MISSING, "where the workers run", one_of=("local", "ray"))
    workers: int | None = setting(
        None, "number of workers; null for as many as the cores (and the GPUs) allow", at_least=1
    )
    timeout_s: float = setting(
        900.0,
        "longest time one recording may take before its worker is replaced",
        unit="seconds",
        above=0,
    )
    start_timeout_s: float = setting(
        300.0,
        "longest time without any worker, at the start or when nodes are lost",
        unit="seconds",
        above=0,
    )
    address: str = setting(
        LOCAL,
        "`local` starts a Ray for this run; `auto`, HOST:PORT or ray://HOST:PORT join a cluster",
        valid=_is_address,
        remedy="must be local, auto, HOST:PORT or ray://HOST:PORT",
    )
    gpus: float = setting(
        1.0,
        "GPUs of one worker where model.device is cuda",
        valid=_is_gpu_share,
        remedy="must be a share above 0 and up to 1, or a whole number",
    )
    audio: str = setting(
        AUTO,
        "how a worker gets recordings; auto: by path if address is local",
        one_of=(AUTO, PATH, OBJECT_STORE),
    )
    ship_model_mb: int = setting(
        512, "largest model sent to nodes that lack it", unit="megabytes", at_least=0
    )

    @property
    def is_external(self) -> bool:
        """True for a running cluster, perhaps on other machines, and not one for this run."""
        return self.address != LOCAL

    @property
    def sends_audio(self) -> bool:
        """True if recordings travel to the workers, instead of their paths."""
        return self.audio == OBJECT_STORE or (self.audio == AUTO and self.is_external)
