"""A server on loopback that answers as a test tells it to, and keeps what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.patience import PATIENCE_S

Respond = Callable[["Request"], None]


@dataclass
class Posted:
    """A request: its headers, its text fields (several under one name), and its file."""

    headers: Mapping[str, str]
    fields: dict[str, list[str]] = field(default_factory=dict)
    sound: bytes = b""


class Request(BaseHTTPRequestHandler):
    """One request being answered."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # which makes each answer in two parts wait 40 ms
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append(parse_request(dict(self.headers), body))
        responds = self.server.responds
        (responds.pop(0) if len(responds) > 1 else responds[0])(self)

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Answers in turn with `responds`; the last one answers for ever."""

    daemon_threads = True

    def __init__(self, *responds: Respond) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.responds, self.posted = list(responds), list[Posted]()
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1/audio/transcriptions"

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that gives up breaks the connection


@contextmanager
def run_server(*responds: Respond) -> Iterator[Server]:
    with Server(*responds) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join(PATIENCE_S)


def says(answer: Any) -> Respond:
    return lambda request: request.answer(json.dumps(answer).encode())


def sends(body: bytes, status: int = 200, **headers: str) -> Respond:
    return lambda request: request.answer(body, status, **headers)


def parse_request(headers: dict[str, str], body: bytes) -> Posted:
    head = f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(head + body)
    posted = Posted(headers)
    for part in form.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content: Any = part.get_payload(decode=True)
        if part.get_filename():
            posted.sound = content
        else:
            posted.fields.setdefault(name, []).append(content.decode())
    return posted
