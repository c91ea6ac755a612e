"""A served model: what is posted, what is tried again, and what fails, naming URL and status."""

from __future__ import annotations

import io
import logging
import socket
import threading
import time
import wave
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import numpy as np
import pytest

from streamwer import recognisers
from streamwer.config import experiment
from streamwer.config.cluster import ClusterConfig
from streamwer.config.compose import load_config
from streamwer.config.model import ModelConfig
from streamwer.errors import ConfigError, ModelError
from streamwer.policies.local_agreement import LocalAgreement
from streamwer.recognisers.base import Window
from streamwer.recognisers.engines.http import Http
from streamwer.recognisers.http_client import Client
from streamwer.runners.streaming import stream_recordings
from streamwer.runners.worker import Job
from streamwer.simulation.clock import build_clock as build_clock
from streamwer.simulation.serving import play_recording
from streamwer.types import Failure
from tests.recognisers.engine_fixtures import CALLS, call
from tests.recognisers.transcription_server import Request, Respond, run_server, says, sends

SECOND = np.linspace(-1, 1, 16_000, dtype=np.float32)
HELLO = {"text": "hello", "words": [{"word": "hello", "start": 0.25, "end": 0.5}]}
KEY = "sk-very-secret-123"
PATIENCE_S = 30.0


@pytest.fixture(autouse=True)
def _by_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")


ENGLISH, GERMAN = ModelConfig(language="en"), ModelConfig(language="de")


def engine(url: str, **changes: Any) -> Http.Config:
    quick: dict[str, Any] = {"backoff_s": 0.001, "longest_wait_s": 0.5, "timeout_s": 5.0}
    return Http.Config(url=url, **{**quick, **changes})


def recognise_words(url: str, window: Window | None = None, **changes: Any) -> list[str]:
    recogniser = Http(engine(url, **changes), ENGLISH)
    return [word.text for word in recogniser.recognise(window or Window(SECOND, 0)).words]


def breaks_off(request: Request) -> None:
    request.connection.shutdown(socket.SHUT_RDWR)
    request.close_connection = True


def close_connection(request: Request) -> None:
    request.answer(b'{"text": "hel', Content_Length="1000")
    request.close_connection = True


def never(request: Request) -> None:
    request.server.over.wait(10)


def drips(request: Request) -> None:
    request.answer(b"", Content_Length="1000")
    while not request.server.over.wait(0.02):
        request.wfile.write(b" ")


def endless(request: Request) -> None:
    request.answer(b"", Content_Length=str(10**9))
    while not request.server.over.is_set():
        request.wfile.write(bytes(2**20))


def test_a_server_finds_the_language_out_where_it_is_to_be_detected() -> None:
    with run_server(says(HELLO)) as server:
        values = ["engine=http", f"engine.url={server.url}", "model=base", "model.language=auto"]
        recogniser = recognisers.build_recogniser(
            experiment.build_system(load_config(values), "offline")
        )
        recogniser.recognise(Window(SECOND, 0))
    (posted,) = server.posted
    assert "language" not in posted.fields


def test_a_window_is_posted_as_a_wav_file_with_what_openai_wants_to_know() -> None:
    with run_server(says(HELLO)) as server:
        window = Window(SECOND, 32_000, prompt="what was said – before")
        recogniser = Http(engine(server.url, own_model="whisper-large", temperature=0.5), GERMAN)
        (word,) = recogniser.recognise(window).words
    assert (word.text, word.start, word.end) == ("hello", 2.25, 2.5)
    (posted,) = server.posted
    assert posted.fields == {
        "model": ["whisper-large"],
        "response_format": ["verbose_json"],
        "temperature": ["0.5"],
        "language": ["de"],
        "prompt": ["what was said – before"],
        "timestamp_granularities[]": ["word", "segment"],
    }
    assert "Authorization" not in posted.headers
    with wave.open(io.BytesIO(posted.sound)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16_000, 1, 2)
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    np.testing.assert_allclose(samples / 32767, SECOND, atol=1 / 65534)


def test_a_server_without_word_times_is_not_asked_for_them() -> None:
    with run_server(says({"text": "one two"})) as server:
        window = Window(SECOND, 0, prompt="before")
        assert recognise_words(server.url, window, response_format="json", send_prompt=False) == [
            "one",
            "two",
        ]
    assert set(server.posted[0].fields) == {"model", "response_format", "temperature", "language"}


