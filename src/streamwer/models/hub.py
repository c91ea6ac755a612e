"""Requests to the Hugging Face hub, and short explanations of its failures."""

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

# The hub client has changed its HTTP library before; the base of its error follows it.
_HttpError: type[BaseException] = HfHubHTTPError.__bases__[0]
FAILURES: tuple[type[BaseException], ...] = (_HttpError, OSError, HFValidationError)
"""Exceptions of the hub client when the hub, or what was requested, is not there."""

_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (OfflineModeIsEnabled, "offline mode is on: HF_HUB_OFFLINE is set"),
    (RepositoryNotFoundError, "the hub has no such repository, or it is private"),
    (RevisionNotFoundError, "the repository has no such revision"),
    (HFValidationError, "this is not a repository id (owner/name)"),
)
_PATIENCE_S = 10.0
_LONG = 300


class NotOnHubError(Exception):
    """A repository that is not available on the hub; the message is the reason alone."""


def resolve_commit(kind: Literal["model", "dataset"], repository: str, revision: str) -> str:
    """Resolve a revision to a commit hash, by one request without retries.

    The download functions retry an unreachable hub for half a minute; this fails at once.

    Args:
        kind: of the repository.
        repository: its id, owner/name.
        revision: a branch, tag or commit.

    Raises:
        NotOnHubError: the hub cannot be reached, or lacks the repository or the revision.
    """
    try:
        info = HfApi().repo_info(repository, repo_type=kind, revision=revision, timeout=_PATIENCE_S)
    except FAILURES as error:
        raise NotOnHubError(explain_failure(error, build_page_url(kind, repository))) from error
    return info.sha or revision


def build_page_url(kind: Literal["model", "dataset"], repository: str) -> str:
    """Return the address of a repository's web page."""
    return f"{constants.ENDPOINT}/{'datasets/' if kind == 'dataset' else ''}{repository}"


def explain_failure(error: BaseException, page: str = "") -> str:
    """Explain a failure of the hub in a few words.

    Args:
        error: from the hub client.
        page: address of the repository, where its terms can be accepted.
    """
    if isinstance(error, GatedRepoError):
        return _explain_gate(page)
    for kind, words in _REASONS:
        if isinstance(error, kind):
            return words
    if isinstance(error, HfHubHTTPError):
        return f"the hub answered with status {error.response.status_code}"
    if isinstance(error, _HttpError | ConnectionError):
        return "the hub cannot be reached"
    return textwrap.shorten(str(error), _LONG, placeholder=" …") or type(error).__name__


def _explain_gate(page: str) -> str:
    """Explain how to get access to a gated repository. The token itself is never shown."""
    accept = f"accept its terms at {page}" if page else "accept its terms on its page"
    if get_token():
        return f"the account of your token has not been granted access: {accept}, then try again"
    return f"access has to be granted first: {accept}, then set HF_TOKEN to a token of that account"


def hide_progress_bars() -> None:
    """Show the hub client's progress bars only on a terminal."""
    if not sys.stderr.isatty():
        disable_progress_bars()
