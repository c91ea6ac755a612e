"""Write several files so that a reader never sees a half-written one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from streamwer._util.row_groups import replace_files
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
        with suppress(OSError):
            (folder / _TRIAL).unlink(missing_ok=True)
            for parent in missing:
                parent.rmdir()


def write_files(folder: Path, contents: Mapping[str, str | bytes]) -> None:
    """Write each name → text or bytes; rename them into place after all are on disk.

    Raises:
        StreamwerError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replace_files([folder / name for name in contents]) as paths:
            for path, content in zip(paths, contents.values(), strict=True):
                # What UTF-8 cannot hold is no reason to lose the report.
                encoded = content.encode(errors="replace") if isinstance(content, str) else content
                path.write_bytes(encoded)
    except OSError as error:
        raise StreamwerError(
            f"{folder}: the report cannot be written ({error.strerror or error});"
            " make it a folder you may write to, with room left, or choose another"
        ) from error
