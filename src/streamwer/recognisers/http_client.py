"""Posting to a server that may be slow, busy or broken: bounded retries, and no secrets told.

A redirection is not followed: audio and key go to the address that was configured or nowhere.
"""

from __future__ import annotations

import json
import math
import os
import random
import time
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

from streamwer.config.engine import HttpConfig
from streamwer.errors import ConfigError, ModelError

_LARGEST = 16 * 2**20  # bytes of an answer; an hour of words takes two million
_AT_ONCE = 2**16
_SHOWN = 200
_OK, _TIMEOUT, _BUSY, _SERVER = 200, 408, 429, 500


class _PassingError(Exception):
    """A failure that another attempt may not meet.

    Args:
        wait: seconds that the server asks for.
    """

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

    def __init__(self, engine: HttpConfig, sleep: Callable[[float], None] = time.sleep) -> None:
        self._config, self._sleep = engine, sleep
        self._key = _key(engine.api_key_env)
        parts = urlsplit(engine.url)
        self.where = f"{parts.scheme}://{parts.netloc}{parts.path}"  # a query may hold secrets
        self._session = requests.Session()

    def post(self, fields: Sequence[tuple[str, str]], sound: bytes) -> bytes:
        """The body of the server's answer to a form with these fields and a WAV file.

        Raises:
            ModelError: no attempt succeeded, or the server refuses; it names URL and status.
        """
        # Workers that fail together must not all come back together, and yet a run can be repeated.
        chance = random.Random(f"{self._config.seed}/{zlib.crc32(sound)}")
        for attempt in range(self._config.retries + 1):
            try:
                return self._attempt(fields, sound)
            except _PassingError as error:
                failure = error
            if attempt < self._config.retries:
                self._sleep(self._wait(failure, attempt, chance))
        times = self._config.retries + 1
        raise self._failed(f"{failure} ({times} attempt{'s' * (times > 1)})") from failure

    def _wait(self, failure: _PassingError, attempt: int, chance: random.Random) -> float:
        longest = self._config.longest_wait_s
        if failure.wait > longest:
            raise self._failed(
                f"{failure}, and asks to wait {failure.wait:g} s,"
                f" longer than engine.longest_wait_s={longest:g}"
            ) from failure
        backoff = math.ldexp(self._config.backoff_s, attempt) * (1 + chance.random() / 2)
        return min(longest, max(backoff, failure.wait))

    def _attempt(self, fields: Sequence[tuple[str, str]], sound: bytes) -> bytes:
        config, deadline = self._config, time.monotonic() + self._config.timeout_s
        try:
            with self._session.post(
                config.url,
                data=list(fields),
                files={"file": ("window.wav", sound, "audio/wav")},
                auth=self._signed,
                headers={"Accept-Encoding": "identity"},
                timeout=(config.connect_timeout_s, config.timeout_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = self._body(response, deadline)
                self._judge(response, body)
                return body
        except requests.exceptions.SSLError as error:
            raise self._failed(f"no secure connection ({_cause(error)})") from None
        except requests.ConnectTimeout:
            raise _PassingError(f"no connection within {config.connect_timeout_s:g} s") from None
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            raise _PassingError(f"no answer within {config.timeout_s:g} s") from None
        except (requests.ConnectionError, urllib3.exceptions.HTTPError, ConnectionError) as error:
            raise _PassingError(f"the connection broke ({_cause(error)})") from None
        except requests.RequestException as error:
            raise self._failed(f"posting failed ({type(error).__name__})") from None

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        parts: list[bytes] = []
        while part := response.raw.read1(_AT_ONCE):
            parts.append(part)
            if sum(map(len, parts)) > _LARGEST:
                raise self._failed(
                    f"status {response.status_code}, but its answer is longer than"
                    f" {_LARGEST // 2**20} MiB"
                )
            if time.monotonic() > deadline:
                raise _PassingError(f"no whole answer within {self._config.timeout_s:g} s")
        return b"".join(parts)

    def _judge(self, response: requests.Response, body: bytes) -> None:
        status = response.status_code
        if status == _OK:
            return
        told = f"status {status}{self._told(body)}"
        if status in (_TIMEOUT, _BUSY) or status >= _SERVER:
            raise _PassingError(told, _asked(response.headers.get("Retry-After", "")))
        if response.is_redirect:
            raise self._failed(f"status {status}: redirected; set engine.url to where it leads")
        raise self._failed(told)

    def _told(self, body: bytes) -> str:
        """What the server says of an error, in one line."""
        try:
            answer = json.loads(body)
            text = str(answer["error"]["message"])
        except (ValueError, RecursionError, KeyError, TypeError):
            text = body[: 4 * _SHOWN].decode("utf-8", "replace")
        line = self._without_key(" ".join(text.split()))[:_SHOWN]
        return f": {line}" if line else ""

    def _failed(self, reason: str) -> ModelError:
        return ModelError(self._without_key(f"{self.where}: {reason}"))

    def _without_key(self, text: str) -> str:
        return text.replace(self._key, "…") if self._key else text

    def _signed(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # Given even without a key: else `requests` would look for a password in ~/.netrc.
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _key(variable: str) -> str:
    if not variable:
        return ""
    key = os.environ.get(variable, "").strip()
    # A sign that no header may have would be shown by the error about it.
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        problem = "holds no usable API key" if key else "is not set"
        raise ConfigError(f"engine.api_key_env: the environment variable {variable} {problem}")
    return key


def _asked(header: str) -> float:
    """Seconds that Retry-After asks for: a number or a date (RFC 9110, section 10.2.3)."""
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


def _cause(error: Any) -> str:
    """The system's own word for it, of an error wrapped in errors; else its type."""
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
