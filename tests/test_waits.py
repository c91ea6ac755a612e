"""No test waits for ever: what does not come is a failure that says where."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent
WAITS = re.compile(r"subprocess|communicate|\.(?:wait|join|result)\(\)")


def endless(path: Path) -> Iterator[str]:
    """Calls that wait for a process, a thread or a result, and not for so many seconds at most."""
    text = path.read_text(encoding="utf-8")
    if not WAITS.search(text):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and waits(node) and not has_timeout(node):
            yield f"{path.relative_to(FOLDER)}:{node.lineno}: {ast.unparse(node)}"


def waits(call: ast.Call) -> bool:
    of = ast.unparse(call.func)
    if of in ("subprocess.run", "subprocess.check_output", "subprocess.check_call"):
        return True
    bare = of.endswith((".wait", ".join", ".result")) and not call.args
    return bare or of.endswith(".communicate")


def has_timeout(call: ast.Call) -> bool:
    return any(keyword.arg == "timeout" for keyword in call.keywords)


def test_each_wait_has_an_end() -> None:
    found = [each for path in sorted(FOLDER.rglob("*.py")) for each in endless(path)]
    assert found == []


def test_a_wait_without_an_end_is_found() -> None:
    calls = "subprocess.run(['x']); p.communicate(b''); t.join(); ', '.join(a); p.wait(timeout=9)"
    found = [node for node in ast.walk(ast.parse(calls)) if isinstance(node, ast.Call)]
    assert [waits(call) and not has_timeout(call) for call in found] == [
        True,
        True,
        True,
        False,
        False,
    ]
