"""The adapter that docs/servers.md shows is whole: it measures a server as it stands."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from streamwer.config import registry
from streamwer.servers.decoding import decode_session
from streamwer.servers.session import Call, play_session
from tests.servers.fakes import Script, serve_websocket

PAGE = Path("docs/servers.md").read_text(encoding="utf-8")


@pytest.fixture
def adapter(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(registry._registered, "server", dict(registry._registered["server"]))
    (source,) = re.findall(r"^```py\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    module = ModuleType("ours")
    monkeypatch.setitem(sys.modules, "ours", module)  # dataclasses look for it there
    exec(source, module.__dict__)
    return module.Ours


def test_the_adapter_of_the_page_measures_a_server(adapter: Any) -> None:
    lines = [(0.0, {"text": "hello", "final": False}), (0.1, {"text": "hello you", "final": True})]
    script = Script(lines, is_end=lambda message: message == "end")
    with serve_websocket(script) as url:
        config = adapter.Config(url=url)
        assert config.protocol == "ours"
        session = play_session(Call("a", bytes(9600)), adapter(config))
    assert script.audio_bytes == 9600
    (first, last) = decode_session(session, adapter, 0.1).steps
    assert [word.text for word in first.update.tentative] == ["hello"]
    assert [word.text for word in last.update.committed] == ["hello", "you"]


def test_the_page_has_every_protocol_and_what_it_takes_for_final() -> None:
    (section,) = re.findall(r"^## Protocols\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|", section, re.MULTILINE))
    known = {name: each.final for name, each in registry.list_classes("server").items()}
    assert rows.keys() == known.keys()
    for name, text in rows.items():
        assert known[name].startswith(text), name
