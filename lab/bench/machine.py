"""What the figures were measured on, without anything that tells whose machine it is."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

from streamwer.runners.hardware import count_cores, name_processor

_PACKAGES = ("streamwer", "faster-whisper", "ctranslate2", "onnxruntime", "numpy")


def read_facts() -> dict[str, Any]:
    """Processor, cores, system, and the versions that matter."""
    return {
        "cpu": name_processor(),
        "cores": count_cores(),
        "threads": 1,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {package: version(package) for package in _PACKAGES},
    }
