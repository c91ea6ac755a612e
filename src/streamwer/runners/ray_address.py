"""Check quickly whether a Ray answers at an address, since Ray itself retries for minutes.

Both ports of Ray, for the cluster and for clients, speak gRPC, which is HTTP/2. A server that
answers the HTTP/2 preface with a SETTINGS frame may be Ray; any other is not.
"""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from streamwer.config.cluster import AUTO
from streamwer.errors import ClusterError

PATIENCE_S = 10.0
_SETTINGS = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
"""An empty SETTINGS frame: length, type, flags, stream (RFC 9113, section 4.1)."""
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _SETTINGS
_TYPE = 3
"""Index of the type in a frame."""
_NO_PROXY = [("grpc.enable_http_proxy", 0)]
"""Without the proxy of `http_proxy`, as Ray itself connects."""
_REMEDY = (
    "start one with `ray start --head` and `ray start --address=HOST:6379` on the other nodes, see"
    " docs/cluster.md, or choose cluster.address=local"
)


def resolve_address(address: str) -> str:
    """Return the address of the cluster; for `auto` that of RAY_ADDRESS or of the local head.

    Raises:
        ClusterError: no Ray answers there.
    """
    place, setting = address, f"cluster.address={address}"
    if address == AUTO:
        place = os.environ.get("RAY_ADDRESS", "") or _read_local_address()
        setting += f" ({place})"
    if place == AUTO or not place:
        raise ClusterError(
            f"cluster.address={AUTO}: no Ray was started on this machine, and RAY_ADDRESS names"
            f" none; {_REMEDY}"
        )
    parts = urlsplit(place if "://" in place else f"gcs://{place}")
    if parts.hostname and parts.port:
        why = _probe(parts.hostname, parts.port)
        if why:
            raise ClusterError(f"{setting}: no Ray answers there ({why}); {_REMEDY}")
    return place


def requires_token(place: str) -> bool | None:
    """Ask the head at HOST:PORT, without a token, whether it requires one; None if unknown."""
    import grpc  # slow to import, and only a cluster needs it

    if _uses_tls():
        return None
    with grpc.insecure_channel(place, _NO_PROXY) as channel:
        ask = channel.unary_unary("/ray.rpc.NodeInfoGcsService/GetClusterId")
        try:
            ask(b"", timeout=PATIENCE_S)
        except grpc.RpcError as error:
            return True if error.code() is grpc.StatusCode.UNAUTHENTICATED else None
    return False


def _uses_tls() -> bool:
    return os.environ.get("RAY_USE_TLS", "0") not in ("", "0")


def _read_local_address() -> str:
    """Return the address of the head that `ray start` began last on this machine."""
    file = Path(os.environ.get("RAY_TMPDIR", tempfile.gettempdir())) / "ray/ray_current_cluster"
    return file.read_text().strip() if file.is_file() else ""


def _probe(host: str, port: int) -> str:
    """Return why no Ray can be there; "" if there may be one."""
    try:
        with socket.create_connection((host, port), timeout=PATIENCE_S) as connection:
            if _uses_tls():  # the preface comes after a handshake
                return ""
            connection.sendall(_PREFACE)
            answer = connection.recv(len(_SETTINGS))
    except TimeoutError:
        return f"nothing within {PATIENCE_S:g} s"
    except OSError as error:
        return (error.strerror or str(error)).lower()
    spoken = len(answer) > _TYPE and answer[_TYPE] == _SETTINGS[_TYPE]
    return "" if spoken else "something else does"
