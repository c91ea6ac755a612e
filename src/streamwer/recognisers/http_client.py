"""Posting to a server that may be slow, busy or broken: bounded retries, no secrets in errors.

A redirection is not followed: audio and key go to the address that was configured or nowhere.
"""

from __future__ import annotations

import json
import math
import os
import random
import re
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from streamwer.config.settings import setting
from streamwer.errors import ConfigError, ModelError

if TYPE_CHECKING:
    import requests

_LARGEST = 16 * 2**20  # bytes of an answer; an hour of words takes two million
_AT_ONCE = 2**16
_SHOWN = 200
_OK, _TIMEOUT, _BUSY, _SERVER = 200, 408, 429, 500


def _is_endpoint(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # a port that is no number raises here
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and "@" not in parts.netloc


def _is_variable(name: str) -> bool:
    return not name or bool(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name))


@dataclass
class ClientConfig:
    """Where windows are posted to, and how long and how often it is tried."""

    url: str = setting(
        "http://127.0.0.1:8000/v1/audio/transcriptions",
        "where windows are posted to",
        valid=_is_endpoint,
        remedy="must be http://… or https://… with a host and without a user name or a password",
        secret=True,
    )
    api_key_env: str = setting(
        "",
        "environment variable that holds the API key, empty for none; the key itself belongs in no"
        " file",
        valid=_is_variable,
        remedy="must be the name of an environment variable, never the key itself",
        secret=True,
    )
    connect_timeout_s: float = setting(
        5.0, "longest wait for a connection", unit="seconds", above=0
    )
    timeout_s: float = setting(
        30.0,
        "longest time from posting a window to the end of its answer",
        unit="seconds",
        above=0,
    )
    retries: int = setting(
        3,
        "further attempts after a broken connection, a time-out, or the status 429 or 5xx",
        at_least=0,
        at_most=20,  # more would only hide a server that is down
    )
    backoff_s: float = setting(
        0.5,
        "seconds to wait before the first of them; it doubles, and up to half of it more comes at"
        " random",
        at_least=0,
    )
    longest_wait_s: float = setting(
        20.0,
        "longest wait before an attempt, seconds; a server that asks for more has failed",
        at_least=0,
    )
    seed: int = setting(1, "seed of the random part of the waits", at_least=0)


