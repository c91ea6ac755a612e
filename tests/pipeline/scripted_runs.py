"""The stage `stream` in processes that may be killed, with a script in the place of the model.

`python -m tests.pipeline.scripted_runs run SYSTEM` runs it once in the working folder. `killed`
instead of `run` runs it once for each change that it makes to a file under `data/`, kills it just
before that change, runs it again, and prints what it saw as a line of JSON. Processes are forked,
since one that starts anew takes a second, but before anything has been done in them.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipeline import stream
from streamwer import recognisers
from streamwer.config import experiment
from streamwer.config.folders import EVENTS
from streamwer.recognisers.base import Recogniser
from streamwer.runners.cache import keys
from streamwer.runners.cache.store import ResultStore
from streamwer.runners.worker import Job, Worker
from streamwer.types import Step
from tests.scripted import Scripted, script

CALLS = Path("calls.log")
"""Which recordings were streamed, one in a line; not in `data/`: writing it kills nobody."""
WAIT = Path("wait")
"""While this file names a recording, it does not end."""
_CHANGES = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate")


def load(*_: Any) -> Recogniser:
    """Says the same in each window whatever it hears; each call takes as long."""
    return Scripted(script("my name is jane"), cost=lambda call: 0.125)


def streamed(worker: Worker, job: Job) -> tuple[Step, ...]:
    with CALLS.open("a") as log:
        log.write(f"{job.recording}\n")
    while job.recording in awaited():
        time.sleep(0.02)
    return _stream(worker, job)


def awaited() -> list[str]:
    with suppress(FileNotFoundError):
        return WAIT.read_text().split()
    return []


_stream = Worker.stream


def scripted() -> None:
    """From now on nothing in this process loads a model."""
    recognisers.build_recogniser = load
    recognisers.fetch_model = lambda *_: None
    Worker.stream = streamed  # type: ignore[method-assign]


def run(system: str) -> int:
    sys.argv = ["stream", "--system", system]
    return stream.main()


def forked(work: Callable[[], int]) -> int:
    """The status of a process that does the work: negative where a signal ended it."""
    child = os.fork()
    if not child:
        with open(os.devnull, "w") as sink:  # noqa: PTH123
            os.dup2(sink.fileno(), 1)
        os._exit(work())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_before(change: int, system: str) -> int:
    """Run, but for a change to a file under `data/` and all that come after it."""
    seen = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        if event not in _CHANGES or "data/" not in str(arguments[0]):
            return
        seen += 1
        if seen > change:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    return run(system)


def each_change(system: str) -> None:
    """Kill a run before each of its changes, from the same start, and let another one go on."""
    settings = experiment.load_params()  # what takes longest, once for all of them
    experiment.build_system(settings, system)
    keys.digest_code()
    importlib.import_module("pandas")  # which pyarrow would import in each of them
    experiment.load_params = lambda *_: settings
    out, store = EVENTS / system, Path("data/finished")
    change, status = 0, -signal.SIGKILL
    while status == -signal.SIGKILL:
        for folder in (out, store):
            shutil.rmtree(folder, ignore_errors=True)
        CALLS.unlink(missing_ok=True)
        status = forked(lambda at=change: killed_before(at, system))  # type: ignore[misc]
        first = CALLS.read_text().split() if CALLS.exists() else []
        kept = len(list(ResultStore(store, 0, print).list_entries()))
        shutil.rmtree(out, ignore_errors=True)  # as DVC does before it runs a stage
        CALLS.unlink(missing_ok=True)
        again = forked(lambda: run(system))
        second = CALLS.read_text().split() if CALLS.exists() else []
        log = {file.name: file.read_bytes().hex() for file in sorted(out.iterdir())}
        for name in ("measured.parquet", "digests.json"):  # where the times of loading are
            log.pop(name)
        seen = {"status": status, "again": again, "first": first, "kept": kept, "second": second}
        sys.stdout.write(json.dumps(seen | {"log": log}) + "\n")
        change += 1


if __name__ == "__main__":
    scripted()
    how, name = sys.argv[1:]
    sys.exit(each_change(name) if how == "killed" else run(name))