def test_the_key_is_sent_and_never_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("SERVER_KEY", f" {KEY}\n")
    refusal = sends(f'{{"error": {{"message": "bad key {KEY}!"}}}}'.encode(), 401)
    with run_server(refusal) as server, pytest.raises(ModelError) as error:
        recognise_words(server.url, api_key_env="SERVER_KEY")
    assert server.posted[0].headers["Authorization"] == f"Bearer {KEY}"
    assert str(error.value) == f"{server.url}: status 401: bad key …!"
    assert KEY not in str(error.getrepr())
    assert KEY not in caplog.text


@pytest.mark.parametrize(("value", "problem"), [(None, "is not set"), ("a\nb", "no usable")])
def test_a_key_that_cannot_be_sent_is_refused_at_once(
    value: str | None, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SERVER_KEY", raising=False)
    if value:
        monkeypatch.setenv("SERVER_KEY", value)
    with pytest.raises(ConfigError, match=f"SERVER_KEY.*{problem}"):
        Http(engine("http://127.0.0.1:1/", api_key_env="SERVER_KEY"), ENGLISH)


@pytest.mark.parametrize(
    ("key", "value"),
    [("api_key_env", KEY), ("url", f"https://me:{KEY}@host/"), ("url", f"file:///{KEY}")],
)
def test_a_secret_in_the_wrong_key_is_refused_and_not_repeated(key: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"engine.{key} must be") as error:
        Http(Http.Config(**{key: value}), ENGLISH)
    assert KEY not in str(error.value)


@pytest.mark.parametrize(
    "failure",
    [sends(b"", 429), sends(b"oh no", 500), sends(b"", 503), breaks_off, close_connection],
    ids=["429", "500", "503", "reset", "truncated"],
)
def test_what_may_pass_is_tried_again(failure: Respond) -> None:
    with run_server(failure, failure, says(HELLO)) as server:
        assert recognise_words(server.url) == ["hello"]
    assert len(server.posted) == 3
    assert len({posted.sound for posted in server.posted}) == 1


@pytest.mark.parametrize(
    ("failure", "within", "said"),
    [
        (sends(b"slow down", 429), 5, "status 429: slow down (3 attempts)"),
        (sends(b'{"error": {"message": "on\\nfire"}}', 500), 5, "status 500: on fire (3 attempts)"),
        (close_connection, 5, "the connection broke (IncompleteRead) (3 attempts)"),
        (never, 0.5, "no answer within 0.5 s (3 attempts)"),
        (drips, 0.5, "no whole answer within 0.5 s (3 attempts)"),
    ],
    ids=["429", "500", "truncated", "never", "drips"],
)
def test_what_does_not_pass_fails_after_so_many_attempts(
    failure: Respond, within: float, said: str
) -> None:
    with run_server(failure) as server:
        with pytest.raises(ModelError) as error:
            recognise_words(server.url, retries=2, timeout_s=within)
        assert str(error.value) == f"{server.url}: {said}"
        deadline = time.monotonic() + PATIENCE_S
        while len(server.posted) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)  # who gave up does not wait for the server to have read it all
        assert len(server.posted) == 3


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (sends(b'{"error": {"message": "too short"}}', 400), "status 400: too short"),
        (sends(b"", 404), "status 404"),
        (
            sends(b"", 307, Location="http://127.0.0.1:9/elsewhere"),
            "status 307: redirected; set engine.url to where it leads",
        ),
        (sends(b"<html>nginx</html>"), "status 200, but its answer is not JSON: '<html>nginx"),
        (sends(b'{"text": 3}'), "status 200, but its answer is no transcription (text is not a"),
        (sends(b"[1, 2]"), "status 200, but its answer is no transcription"),
        (endless, "status 200, but its answer is longer than 16 MiB"),
    ],
    ids=["400", "404", "redirect", "html", "types", "list", "huge"],
)
def test_what_will_not_pass_fails_at_once(failure: Respond, said: str) -> None:
    with run_server(failure) as server, pytest.raises(ModelError) as error:
        recognise_words(server.url)
    assert str(error.value).startswith(f"{server.url}: {said}")
    assert len(server.posted) == 1


def test_a_server_that_is_not_there_is_named_without_its_query() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}/v1"
        with pytest.raises(ModelError) as error:
            recognise_words(f"{url}?key={KEY}", retries=1)
    assert str(error.value) == f"{url}: the connection broke (Connection refused) (2 attempts)"


