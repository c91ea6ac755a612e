"""What a machine has, without anything that tells whose it is."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_GPUS = Path("/proc/driver/nvidia/gpus")


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor() -> str:
    """The processor's name, where the system gives one."""
    if _CPUINFO.is_file():
        named = re.search(r"^model name\s*: (.+)$", _CPUINFO.read_text(), re.MULTILINE)
        if named:
            return named[1].strip()
    return platform.processor() or platform.machine()


def described(device: str, count: int = 0) -> str:
    """Processor and cores, and the graphics cards where `device` may use them.

    Args:
        device: of the model.
        count: of cores, if not all that this process may use.
    """
    cards = [] if device in ("cpu", "none") else sorted(_cards())
    count = count or cores()
    return " + ".join([f"{processor()} ({count} core{'s' * (count != 1)})", *cards])


def processor_of(told: str) -> str:
    """The processor's name in what `described` says of some machine; "" where there is none."""
    found = re.match(r"(.+?) \(\d+ cores?\)", told)
    return found[1] if found else ""


def _cards() -> list[str]:
    """Names of the NVIDIA cards, as the Linux driver tells them."""
    texts = [file.read_text() for file in _GPUS.glob("*/information")]
    return [found[1].strip() for text in texts if (found := re.search(r"Model:(.+)", text))]
