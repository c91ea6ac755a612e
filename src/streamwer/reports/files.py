"""Write several files so that a reader never sees a half-written one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from streamwer.errors import StreamwerError

_TRIAL = ".trial"


def check_writable(folder: Path) -> None:
    """Check that files can be written to a folder, which need not exist, and leave no trace.

    Call it before work that takes long.

    Raises:
        StreamwerError: the folder cannot be written.
    """
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    try:
        write_files(folder, {_TRIAL: b""})
    finally:
        _remove([folder / _TRIAL])
        for parent in missing:
            with suppress(OSError):
                parent.rmdir()


def write_files(folder: Path, contents: Mapping[str, str | bytes]) -> None:
    """Write each name → text or bytes; rename them into place after all are on disk.

    Raises:
        StreamwerError: the folder cannot be written.
    """
    partial = {name: folder / f".{name}.partial" for name in contents}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            # What UTF-8 cannot hold is no reason to lose the report.
            encoded = content.encode(errors="replace") if isinstance(content, str) else content
            partial[name].write_bytes(encoded)
        for name, path in partial.items():
            path.replace(folder / name)
    except OSError as error:
        raise StreamwerError(
            f"{folder}: the report cannot be written ({error.strerror or error});"
            " make it a folder you may write to, with room left, or choose another"
        ) from error
    finally:
        _remove(partial.values())


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)
