"""Transcribe a live call until it ends or the user ends it; nothing that arrives is lost."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from streamwer import policies
from streamwer._util import processes
from streamwer.audio.live.live_source import LiveSource
from streamwer.audio.live.microphone import open_microphone
from streamwer.audio.live.pipes import AudioProducer, open_pipe, start_feed
from streamwer.cli import results, settings
from streamwer.cli.arguments import STDIN, Arguments, LiveInput
from streamwer.cli.call_display import CallBoard, CallDisplay
from streamwer.cli.display import find_terminal
from streamwer.cli.results import TranscriptWriter
from streamwer.cli.session import DONE, FAILED, UNUSABLE
from streamwer.cli.summary import CostSummary
from streamwer.cli.transcript import FileTranscript
from streamwer.config.experiment import SystemConfig
from streamwer.errors import AudioError
from streamwer.recognisers.base import Recogniser
from streamwer.runners.local import describe_error
from streamwer.simulation.clock import WallClock
from streamwer.simulation.serving import serve_streams
from streamwer.simulation.stream import Stream
from streamwer.types import Step

Handler = Callable[[int, FrameType | None], None]
Load = Callable[[SystemConfig], Recogniser]
"""Builds a recogniser."""
_LOST = "the machine does not keep up and audio was lost; later words have times too early"


def run_call(arguments: Arguments, live: LiveInput, load: Load | None = None) -> int:
    """Transcribe a live call and write its transcript; return the exit status.

    Args:
        arguments: the command line.
        live: the input.
        load: builds the recogniser; faster-whisper if None.

    Raises:
        StreamwerError: something is missing or contradictory, and nothing was listened to.
    """
    chosen = settings.read_settings(arguments)
    written = results.choose_writer(arguments, chosen, [live.name], alone=True)
    line = LiveSource()
    bring = _open_source(live, line)
    if live.microphone is None:
        start_feed(line, bring)  # now, so that nothing is lost while the model is loaded
    if load is None:
        from streamwer.cli.worker import build_recogniser

        if not arguments.quiet:
            settings.warn_of_toy_model(chosen, ())
        chosen, load = settings.locate_model(chosen, arguments), build_recogniser
    recogniser = load(chosen.system)
    if live.microphone is not None:
        start_feed(line, bring)
    texts = written.path != Path(STDIN)
    console = find_terminal() if texts and not arguments.quiet else None
    display = (
        CallBoard(live.name, line, console) if console else CallDisplay(arguments.quiet, texts)
    )
    return _Call(live.name, line, display, written).run(chosen.system, recogniser)


def _open_source(live: LiveInput, line: LiveSource) -> AudioProducer:
    if live.microphone is not None:
        return open_microphone(live.microphone, line.count_gap)
    if sys.stdin is None or sys.stdin.isatty():
        raise AudioError("standard input is a terminal: pipe audio into `streaming -`")
    return open_pipe(sys.stdin.fileno(), live.rate, live.channels, live.name)


class _Call:
    """One call: its updates so far, its display and its output."""

    def __init__(
        self, name: str, line: LiveSource, display: CallDisplay, written: TranscriptWriter
    ) -> None:
        self._name, self._line = name, line
        self._display, self._results = display, written
        self._steps: list[Step] = []
        self._error: str | None = None
        self._request: KeyboardInterrupt | None = None
        self._warned = False

    def run(self, system: SystemConfig, recogniser: Recogniser) -> int:
        with self._display, suppress(KeyboardInterrupt), self._hang_up_on_signals():
            self._results.start_file(self._name)
            self._listen(system, recogniser)
        return self._finish()

    def _listen(self, system: SystemConfig, recogniser: Recogniser) -> None:
        line = self._line
        try:
            if line.wait_for_audio():
                stream = Stream(self._name, line, policies.build_policy(system.policy))
                for step in serve_streams([stream], recogniser, WallClock(line.origin)):
                    self._steps.append(step)
                    self._results.add_step(self._name, step)
                    self._display.add_step(step)
                    self._warn_of_lost_audio()
        except Exception as error:  # noqa: BLE001 - becomes the call's error; its words are kept
            self._error = describe_error(error)
        if line.error is not None:
            self._error = describe_error(line.error)

    def _warn_of_lost_audio(self) -> None:
        """Warn when the first audio is lost: there may be time to do something about it."""
        if self._line.gaps and not self._warned:
            self._warned = True
            self._display.show_message(f"warning: {self._name}: {_LOST}")

    def _finish(self) -> int:
        line, display = self._line, self._display
        seconds = line.seconds or None
        done = FileTranscript(self._name, seconds, tuple(self._steps), self._error, line.gaps)
        if seconds is None:
            self._results.close([done])
        else:
            self._results.finish_file(done)
            self._results.close()
        if line.gaps:
            times = "once" if line.gaps == 1 else f"{line.gaps} times"
            display.show_message(f"warning: {self._name}: audio was lost {times}")
        if self._error:
            display.show_message(f"error: {self._error}")
        if seconds is not None:
            display.show_note(
                f"{seconds:.1f} s of audio: {results.format_destination(self._results.path)}"
            )
            if display.is_watched:
                cost = CostSummary()
                cost.add(done)
                display.show_note(cost.describe())
        if self._request:
            return processes.get_exit_status(self._request)
        if self._error is None:
            return DONE
        return FAILED if seconds is not None else UNUSABLE

    @contextmanager
    def _hang_up_on_signals(self) -> Iterator[None]:
        """End the input at Ctrl-C or a request to terminate; at the second, end at once."""

        def hang_up(number: int, _: FrameType | None) -> None:
            again, self._request = self._request, KeyboardInterrupt(number)
            if again:
                raise self._request
            self._line.hang_up()

        with _handle_signal(signal.SIGINT, hang_up), _handle_signal(signal.SIGTERM, hang_up):
            yield


@contextmanager
def _handle_signal(number: signal.Signals, handler: Handler) -> Iterator[None]:
    """Handle a signal within the block, unless the process was told to ignore it."""
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(number) == signal.SIG_IGN:
        yield
        return
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)