def waits(respond: Respond, sound: bytes = b"sound", **changes: Any) -> list[float]:
    found: list[float] = []
    with run_server(respond) as server, pytest.raises(ModelError):
        Client(engine(server.url, **changes), found.append).post([], sound)
    return found


def test_waits_double_with_a_share_at_random_and_are_the_same_on_every_run() -> None:
    values = {"backoff_s": 1.0, "longest_wait_s": 6.0, "retries": 4}
    found = waits(sends(b"", 503), **values)
    assert found == waits(sends(b"", 503), **values)
    assert found != waits(sends(b"", 503), b"another sound", **values)
    assert found != waits(sends(b"", 503), seed=2, **values)
    assert all(2**i <= wait <= 1.5 * 2**i for i, wait in enumerate(found[:2]))
    assert found[3] == 6.0


def test_the_server_may_ask_for_a_longer_wait() -> None:
    asked = sends(b"", 429, Retry_After="3")
    assert waits(asked, longest_wait_s=6.0, retries=2) == [3.0, 3.0]
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    (wait,) = waits(sends(b"", 503, Retry_After=soon), longest_wait_s=100.0, retries=1)
    assert 30 < wait <= 60
    (wait,) = waits(sends(b"", 503, Retry_After="soon"), retries=1)
    assert wait < 0.01


def test_a_server_that_asks_for_too_long_a_wait_has_failed() -> None:
    with run_server(sends(b"", 429, Retry_After="3600")) as server:
        told = "status 429, and asks to wait 3600 s, longer than engine.longest_wait_s=0.5"
        with pytest.raises(ModelError, match=told):
            recognise_words(server.url)


def test_windows_that_are_too_short_are_not_posted() -> None:
    with run_server(sends(b"", 400)) as server:
        assert recognise_words(server.url, Window(SECOND[:1599], 0)) == []
        assert recognise_words(server.url, Window(SECOND[:0], 0), shortest_s=0.0) == []
    assert not server.posted


def test_pauses_are_listened_for_here() -> None:
    with run_server(sends(b"", 400)) as server:
        quiet = Window(np.zeros(16_000, np.float32), 0, listen_only=True)
        hypothesis = Http(engine(server.url), ENGLISH).recognise(quiet)
    assert hypothesis.silence == 1.0
    assert hypothesis.compute.listen > 0
    assert not server.posted


def test_compute_is_the_round_trip() -> None:
    arrived = threading.Event()

    def late(request: Request) -> None:
        arrived.wait(0.2)
        says(HELLO)(request)

    with run_server(late) as server:
        hypothesis = Http(engine(server.url), ENGLISH).recognise(Window(SECOND, 0))
    assert 0.2 <= hypothesis.compute.decode <= hypothesis.compute.total


def test_made_up_word_times_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with run_server(says(HELLO), says({"text": "one two"})) as server:
        recogniser = Http(engine(server.url), ENGLISH)
        recogniser.recognise(Window(SECOND, 0))
        assert recogniser.facts() == {"word_times": "from the server"}
        recogniser.recognise(Window(SECOND, 0))
        recogniser.recognise(Window(SECOND, 0))
    assert recogniser.facts() == {"word_times": "spread over the window by characters"}
    assert caplog.text.count("no word times") == 1


def test_a_recording_that_the_server_fails_is_a_failure_and_the_others_go_on() -> None:
    jobs = [Job(f"call_0{n}", CALLS / f"call_0{n}.flac", 4.0 - n) for n in (1, 2)]
    with run_server(sends(b"", 400), says(HELLO)) as server:
        settings = load_config(["engine=http", f"engine.url={server.url}", "policy=[offline]"])
        system = experiment.build_system(settings, "offline")
        outcome = stream_recordings(jobs, system, ClusterConfig(name="local"))
    assert outcome.failures == [Failure("call_01", f"{server.url}: status 400")]
    assert {step.recording for step in outcome.steps} == {"call_02"}
    assert outcome.facts["word_times"] == "from the server"


def test_a_policy_plays_a_call_into_a_served_model() -> None:
    with run_server(says(HELLO)) as server:
        policy = LocalAgreement()
        recogniser = Http(engine(server.url), ENGLISH)
        steps = list(
            play_recording("a", call(1)[:48_000], recogniser, policy, build_clock("measured"))
        )
    assert [word.text for step in steps for word in step.update.committed] == ["hello"]
    assert all(step.emitted > step.start for step in steps)
    assert len(server.posted) == len(steps) >= 3
