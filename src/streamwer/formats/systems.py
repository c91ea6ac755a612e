"""Which of the files that a command line names belong to one system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from streamwer.errors import LogError
from streamwer.formats.detection import is_own

Systems = Mapping[str, Sequence[Path]]
"""By name, the paths of one log."""


def systems(paths: Sequence[Path]) -> Systems:
    """Every event log of this project is a system, and all other files are one more.

    A system is called what its folder or its first file is, or by its path where two would be
    called the same.
    """
    expanded = [inside for path in paths for inside in _event_logs(path)]
    unique = list(dict.fromkeys(expanded))
    groups = [[path] for path in unique if is_own(path)]
    others = [path for path in unique if not is_own(path)]
    return _named([*groups, others] if others else groups)


def with_baseline(found: Systems, baseline: Path) -> tuple[Systems, str]:
    """The systems with the baseline among them, and what it is called.

    Raises:
        LogError: it is not one log.
    """
    wanted = list(systems([baseline]).values())
    if len(wanted) != 1:
        raise LogError(f"--baseline {baseline}: {len(wanted)} event logs; name one of them")
    everything = [paths for paths in found.values() if _same(paths, wanted[0])] or wanted
    others = [paths for paths in found.values() if not _same(paths, wanted[0])]
    named = _named([*everything, *others])
    return named, next(iter(named))


def _event_logs(path: Path) -> Iterator[Path]:
    """The path; or, of a folder of event logs, all of them."""
    inside = sorted(filter(is_own, path.iterdir())) if path.is_dir() and not is_own(path) else []
    yield from inside or [path]


def _named(groups: Sequence[Sequence[Path]]) -> Systems:
    short = [group[0].absolute().name for group in groups]
    return {
        name if short.count(name) == 1 else str(group[0]): group
        for name, group in zip(short, groups, strict=True)
    }


def _same(one: Sequence[Path], other: Sequence[Path]) -> bool:
    return [path.resolve() for path in one] == [path.resolve() for path in other]
