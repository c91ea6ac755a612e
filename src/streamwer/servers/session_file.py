"""`sessions.jsonl`: all that was said in the sessions of a run, so that it can be decoded again.

The first line holds the protocol and the settings, without address and key; each other line is a
session. A binary message is `{"base64": …}`.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from streamwer.config import registry
from streamwer.config.settings import list_public_values
from streamwer.errors import LogError
from streamwer.formats.base import LogLine, read_json_lines
from streamwer.servers.protocol import Message, ServerConfig
from streamwer.servers.session import End, Session, TimedMessage

SESSION_FILE = "sessions.jsonl"
_VERSION = 1
_KEY = "streamwer_sessions"
_TEXTS = ("audio", "load", "hardware")


@dataclass(frozen=True)
class SessionRecord:
    """The sessions of a run, and what identifies it.

    Attributes:
        settings: of the server, without what is secret.
        audio: digest of the recordings.
        load: in one word.
        hardware: of the machine that the server ran on, where it was this one.
        sessions: in order of their recordings.
    """

    settings: Mapping[str, Any]
    audio: str
    load: str
    hardware: str
    sessions: tuple[Session, ...]

    @property
    def protocol(self) -> str:
        """Name of the adapter."""
        return str(self.settings["protocol"])


def list_public_settings(config: ServerConfig) -> dict[str, Any]:
    """List the settings of a server, without address and key, which belong in no file."""
    network = "loopback" if config.over_loopback else "network"
    return list_public_values(config) | {"network": network}


def write_sessions(path: Path, record: SessionRecord) -> None:
    """Write the sessions of a run. The folder must exist."""
    about = {key: getattr(record, key) for key in ("settings", *_TEXTS)}
    head: dict[str, Any] = {_KEY: _VERSION, **about}
    lines = [head, *map(_to_record, record.sessions)]
    with path.open("w", encoding="utf-8") as file:
        file.writelines(
            f"{json.dumps(line, ensure_ascii=True, allow_nan=False)}\n" for line in lines
        )


def read_sessions(path: Path) -> SessionRecord:
    """Read the sessions of a run.

    Raises:
        LogError: the file is no such record; names the line.
        ConfigError: its protocol is not known here.
    """
    lines = read_json_lines(path)
    head = next(iter(islice(lines, 1)), None)
    if head is None or head.record.get(_KEY) != _VERSION:
        raise LogError(f"{path}: not a record of sessions of version {_VERSION} ({SESSION_FILE})")
    try:
        settings = dict(head.record["settings"])
        registry.find("server", settings["protocol"])
        texts = {key: str(head.record[key]) for key in _TEXTS}
    except (KeyError, TypeError, ValueError) as error:
        raise LogError(f"{head.where}: not the head of a record of sessions ({error})") from error
    sessions = sorted(map(_parse_session, lines), key=lambda each: each.recording)
    return SessionRecord(settings, sessions=tuple(sessions), **texts)


def _to_record(session: Session) -> dict[str, Any]:
    known = {
        key: None if isinstance(value, float) and math.isnan(value) else value
        for key, value in vars(session).items()
    }
    return known | {"messages": [[at, _encode(message)] for at, message in session.messages]}


def _encode(message: Message) -> str | dict[str, str]:
    return message if isinstance(message, str) else {"base64": base64.b64encode(message).decode()}


def _parse_session(line: LogLine) -> Session:
    values = line.record
    try:
        return Session(
            recording=str(values["recording"]),
            end=End(values["end"]),
            reason=str(values["reason"]),
            messages=tuple(
                TimedMessage(float(at), _decode(message)) for at, message in values["messages"]
            ),
            seconds=float(values["seconds"]),
            connect_s=_parse_time(values["connect_s"]),
            ready_s=_parse_time(values["ready_s"]),
            end_sent=_parse_time(values["end_sent"]),
            ended=_parse_time(values["ended"]),
            cpu_s=_parse_time(values.get("cpu_s")),
            lags=tuple(map(float, values["lags"])),
            sends=tuple(map(float, values["sends"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LogError(f"{line.where}: not a session ({error})") from error


def _parse_time(value: Any) -> float:
    return math.nan if value is None else float(value)


def _decode(message: Any) -> Message:
    return message if isinstance(message, str) else base64.b64decode(message["base64"])
