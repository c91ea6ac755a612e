"""The Hugging Face hub: has it a repository at a revision and, if not, why, in a few words."""

from __future__ import annotations

import sys
import textwrap
from typing import Literal

from huggingface_hub import HfApi, constants, get_token
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
        raise NotOnHubError(reason(error, page(kind, repository))) from error
    return found.sha or revision


def page(kind: Literal["model", "dataset"], repository: str) -> str:
    """The address at which a repository is shown to a person."""
    return f"{constants.ENDPOINT}/{'datasets/' if kind == 'dataset' else ''}{repository}"


def reason(error: BaseException, page: str = "") -> str:
    """A hub failure in a few words.

    Args:
        error: what was raised.
        page: of the repository, where its terms can be accepted.
    """
    if isinstance(error, GatedRepoError):
        return _gated(page)
    for kind, words in _REASONS:
        if isinstance(error, kind):
            return words
    if isinstance(error, HfHubHTTPError):
        return f"the hub answered with status {error.response.status_code}"
    if isinstance(error, _HttpError | ConnectionError):
        return "the hub cannot be reached"
    return textwrap.shorten(str(error), _LONG, placeholder=" …") or type(error).__name__


def _gated(page: str) -> str:
    """What to do for a repository that asks for consent. The token itself is never told."""
    accept = f"accept its terms at {page}" if page else "accept its terms on its page"
    if get_token():
        return f"the account of your token has not been granted access: {accept}, then try again"
    return f"access has to be granted first: {accept}, then set HF_TOKEN to a token of that account"


def quiet() -> None:
    """Show the hub client's progress bars only to someone who watches a terminal."""
    if not sys.stderr.isatty():
        disable_progress_bars()