class _PassingError(Exception):
    """A failure that another attempt may not meet; `wait` is the seconds that the server asks."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class Client:
    """Posts windows to `engine.url`.

    Args:
        sleep: what waits before a further attempt, seconds.

    Raises:
        ConfigError: the environment variable that must hold the API key does not.
    """

    def __init__(self, config: ClientConfig, sleep: Callable[[float], None] = time.sleep) -> None:
        import requests

        self._config, self._sleep = config, sleep
        self._key = _read_key(config.api_key_env)
        parts = urlsplit(config.url)
        self.where = f"{parts.scheme}://{parts.netloc}{parts.path}"  # a query may hold secrets
        self._session = requests.Session()

    def post(self, fields: Sequence[tuple[str, str]], sound: bytes) -> bytes:
        """Post a form with these fields and a WAV file, and return the body of the answer.

        Raises:
            ModelError: no attempt succeeded, or the server refuses; it names URL and status.
        """
        # Workers that fail together must not all come back together, and yet a run can be repeated.
        chance = random.Random(f"{self._config.seed}/{zlib.crc32(sound)}")
        for attempt in range(self._config.retries + 1):
            try:
                return self._post_once(fields, sound)
            except _PassingError as error:
                failure = error
            if attempt < self._config.retries:
                self._sleep(self._compute_wait(failure, attempt, chance))
        times = self._config.retries + 1
        raise self._make_error(f"{failure} ({times} attempt{'s' * (times > 1)})") from failure

    def _compute_wait(self, failure: _PassingError, attempt: int, chance: random.Random) -> float:
        longest = self._config.longest_wait_s
        if failure.wait > longest:
            raise self._make_error(
                f"{failure}, and asks to wait {failure.wait:g} s,"
                f" longer than engine.longest_wait_s={longest:g}"
            ) from failure
        backoff = math.ldexp(self._config.backoff_s, attempt) * (1 + chance.random() / 2)
        return min(longest, max(backoff, failure.wait))

    def _post_once(self, fields: Sequence[tuple[str, str]], sound: bytes) -> bytes:
        import requests
        import urllib3

        config, deadline = self._config, time.monotonic() + self._config.timeout_s
        try:
            with self._session.post(
                config.url,
                data=list(fields),
                files={"file": ("window.wav", sound, "audio/wav")},
                auth=self._sign,
                headers={"Accept-Encoding": "identity"},
                timeout=(config.connect_timeout_s, config.timeout_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = self._read_body(response, deadline)
                self._check_status(response, body)
                return body
        except requests.exceptions.SSLError as error:
            raise self._make_error(f"no secure connection ({_describe_cause(error)})") from None
        except requests.ConnectTimeout:
            raise _PassingError(f"no connection within {config.connect_timeout_s:g} s") from None
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            raise _PassingError(f"no answer within {config.timeout_s:g} s") from None
        except (requests.ConnectionError, urllib3.exceptions.HTTPError, ConnectionError) as error:
            raise _PassingError(f"the connection broke ({_describe_cause(error)})") from None
        except requests.RequestException as error:
            raise self._make_error(f"posting failed ({type(error).__name__})") from None

    def _read_body(self, response: requests.Response, deadline: float) -> bytes:
        parts: list[bytes] = []
        while part := response.raw.read1(_AT_ONCE):
            parts.append(part)
            if sum(map(len, parts)) > _LARGEST:
                raise self._make_error(
                    f"status {response.status_code}, but its answer is longer than"
                    f" {_LARGEST // 2**20} MiB"
                )
            if time.monotonic() > deadline:
                raise _PassingError(f"no whole answer within {self._config.timeout_s:g} s")
        return b"".join(parts)

    def _check_status(self, response: requests.Response, body: bytes) -> None:
        status = response.status_code
        if status == _OK:
            return
        message = f"status {status}{self._read_error(body)}"
        if status in (_TIMEOUT, _BUSY) or status >= _SERVER:
            wait = _parse_retry_after(response.headers.get("Retry-After", ""))
            raise _PassingError(message, wait)
        if response.is_redirect:
            raise self._make_error(f"status {status}: redirected; set engine.url to where it leads")
        raise self._make_error(message)

    def _read_error(self, body: bytes) -> str:
        """Read the server's message about an error, in one line."""
        try:
            answer = json.loads(body)
            text = str(answer["error"]["message"])
        except (ValueError, RecursionError, KeyError, TypeError):
            text = body[: 4 * _SHOWN].decode("utf-8", "replace")
        line = self._hide_key(" ".join(text.split()))[:_SHOWN]
        return f": {line}" if line else ""

    def _make_error(self, reason: str) -> ModelError:
        return ModelError(self._hide_key(f"{self.where}: {reason}"))

    def _hide_key(self, text: str) -> str:
        return text.replace(self._key, "…") if self._key else text

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # Given even without a key: else `requests` would look for a password in ~/.netrc.
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _read_key(variable: str) -> str:
    if not variable:
        return ""
    key = os.environ.get(variable, "").strip()
    # A sign that no header may have would be shown by the error about it.
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        problem = "holds no usable API key" if key else "is not set"
        raise ConfigError(f"engine.api_key_env: the environment variable {variable} {problem}")
    return key


def _parse_retry_after(header: str) -> float:
    """Return the seconds that Retry-After asks for: number or date (RFC 9110, section 10.2.3)."""
    try:
        asked = float(header)
    except ValueError:
        try:
            moment = parsedate_to_datetime(header)
        except ValueError:
            return 0.0
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        asked = (moment - datetime.now(UTC)).total_seconds()
    return max(0.0, asked) if math.isfinite(asked) else 0.0


def _describe_cause(error: Any) -> str:
    """Describe an error wrapped in errors in the system's own words; else by its type."""
    seen: set[int] = set()
    while isinstance(error, BaseException) and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.strerror:
            return str(error.strerror)
        inner = getattr(error, "reason", None) or error.__cause__ or error.__context__
        if inner is None:
            inner = next((each for each in error.args if isinstance(each, BaseException)), None)
        last, error = error, inner
    return type(last).__name__
