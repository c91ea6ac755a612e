"""What is said in the calls, by whom and under which condition: `script.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from streamwer.errors import ConfigError

SCRIPT = Path(__file__).with_name("script.yaml")
CLEAN = "clean"


@dataclass(frozen=True)
class Call:
    """One call of the script.

    Attributes:
        id: unique name, and that of its audio file.
        speaker: a name in `speakers.yaml`.
        condition: `clean`, or the name of a file in `conf/condition`.
        parts: sentences, and among them seconds of a hold in which nobody speaks.
    """

    id: str
    speaker: str
    condition: str
    parts: tuple[str | float, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is said, sentence by sentence."""
        return tuple(part for part in self.parts if isinstance(part, str))

    @property
    def hold_s(self) -> float:
        """Seconds of the holds in the call."""
        return sum(part for part in self.parts if not isinstance(part, str))

    @property
    def group(self) -> str:
        """The condition without its variant: `noise` for `noise_pink`."""
        return self.condition.partition("_")[0]


def read_script(path: Path = SCRIPT) -> tuple[Call, ...]:
    """Read the calls of a script.

    Raises:
        ConfigError: a call lacks a field or has one that is unknown, or an id occurs twice.
    """
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    calls = tuple(_parse_call(row, number, path) for number, row in enumerate(rows, start=1))
    ids = [call.id for call in calls]
    repeated = sorted({each for each in ids if ids.count(each) > 1})
    if repeated:
        raise ConfigError(f"{path}: the id {repeated[0]} occurs twice; give each call its own")
    return calls


def _parse_call(row: Mapping[str, Any], number: int, path: Path) -> Call:
    fields = {"id", "speaker", "condition", "said"}
    if set(row) != fields:
        raise ConfigError(f"{path}: call {number} needs the fields {', '.join(sorted(fields))}")
    parts = tuple(part if isinstance(part, str) else float(part) for part in row["said"])
    return Call(row["id"], row["speaker"], row["condition"], parts)
