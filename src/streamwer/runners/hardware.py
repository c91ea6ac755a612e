"""Processor, cores and graphics cards of a machine, without anything that identifies its owner."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_GPUS = Path("/proc/driver/nvidia/gpus")


def count_cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def name_processor() -> str:
    """Return the processor's name, where the system gives one."""
    if _CPUINFO.is_file():
        match = re.search(r"^model name\s*: (.+)$", _CPUINFO.read_text(), re.MULTILINE)
        if match:
            return match[1].strip()
    return platform.processor() or platform.machine()


def describe_hardware(device: str, count: int = 0) -> str:
    """Describe processor and cores, and the graphics cards where the device may use them.

    Args:
        device: of the model.
        count: number of cores; 0 for all that this process may use.
    """
    cards = [] if device in ("cpu", "none") else sorted(_read_gpu_names())
    count = count or count_cores()
    return " + ".join([f"{name_processor()} ({count} core{'s' * (count != 1)})", *cards])


def parse_processor(description: str) -> str:
    """Return the processor's name in a text of `describe_hardware`; "" where there is none."""
    match = re.match(r"(.+?) \(\d+ cores?\)", description)
    return match[1] if match else ""


def _read_gpu_names() -> list[str]:
    """Return the names of the NVIDIA cards, as the Linux driver has them."""
    texts = [file.read_text() for file in _GPUS.glob("*/information")]
    return [match[1].strip() for text in texts if (match := re.search(r"Model:(.+)", text))]
