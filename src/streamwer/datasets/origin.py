"""Origin, licence and citation of a prepared data set.

It lies beside the manifest as `origin.json`; nothing in it is a secret or a path of this machine.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets import sidecar

NAME = "origin.json"


@dataclass(frozen=True)
class DatasetOrigin:
    """The source of a prepared data set.

    Attributes:
        repository: on the hub; empty for any other source.
        commit: of the repository, which is what was read.
        part: subset, split and files that were taken of it.
        pinned: whether the config names that commit, so that another run reads the same.
        rows: which of them were taken, if not all.
        licence: of the data.
        citation: how to cite them.
    """

    repository: str = ""
    commit: str = ""
    part: str = ""
    pinned: bool = True
    rows: str = ""
    licence: str = ""
    citation: str = ""

    def facts(self) -> dict[str, str]:
        """Return what is known of it, by a name to show."""
        commit = self.commit if self.pinned else f"{self.commit} (not pinned)"
        place = (f"{self.repository}@{commit}", self.part, self.rows)
        source = ", ".join(filter(None, place)) if self.repository else ""
        known = {"source": source, "licence": self.licence, "citation": self.citation}
        return {name: text for name, text in known.items() if text}


def is_commit(revision: str) -> bool:
    """Tell whether a revision is a commit, which never changes, and not a branch."""
    return re.fullmatch("[0-9a-f]{40}", revision) is not None


def describe_origin(config: DatasetConfig, commit: str) -> DatasetOrigin:
    """Describe where a data set is from.

    Args:
        config: of the data set.
        commit: that was read, of a data set on the hub.
    """
    hub = config.source == "hub"
    parts = (config.subset, config.split, config.files) if hub else ()
    return DatasetOrigin(
        repository=config.path if hub else "",
        commit=commit,
        part=", ".join(filter(None, parts)),
        pinned=not hub or commit == config.revision,
        rows=_describe_rows(config),
        licence=config.licence,
        citation=config.citation,
    )


def _describe_rows(config: DatasetConfig) -> str:
    if config.limit is None:
        return ""
    if config.shuffle_seed is None:
        return f"the first {config.limit} rows"
    return f"{config.limit} rows drawn with seed {config.shuffle_seed}"


def write_origin(folder: Path, origin: DatasetOrigin) -> None:
    """Write `origin.json` beside a manifest, if there is anything to say."""
    if not origin.facts():
        return
    sidecar.write_sidecar(folder / NAME, asdict(origin))


def read_origin(folder: Path) -> DatasetOrigin | None:
    """Read the origin of a prepared data set; None where there is none.

    Raises:
        DatasetError: the file is not as `write_origin` leaves it.
    """
    return sidecar.read_sidecar(folder / NAME, _parse_origin)


def _parse_origin(record: Any) -> DatasetOrigin:
    texts = {each.name: str(record[each.name]) for each in fields(DatasetOrigin)}
    return DatasetOrigin(**{**texts, "pinned": bool(record["pinned"])})  # type: ignore[arg-type]
