"""Whether a Ray is at an address is known in seconds; Ray itself would try for minutes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path

import grpc
import pytest

from streamwer.errors import ClusterError
from streamwer.runners import ray_address, ray_session

SETTINGS = b"\0\0\x06\x04\0\0\0\0\0\0\x05\0\0\x40\0"
"""The first frame of a server of HTTP/2 with one setting (RFC 9113, section 6.5)."""
PATIENCE_S = 30.0
MODE = "RAY_AUTH_MODE", "token"


@contextmanager
def answer_once(answer: bytes) -> Iterator[str]:
    """A server that says one thing, once it is spoken to."""

    def serve() -> None:
        door, _ = server.accept()
        with door:
            door.recv(100)
            door.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE_S)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join(PATIENCE_S)


@contextmanager
def hold_closed_port() -> Iterator[str]:
    """A port at which nobody listens, and which nobody else is given meanwhile."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{door.getsockname()[1]}"


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_what_speaks_the_protocol_may_be_a_ray(scheme: str) -> None:
    with answer_once(SETTINGS) as place:
        assert ray_address.resolve_address(scheme + place) == scheme + place


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n", b""])
def test_another_server_is_not_taken_for_one(answer: bytes) -> None:
    with answer_once(answer) as place, pytest.raises(ClusterError, match="something else does"):
        ray_address.resolve_address(place)


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_a_closed_door_is_one_line_with_the_key_and_the_remedy(scheme: str) -> None:
    with hold_closed_port() as place, pytest.raises(ClusterError) as refused:
        ray_address.resolve_address(scheme + place)
    told = str(refused.value)
    assert told.startswith(
        f"cluster.address={scheme}{place}: no Ray answers there (connection refused);"
    )
    assert "`ray start --head`" in told
    assert "\n" not in told


def test_one_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_address, "PATIENCE_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(ClusterError, match=r"nothing within 0\.1 s"):
            ray_address.resolve_address(place)


def test_auto_is_what_the_environment_names_else_the_head_begun_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    with pytest.raises(ClusterError, match="no Ray was started on this machine"):
        ray_address.resolve_address("auto")
    (tmp_path / "ray").mkdir()
    with answer_once(SETTINGS) as place:
        (tmp_path / "ray" / "ray_current_cluster").write_text(place)
        assert ray_address.resolve_address("auto") == place
    with hold_closed_port() as place:
        monkeypatch.setenv("RAY_ADDRESS", f"ray://{place}")
        with pytest.raises(ClusterError, match=r"cluster\.address=auto \(ray://127"):
            ray_address.resolve_address("auto")


@contextmanager
def head(token: bool) -> Iterator[str]:
    """A head of a cluster, as far as who has no token can tell."""

    class Asked(grpc.GenericRpcHandler):
        def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
            return grpc.unary_unary_rpc_method_handler(answer)

    def answer(_: bytes, context: grpc.ServicerContext) -> bytes:
        if token:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "InvalidAuthToken")
        return b""

    with ThreadPoolExecutor(1) as pool:
        server = grpc.server(pool, handlers=[Asked()])
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.stop(0).wait(PATIENCE_S)


@pytest.mark.parametrize(
    ("token", "mode", "problem"),
    [
        (True, "token", ""),
        (False, "", ""),
        (True, "", "its head lets in only who shows its token"),
        (False, "token", "its head has no token"),
    ],
)
def test_a_token_that_only_one_side_wants_is_one_line_at_once(
    monkeypatch: pytest.MonkeyPatch, token: bool, mode: str, problem: str
) -> None:
    """Ray's own word on it comes late, or is that workers died."""
    monkeypatch.setenv("RAY_AUTH_MODE", mode)
    expected = pytest.raises(ClusterError, match=problem) if problem else nullcontext()
    with head(token) as place, expected:
        ray_session._check_token(place, place)


def test_whom_a_head_lets_in_is_not_known_where_it_does_not_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A proxy is not asked: Ray does not go by it."""
    with head(token=True) as place, hold_closed_port() as nobody:
        monkeypatch.setenv("http_proxy", f"http://{nobody}")
        assert ray_address.requires_token(place)
        assert ray_address.requires_token(nobody) is None


@pytest.mark.parametrize(("named", "shown"), [("", True), ("elsewhere:6379", False)])
def test_a_head_that_was_begun_here_is_shown_the_token_that_is_here(
    monkeypatch: pytest.MonkeyPatch, named: str, shown: bool
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", named)
    monkeypatch.setenv("RAY_AUTH_MODE", "")
    monkeypatch.setattr(ray_address, "requires_token", lambda place: True)
    monkeypatch.setattr(ray_session, "_use_local_token", lambda: monkeypatch.setenv(*MODE))
    expected = nullcontext() if shown else pytest.raises(ClusterError, match="shows its token")
    with expected:
        ray_session._check_token("auto", "here:6379")
