"""The Hugging Face hub: has it a repository at a revision and, if not, why, in a few words."""

from __future__ import annotations

import sys
import textwrap
from typing import Literal

from huggingface_hub import HfApi
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils.tqdm import disable_progress_bars

# The hub client has changed its HTTP library before; the base of its own error follows it.
_HttpError: type[BaseException] = HfHubHTTPError.__bases__[0]
FAILURES: tuple[type[BaseException], ...] = (_HttpError, OSError, HFValidationError)
"""What a hub call raises when the hub, or what was asked of it, is not there."""

_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (OfflineModeIsEnabled, "offline mode is on: HF_HUB_OFFLINE is set"),
    (GatedRepoError, "access has to be granted first: ask for it and run `hf auth login`"),
    (RepositoryNotFoundError, "the hub has no such repository, or it is private"),
    (RevisionNotFoundError, "the repository has no such revision"),
    (HFValidationError, "this is not a repository id (owner/name)"),
)
_PATIENCE_S = 10.0
_LONG = 300


class NotOnHubError(Exception):
    """A repository that cannot be had from the hub; the message is the reason alone."""


def commit(kind: Literal["model", "dataset"], repository: str, revision: str) -> str:
    """The commit hash that a revision stands for, from one request without retries.

    The download functions retry an unreachable hub for half a minute; asking this first tells
    at once.

    Raises:
        NotOnHubError: the hub cannot be reached, or lacks the repository or the revision.
    """
    try:
        found = HfApi().repo_info(
            repository, repo_type=kind, revision=revision, timeout=_PATIENCE_S
        )
    except FAILURES as error:
        raise NotOnHubError(reason(error)) from error
    return found.sha or revision


def reason(error: BaseException) -> str:
    """A hub failure in a few words."""
    for kind, words in _REASONS:
        if isinstance(error, kind):
            return words
    if isinstance(error, HfHubHTTPError):
        return f"the hub answered with status {error.response.status_code}"
    if isinstance(error, _HttpError | ConnectionError):
        return "the hub cannot be reached"
    return textwrap.shorten(str(error), _LONG, placeholder=" …") or type(error).__name__


def quiet() -> None:
    """Show the hub client's progress bars only to someone who watches a terminal."""
    if not sys.stderr.isatty():
        disable_progress_bars()
