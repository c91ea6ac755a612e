"""One run of the command: check everything first, transcribe, write what is done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from streamwer._util import processes
from streamwer.cli import output, results, settings
from streamwer.cli.arguments import STDIN, Arguments
from streamwer.cli.board import Board
from streamwer.cli.display import Display, choose
from streamwer.cli.files import AudioFile, find, length
from streamwer.cli.output import Transcript
from streamwer.cli.results import Results
from streamwer.cli.views import duration
from streamwer.cli.workers import StartWorkers, start_processes
from streamwer.errors import StreamwerError
from streamwer.runners.pool import Finished, Workers
from streamwer.runners.pool import run as run_all
from streamwer.runners.worker import Job
from streamwer.types import Step

DONE, FAILED, UNUSABLE = 0, 1, 2


def run(arguments: Arguments, start: StartWorkers | None = None) -> int:
    """Transcribe the files and write the transcripts; the exit status.

    Raises:
        StreamwerError: something is missing or contradictory, and no work was begun.
    """
    chosen = settings.read(arguments)
    files = find(arguments.paths, arguments.folders)
    alone = len(files) == 1 and arguments.paths == (files[0].path,)
    names = [file.name for file in files]
    written = results.choose(arguments, chosen.shown, names, alone)
    if start is None:
        if not arguments.quiet:
            settings.warn_of_toy(chosen, [file.path for file in files])
        chosen, start = settings.with_model(chosen, arguments), start_processes
    return _Session(arguments, chosen, files, written).run(start)


class _Session:
    """The files, what became of them, and who is told."""

    def __init__(
        self,
        arguments: Arguments,
        chosen: settings.Settings,
        files: Sequence[AudioFile],
        written: Results,
    ) -> None:
        self._arguments, self._settings = arguments, chosen
        self._files, self._results = files, written
        self._done: dict[str, Transcript] = {}
        names = [file.name for file in files]
        self._board = Board(names, chosen.system.clock.name)
        quiet = arguments.quiet or written.where == Path(STDIN)
        self._display = choose(self._board, names, quiet)

    def run(self, start: StartWorkers) -> int:
        try:
            with processes.terminable(), self._display:
                if self._display.shows_total:
                    self._board.expect({file.name: length(file.path) for file in self._files})
                self._transcribe(start)
        except KeyboardInterrupt as request:
            self._stopped("interrupted")
            return processes.status_of(request)
        except StreamwerError as error:
            self._stopped(f"error: {error}")
            return UNUSABLE
        self._close()
        self._report()
        return FAILED if any(each.error for each in self._done.values()) else DONE

    def _transcribe(self, start: StartWorkers) -> None:
        count = min(self._arguments.jobs, len(self._files))
        heard = _Heard(self._display, self._results)
        workers = _Answers(start(self._settings.system, count, heard))
        # No lengths: the pool begins with the longest, but whoever watches expects their order.
        jobs = [Job(file.name, file.path, seconds=0.0) for file in self._files]
        run_all(jobs, workers, done=lambda job: self._finished(workers.latest[job.recording]))

    def _finished(self, answer: Finished) -> None:
        name = answer.job.recording
        self._done[name] = Transcript(
            file=name,
            seconds=self._board.seconds(name),
            words=() if answer.error else output.committed(answer.steps),
            error=answer.error or None,
            language="" if answer.error else output.find_language(answer.steps),
        )
        self._results.finished(self._done[name])
        self._display.finished(self._done[name])

    def _stopped(self, reason: str) -> None:
        """Keep what is done; the other files' entries say why they are not."""
        where, count = results.announced(self._results.where), len(self._done)
        self._close(reason)
        if count:
            reason += f": {count} of {len(self._files)} files done, in {where}"
        self._display.say(reason if count else f"{reason}; nothing was written to {where}")

    def _close(self, why_not: str = "") -> None:
        entries = (
            self._done.get(file.name) or Transcript(file.name, None, error=why_not)
            for file in self._files
        )
        self._results.close(list(entries), bool(self._done))

    def _report(self) -> None:
        """What was done, and whether the machine was fast enough for it to be repeatable."""
        board, where = self._board, results.announced(self._results.where)
        files = "1 file" if board.files == 1 else f"{board.files} files"
        self._display.summary(
            f"{files}, {duration(board.total)} of audio in {duration(board.elapsed)}: {where}"
        )
        clock = self._settings.system.clock.name
        if board.late_steps and clock != "profile" and not self._arguments.quiet:
            hint = "; with --clock unaware it does" if clock != "wall" else ""
            self._display.say(
                f"note: in {board.late_steps} of {board.steps} steps more audio had arrived than "
                f"was waited for, so that another run may not give the same words{hint}"
            )


class _Heard:
    """Passes on what workers say: to who is watching, and to what is written."""

    def __init__(self, display: Display, written: Results) -> None:
        self._display, self._results = display, written

    def opened(self, job: Job, seconds: float) -> None:
        self._results.opened(job.recording)
        self._display.opened(job, seconds)

    def stepped(self, job: Job, step: Step) -> None:
        self._results.stepped(job.recording, step)
        self._display.stepped(job, step)

    def warned(self, text: str) -> None:
        self._display.warned(text)


class _Answers:
    """Workers whose last answer for each recording is kept: `pool.run` only says that it ended."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self.latest: dict[str, Finished] = {}

    def wait(self) -> Finished | None:
        finished = self._workers.wait()
        if finished:
            self.latest[finished.job.recording] = finished
        return finished

    def idle(self) -> list[int]:
        return self._workers.idle()

    def submit(self, worker: int, job: Job) -> None:
        self._workers.submit(worker, job)

    def facts(self) -> dict[str, Any]:
        return self._workers.facts()

    def close(self) -> None:
        self._workers.close()
