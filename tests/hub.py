"""A Hugging Face hub on the loopback: it serves folders as repositories; tests stay offline.

It answers what `huggingface_hub` and `datasets` ask for: repository and revision look-ups, trees,
paths, and files with byte ranges. `run` starts a process that sees only this hub: the libraries
read HF_ENDPOINT once, when they are imported.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.patience import PATIENCE_S

_API = re.compile(
    r"/api/(?P<kind>models|datasets)/(?P<repo>[^/]+/[^/]+)"
    r"(?:/(?P<verb>revision|tree|paths-info|auth-check)(?:/(?P<revision>[^/]+)(?:/(?P<path>.*))?)?)?"
)
_FILE = re.compile(
    r"/(?P<kind>datasets/)?(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)"
)

_SPOILT = bytes(byte ^ 1 for byte in range(256))
"""A bit of each byte is another."""


@dataclass(frozen=True)
class Repository:
    """One commit of a model or data set: the files of a folder.

    Attributes:
        folder: that holds them.
        commit: its hash.
        branch: a name that stands for the commit, as `main` does.
        tokens: who may read it; None for everyone. Of a gated repository anyone sees that it
            exists, but not its files.
    """

    folder: Path
    commit: str
    branch: str = "main"
    tokens: tuple[str, ...] | None = None

    def files(self) -> list[str]:
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in found)

    def entries(self, under: str, recursive: bool) -> list[dict[str, Any]]:
        inside = [name for name in self.files() if not under or name.startswith(under + "/")]
        parents = {parent for name in inside for parent in _parents(name)}
        names = [*sorted(parent for parent in parents if len(parent) > len(under)), *inside]
        depth = under.count("/") + 1 if under else 0
        return [self.entry(name) for name in names if recursive or name.count("/") == depth]

    def entry(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        if path.is_dir():
            return {"type": "directory", "path": name, "oid": _git(name.encode()), "size": 0}
        content = path.read_bytes()
        found = {"type": "file", "path": name, "oid": _git(content), "size": len(content)}
        if not _large(name):
            return found
        lfs = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 1}
        return {**found, "lfs": lfs}


@dataclass
class Hub:
    """The repositories on offer, by kind and id, and what was asked for so far.

    Attributes:
        url: its address.
        repositories: on offer.
        requests: method and path of each request.
        sent: bytes of files that were sent, by repository and path.
        breaks: repositories, of whose files no answer gets beyond this byte: the connection ends.
        spoils: repositories whose large files arrive with other bytes than the hub lists.
    """

    url: str
    repositories: dict[tuple[str, str], Repository] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    breaks: dict[str, int] = field(default_factory=dict)
    spoils: set[str] = field(default_factory=set)

    def add(
        self,
        kind: str,
        repo: str,
        folder: Path,
        commit: str,
        branch: str = "main",
        tokens: tuple[str, ...] | None = None,
    ) -> None:
        """Offer `folder` as commit `commit` of a repository; `kind` is "models" or "datasets"."""
        self.repositories[kind, repo] = Repository(folder, commit, branch, tokens)


@contextmanager
def serve() -> Iterator[Hub]:
    """A hub on a free port of the loopback, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    hub = Hub(f"http://127.0.0.1:{server.server_port}")
    server.hub = hub  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE_S)


def closed_port() -> str:
    """The address of a hub that nobody serves: connections are refused at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def run(
    url: str, cache: Path, folder: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run Python in `folder`, in a process that sees only the hub at `url`."""
    kept = {name: value for name, value in os.environ.items() if not _about_the_net(name)}
    root = Path(__file__).parents[1]
    ours = {
        "HF_ENDPOINT": url,
        "HF_HOME": str(cache),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)]),
    }
    command = [sys.executable, *arguments]
    env = {**kept, **ours, **environment}
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False
    )


