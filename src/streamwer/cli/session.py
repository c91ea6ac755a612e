"""A run of `streaming` on files: check everything first, transcribe, write what is done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from streamwer._util import processes
from streamwer.audio.isolated_decoder import DECODER
from streamwer.cli import results, settings
from streamwer.cli.arguments import STDIN, Arguments
from streamwer.cli.board import ProgressBoard
from streamwer.cli.display import FileDisplay, LiveDisplay, find_terminal
from streamwer.cli.files import AudioFile, find_audio_files
from streamwer.cli.results import TranscriptWriter
from streamwer.cli.summary import CostSummary
from streamwer.cli.transcript import FileTranscript
from streamwer.cli.views import format_duration
from streamwer.cli.workers import ProcessWorkers, StartWorkers
from streamwer.errors import StreamwerError
from streamwer.runners.pool import JobResult, run_with_callback
from streamwer.runners.worker import Job
from streamwer.types import Step

DONE, FAILED, UNUSABLE = 0, 1, 2


def transcribe_files(arguments: Arguments, start: StartWorkers | None = None) -> int:
    """Transcribe the files and write the transcripts; return the exit status.

    Raises:
        StreamwerError: something is missing or contradictory, and no work was begun.
    """
    chosen = settings.read_settings(arguments)
    files = find_audio_files(arguments.paths, arguments.folders)
    alone = len(files) == 1 and arguments.paths == (files[0].path,)
    names = [file.name for file in files]
    written = results.choose_writer(arguments, chosen, names, alone)
    if start is None:
        if not arguments.quiet:
            settings.warn_of_toy_model(chosen, [file.path for file in files])
        chosen, start = settings.locate_model(chosen, arguments), ProcessWorkers
    return _Session(arguments, chosen, files, written).run(start)


class _Session:
    """The files and their transcripts; what workers report goes to the display and the output."""

    def __init__(
        self,
        arguments: Arguments,
        chosen: settings.Settings,
        files: Sequence[AudioFile],
        written: TranscriptWriter,
    ) -> None:
        self._arguments, self._settings = arguments, chosen
        self._files, self._results = files, written
        self._errors: dict[str, str | None] = {}
        self._cost = CostSummary()
        names = [file.name for file in files]
        self._board = ProgressBoard(names)
        texts, quiet = written.path != Path(STDIN), arguments.quiet
        console = find_terminal() if texts and not quiet else None
        self._display = (
            LiveDisplay(self._board, names, console)
            if console
            else FileDisplay(self._board, names, quiet, texts)
        )

    def run(self, start: StartWorkers) -> int:
        try:
            with processes.raise_on_sigterm(), self._display:
                if self._display.shows_total:
                    self._board.set_lengths(
                        {file.name: DECODER.read_duration(file.path) for file in self._files}
                    )
                self._transcribe(start)
        except KeyboardInterrupt as request:
            self._stop("interrupted")
            return processes.get_exit_status(request)
        except StreamwerError as error:
            self._stop(f"error: {settings.replace_keys(str(error), self._arguments.known)}")
            return UNUSABLE
        self._close()
        self._print_summary()
        return FAILED if any(self._errors.values()) else DONE

    def _transcribe(self, start: StartWorkers) -> None:
        count = min(self._arguments.jobs, len(self._files))
        workers = start(self._settings.system, count, self)
        # No lengths: the pool begins with the longest, but these are played in the order given.
        jobs = [Job(file.name, file.path, seconds=0.0) for file in self._files]
        run_with_callback(jobs, workers, self._finish_file)

    def start_file(self, job: Job, seconds: float) -> None:
        self._results.start_file(job.recording, seconds)
        self._display.start_file(job, seconds)

    def add_step(self, job: Job, step: Step) -> None:
        self._results.add_step(job.recording, step)
        self._display.add_step(job, step)

    def show_warning(self, text: str) -> None:
        self._display.show_warning(text)

    def _finish_file(self, answer: JobResult) -> None:
        name = answer.job.recording
        done = FileTranscript(
            file=name,
            seconds=self._board.get_seconds(name),
            steps=() if answer.error else answer.steps,
            error=answer.error or None,
        )
        self._errors[name] = done.error
        self._cost.add(done)
        self._results.finish_file(done)
        self._display.finish_file(done)

    def _stop(self, reason: str) -> None:
        """Keep what is done; the other files' entries say why they are not."""
        where, count = results.format_destination(self._results.path), len(self._errors)
        self._close(reason)
        if count:
            reason += f": {count} of {len(self._files)} files done, in {where}"
        self._display.show_message(reason if count else f"{reason}; nothing was written to {where}")

    def _close(self, why_not: str = "") -> None:
        left = (file.name for file in self._files if file.name not in self._errors)
        self._results.close([FileTranscript(name, None, error=why_not) for name in left])

    def _print_summary(self) -> None:
        """Print what was done and what it cost, and whether the machine was fast enough."""
        board, where = self._board, results.format_destination(self._results.path)
        files = "1 file" if board.files == 1 else f"{board.files} files"
        if failed := sum(map(bool, self._errors.values())):
            files += f" ({failed} failed)"
        self._display.show_note(
            f"{files}, {format_duration(board.total_seconds)} of audio in"
            f" {format_duration(board.elapsed)}: {where}"
        )
        if self._display.is_watched and (cost := self._cost.describe()):
            self._display.show_note(cost)
        clock = self._settings.system.clock.name
        if board.late_steps and clock != "profile" and not self._arguments.quiet:
            hint = "; with --clock unaware it does" if clock != "wall" else ""
            self._display.show_message(
                f"note: the model did not keep up with speech in {board.late_steps} of"
                f" {board.steps} steps, so that another run may not give the same words{hint}"
            )
