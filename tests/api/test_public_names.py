"""The names of `import streamwer`: what they cost, and that each is documented."""

from __future__ import annotations

import doctest
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import streamwer as sw
from streamwer.audio import write_flac
from streamwer.config import registry
from streamwer.formats.manifest import write_manifest
from tests.api.conftest import CALLS, TOY
from tools import api_docs

DOCUMENTED = sorted(set(sw.__all__) - {"__version__"})
WITH_EXAMPLES = [name for name in DOCUMENTED if ">>>" in (getattr(sw, name).__doc__ or "")]
NO_VERB = re.compile(
    r"(what|which|whether|of|how|when|where|see|as|that|the|a|an)\b", re.IGNORECASE
)


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, streamwer; print(*(name for name in sys.modules if '.' not in name))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    ).stdout.split()
    assert "streamwer" in loaded
    assert not {"pandas", "numpy", "faster_whisper", "ctranslate2", "ray", "hydra"} & set(loaded)


def test_it_lists_its_names_and_refuses_others() -> None:
    assert dir(sw) == sorted(sw.__all__)
    assert re.match(r"\d+\.\d+", sw.__version__)
    with pytest.raises(AttributeError, match="module 'streamwer' has no attribute 'nonsense'"):
        sw.nonsense  # noqa: B018


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_name_is_documented(name: str) -> None:
    target = getattr(sw, name)
    documentation = inspect.getdoc(target) or ""
    assert documentation.partition("\n")[0].endswith((".", ":"))
    if not isinstance(target, type):
        assert not NO_VERB.match(documentation)
        parameters = inspect.signature(target).parameters
        missing = [each for each in parameters if f"{each}: " not in documentation]
        assert len(parameters) < 2 or not missing


@pytest.mark.parametrize("name", [*WITH_EXAMPLES, "streamwer"])
def test_its_example_gives_what_it_says(
    name: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names: dict[str, Any] = {}
    if name == "stream":
        request.getfixturevalue("tiny_en")
    if name == "compare":
        names |= {log: request.getfixturevalue("held_back") for log in ("log_a", "log_b")}
    if name != "stream":
        write_files(tmp_path)
        monkeypatch.chdir(tmp_path)
    target = sw if name == "streamwer" else getattr(sw, name)
    assert target.__doc__
    session = doctest.DocTestParser().get_doctest(target.__doc__, names, name, None, None)
    assert session.examples
    assert not [each for each in session.examples if doctest.SKIP in each.options]
    report: list[str] = []
    doctest.DocTestRunner().run(session, out=report.append)
    assert not report, "".join(report)


def write_files(folder: Path) -> None:
    """Write the files that examples name."""
    (folder / "references.txt").write_text("my name is jane i live in leeds\n")
    (folder / "hypotheses.txt").write_text("my name is jane i live on leeds\n")
    rows = [json.loads(line) for line in (TOY / "metadata.jsonl").read_text().splitlines()]
    calls = [sw.Reference(row["id"], "", 60.0, row["text"], row["speaker"]) for row in rows]
    write_manifest(folder, calls)
    (folder / "manifest.jsonl").rename(folder / "calls.jsonl")


def test_there_are_examples() -> None:
    assert {"stream", "score", "compare", "wer"} <= set(WITH_EXAMPLES)


def test_what_can_be_chosen_is_listed() -> None:
    assert {"prefix_agreement", "local_agreement", "offline"} <= set(sw.list_policies())
    assert {"tiny_en", "reference"} <= set(sw.list_models())
    metrics = sw.list_metrics()
    assert metrics.loc["wer", "better"] == "lower"
    assert (metrics != "").all().all()


def test_a_policy_of_ones_own_can_be_chosen_by_its_name() -> None:
    @sw.policy("of_this_test")
    class OfThisTest(sw.ConfiguredPolicy):
        pass

    try:
        assert "of_this_test" in sw.list_policies()
        assert OfThisTest().config.name == "of_this_test"
    finally:
        registry._registered["policy"].pop("of_this_test")


def test_the_page_of_the_api_is_current() -> None:
    remedy = "run `python -m tools.api_docs --write`"
    assert api_docs.PAGE.read_text(encoding="utf-8") == api_docs.make_page(), remedy


def test_the_page_of_the_api_has_every_name() -> None:
    listed = [name for names in api_docs.GROUPS.values() for name in names]
    assert sorted(listed) == DOCUMENTED


def test_the_code_of_the_first_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the toy model, and files of the names that it gives."""
    (code,) = re.findall(r"(?ms)^```py\n(.*?)^```", Path("README.md").read_text())
    write_flac(tmp_path / "call.mp3", sw.load_audio(CALLS[0])[: 4 * 16_000])
    (tmp_path / "call.stm").write_text("call 1 anna 0 60 hi this is michael\n")
    (tmp_path / "call.ctm").write_text("call 1 0.1 0.2 my\ncall 1 0.3 0.4 name\n")
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("1500.0000 0 700  my name\n")
    monkeypatch.chdir(tmp_path)
    exec(code.replace("tiny.en", "reference"), {})
    assert Path("out/index.html").is_file()
