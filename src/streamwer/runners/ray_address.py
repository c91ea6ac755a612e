"""Is there a Ray at an address? Asked in a bounded time, since Ray itself tries for minutes.

Both of Ray's doors, that of a cluster and that of its clients, speak gRPC, which is HTTP/2: whoever
answers the greeting of that protocol in its own words may be one, and whoever does not is none.
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
"""An empty frame SETTINGS: length, type, flags, stream (RFC 9113, section 4.1)."""
_GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _SETTINGS
_TYPE = 3
"""Where a frame has its type."""
_DIRECTLY = [("grpc.enable_http_proxy", 0)]
"""As Ray calls: not by the proxy of `http_proxy`."""
_REMEDY = (
    "start one with `ray start --head` and `ray start --address=HOST:6379` on the other nodes, see"
    " docs/cluster.md, or choose cluster.address=local"
)


def found(address: str) -> str:
    """The address itself; for `auto` that of RAY_ADDRESS, else of the head begun on this machine.

    Raises:
        ClusterError: no Ray answers there.
    """
    place, told = address, f"cluster.address={address}"
    if address == AUTO:
        place = os.environ.get("RAY_ADDRESS", "") or _begun_here()
        told += f" ({place})"
    if place == AUTO or not place:
        raise ClusterError(
            f"cluster.address={AUTO}: no Ray was started on this machine, and RAY_ADDRESS names"
            f" none; {_REMEDY}"
        )
    parts = urlsplit(place if "://" in place else f"gcs://{place}")
    if parts.hostname and parts.port:
        why = _silent(parts.hostname, parts.port)
        if why:
            raise ClusterError(f"{told}: no Ray answers there ({why}); {_REMEDY}")
    return place


def wants_token(place: str) -> bool | None:
    """Whether the head at HOST:PORT lets in only who shows its token; None where it does not say.

    It is asked without one.
    """
    import grpc  # only now: it takes a while, which a run without a cluster need not wait for

    if _encrypted():
        return None
    with grpc.insecure_channel(place, _DIRECTLY) as channel:
        ask = channel.unary_unary("/ray.rpc.NodeInfoGcsService/GetClusterId")
        try:
            ask(b"", timeout=PATIENCE_S)
        except grpc.RpcError as error:
            return True if error.code() is grpc.StatusCode.UNAUTHENTICATED else None
    return False


def _encrypted() -> bool:
    return os.environ.get("RAY_USE_TLS", "0") not in ("", "0")


def _begun_here() -> str:
    """What `ray start` notes of the head that it began last."""
    noted = Path(os.environ.get("RAY_TMPDIR", tempfile.gettempdir())) / "ray/ray_current_cluster"
    return noted.read_text().strip() if noted.is_file() else ""


def _silent(host: str, port: int) -> str:
    """Why it cannot be a Ray; nothing if it may be one."""
    try:
        with socket.create_connection((host, port), timeout=PATIENCE_S) as door:
            if _encrypted():  # it wants another greeting
                return ""
            door.sendall(_GREETING)
            answer = door.recv(len(_SETTINGS))
    except TimeoutError:
        return f"nothing within {PATIENCE_S:g} s"
    except OSError as error:
        return (error.strerror or str(error)).lower()
    spoken = len(answer) > _TYPE and answer[_TYPE] == _SETTINGS[_TYPE]
    return "" if spoken else "something else does"
