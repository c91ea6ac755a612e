"""Grouping of the files on a command line by system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from streamwer.errors import LogError
from streamwer.formats.detection import is_event_log

SystemPaths = Mapping[str, Sequence[Path]]
"""The paths of one log, by name of the system."""


def group_systems(paths: Sequence[Path]) -> SystemPaths:
    """Group paths by system: each of our event logs is one, all other files together are one.

    A system has the name of its folder or first file, or its path where two names are equal.
    """
    expanded = [log for path in paths for log in _list_event_logs(path)]
    unique = list(dict.fromkeys(expanded))
    groups = [[path] for path in unique if is_event_log(path)]
    others = [path for path in unique if not is_event_log(path)]
    return _name_groups([*groups, others] if others else groups)


def add_baseline(systems: SystemPaths, baseline: Path) -> tuple[SystemPaths, str]:
    """Return the systems with the baseline among them, and the name of the baseline.

    Raises:
        LogError: it is not one log.
    """
    wanted = list(group_systems([baseline]).values())
    if len(wanted) != 1:
        raise LogError(f"--baseline {baseline}: {len(wanted)} event logs; name one of them")
    everything = [paths for paths in systems.values() if _are_same(paths, wanted[0])] or wanted
    others = [paths for paths in systems.values() if not _are_same(paths, wanted[0])]
    names = _name_groups([*everything, *others])
    return names, next(iter(names))


def _list_event_logs(path: Path) -> Iterator[Path]:
    """Yield the path; of a folder of event logs, each of them."""
    logs = (
        sorted(filter(is_event_log, path.iterdir()))
        if path.is_dir() and not is_event_log(path)
        else []
    )
    yield from logs or [path]


def _name_groups(groups: Sequence[Sequence[Path]]) -> SystemPaths:
    short = [group[0].absolute().name for group in groups]
    return {
        name if short.count(name) == 1 else str(group[0]): group
        for name, group in zip(short, groups, strict=True)
    }


def _are_same(one: Sequence[Path], other: Sequence[Path]) -> bool:
    return [path.resolve() for path in one] == [path.resolve() for path in other]