def _about_the_net(name: str) -> bool:
    return name.upper().startswith(("HF_", "TRANSFORMERS_")) or name.lower().endswith("_proxy")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True  # which makes each answer in two parts wait 40 ms

    def do_GET(self) -> None:
        self._route()

    def do_HEAD(self) -> None:
        self._route()

    def do_POST(self) -> None:
        self._route(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean; `Hub.requests` has the log."""

    def _route(self, body: bytes = b"") -> None:
        hub: Hub = self.server.hub  # type: ignore[attr-defined]
        hub.requests.append(f"{self.command} {self.path}")
        url = urlsplit(self.path)
        if match := _API.fullmatch(url.path):
            self._api(hub, match, parse_qs(url.query), body)
        elif match := _FILE.fullmatch(url.path):
            self._file(hub, match)
        else:
            self._fail(404, "NotFound")

    def _repository(self, hub: Hub, match: re.Match[str], kind: str) -> Repository | None:
        repository = hub.repositories.get((kind, match["repo"]))
        revision = unquote(match["revision"] or "main")
        if repository is None:
            self._fail(401, "RepoNotFound")
        elif revision not in (repository.branch, repository.commit):
            self._fail(404, "RevisionNotFound")
        elif not self._may_read(repository):
            self._fail(403 if self._token() else 401, "GatedRepo")
        else:
            return repository
        return None

    def _token(self) -> str:
        return str(self.headers.get("Authorization", "")).removeprefix("Bearer ")

    def _may_read(self, repository: Repository) -> bool:
        if repository.tokens is None or self._token() in repository.tokens:
            return True
        match = _API.fullmatch(urlsplit(self.path).path)
        return match is not None and match["verb"] in (None, "revision")

    def _api(
        self, hub: Hub, match: re.Match[str], query: dict[str, list[str]], body: bytes
    ) -> None:
        repository = self._repository(hub, match, match["kind"])
        if repository is None:
            return
        path = unquote(match["path"] or "")
        if match["verb"] == "tree":
            recursive = query.get("recursive", ["false"])[0].lower() in ("true", "1")
            self._json(repository.entries(path, recursive))
        elif match["verb"] == "paths-info":
            self._json(_paths_info(repository, self.headers.get("Content-Type", ""), body))
        else:
            siblings = [{"rfilename": name} for name in repository.files()]
            self._json({"id": match["repo"], "sha": repository.commit, "siblings": siblings})

    def _file(self, hub: Hub, match: re.Match[str]) -> None:
        repository = self._repository(hub, match, "datasets" if match["kind"] else "models")
        if repository is None:
            return
        name, repo = unquote(match["path"]), match["repo"]
        path = repository.folder / name
        if not path.is_file():
            self._fail(404, "EntryNotFound", {"X-Repo-Commit": repository.commit})
            return
        content = path.read_bytes()
        headers = {"ETag": f'"{_etag(name, content)}"', "X-Repo-Commit": repository.commit}
        if repo in hub.spoils and _large(name):
            content = content.translate(_SPOILT)
        part, first, content_range = _part(content, self.headers.get("Range"))
        if content_range:
            headers["Content-Range"] = content_range
        stop = hub.breaks.get(repo, len(content)) - first
        if self.command == "GET":
            hub.sent[f"{repo}/{name}"] += max(0, min(stop, len(part)))
        if self.command == "GET" and stop < len(part):
            self._break_off(part, max(0, stop))
            return
        self._send(206 if content_range else 200, part, {"Accept-Ranges": "bytes", **headers})

    def _break_off(self, body: bytes, stop: int) -> None:
        self.send_response(206)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:stop])
        self.wfile.flush()
        self.close_connection = True

    def _json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _fail(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        self._send(status, b"{}", {"X-Error-Code": code, **(headers or {})})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _git(content: bytes) -> str:
    """The id that git gives to a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _large(name: str) -> bool:
    """Whether the hub keeps a file of this name by its SHA-256."""
    return name.endswith((".parquet", ".bin"))


def _etag(name: str, content: bytes) -> str:
    return hashlib.sha256(content).hexdigest() if _large(name) else _git(content)


def _parents(name: str) -> list[str]:
    return [parent.as_posix() for parent in Path(name).parents if parent.as_posix() != "."]


def _paths_info(repository: Repository, content_type: str, body: bytes) -> list[dict[str, Any]]:
    asked = json.loads(body) if "json" in content_type else parse_qs(body.decode())
    names = [name.rstrip("/") for name in asked["paths"]]
    return [repository.entry(name) for name in names if (repository.folder / name).exists()]


def _part(content: bytes, asked: str | None) -> tuple[bytes, int, str]:
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", asked or "")
    if match is None:
        return content, 0, ""
    first = int(match[1])
    last = min(int(match[2] or len(content)), len(content) - 1)
    return content[first : last + 1], first, f"bytes {first}-{last}/{len(content)}"
