"""Configuration keys that were renamed: an old one is refused with the name of the new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streamwer.errors import ConfigError

RENAMED_KEYS = {
    "alignment.least_explained": "alignment.min_information_gain",
    "alignment.most_mismatched": "alignment.max_mismatched",
    "alignment.most_odd": "alignment.max_implausible_durations",
    "alignment.most_silent": "alignment.max_non_speech",
    "alignment.most_unsaid": "alignment.max_unaligned_speech",
    "dataset.form": "dataset.reader",
    "dataset.unscored": "dataset.ignored_transcripts",
    "finished": "cache",
    "gate.dataset.form": "gate.dataset.reader",
    "gate.dataset.unscored": "gate.dataset.ignored_transcripts",
    "gate.elsewhere": "gate.other_cpu_factor",
    "gate.listed": "gate.max_recordings",
    "gate.rules.*.worse": "gate.rules.*.regression",
}
"""New key by old key; `*` is any name."""


def refuse_renamed_key(key: str) -> None:
    """Refuse a key such as "finished.folder" that has another name now.

    Raises:
        ConfigError: it has; the error names the new key.
    """
    parts = key.split(".")
    for old, new in RENAMED_KEYS.items():
        pattern = old.split(".")
        heads = parts[: len(pattern)]
        if len(heads) < len(pattern) or not all(map(_fits, pattern, heads)):
            continue
        name = iter(part for part, wanted in zip(heads, pattern, strict=True) if wanted == "*")
        path = [next(name) if part == "*" else part for part in new.split(".")]
        now = ".".join([*path, *parts[len(pattern) :]])
        raise ConfigError(f"{key}: this key is now {now}")


def refuse_renamed_keys(values: Mapping[str, Any], prefix: str = "") -> None:
    """Refuse renamed keys in a configuration.

    Args:
        values: nested mappings.
        prefix: where they stand, such as "gate."; empty for the whole configuration.

    Raises:
        ConfigError: there is one; the error names the new key.
    """
    for key, value in values.items():
        refuse_renamed_key(f"{prefix}{key}")
        if isinstance(value, Mapping):
            refuse_renamed_keys(value, f"{prefix}{key}.")


def _fits(pattern: str, part: str) -> bool:
    return pattern in ("*", part)
