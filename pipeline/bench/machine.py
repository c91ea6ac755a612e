"""What the figures were measured on, without anything that tells whose machine it is."""

from __future__ import annotations

import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

from streamwer.cluster import cores

_PACKAGES = ("streamwer", "faster-whisper", "ctranslate2", "onnxruntime", "numpy")
_CPUINFO = Path("/proc/cpuinfo")


def facts() -> dict[str, Any]:
    """Processor, cores, system, and the versions that matter."""
    return {
        "cpu": _processor(),
        "cores": cores(),
        "threads": 1,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {package: version(package) for package in _PACKAGES},
    }


def _processor() -> str:
    """The processor's name, where the system gives one."""
    if _CPUINFO.is_file():
        named = re.search(r"^model name\s*: (.+)$", _CPUINFO.read_text(), re.MULTILINE)
        if named:
            return named[1].strip()
    return platform.processor() or platform.machine()
