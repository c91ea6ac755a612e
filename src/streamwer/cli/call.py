"""A live call: what arrives is transcribed until it ends or the user does; nothing is lost."""

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
from streamwer.audio.live import microphone
from streamwer.audio.live.live_source import Line
from streamwer.audio.live.pipes import Bring, feed, pipe
from streamwer.cli import results, settings
from streamwer.cli.arguments import STDIN, Arguments, LiveInput
from streamwer.cli.call_display import CallDisplay, choose
from streamwer.cli.output import Transcript
from streamwer.cli.results import Results
from streamwer.cli.session import DONE, FAILED, UNUSABLE
from streamwer.config.experiment import SystemConfig
from streamwer.errors import AudioError
from streamwer.recognisers.base import Recogniser
from streamwer.runners.local import reason
from streamwer.simulation.clock import Wall
from streamwer.simulation.serving import serve
from streamwer.simulation.stream import Stream
from streamwer.types import Word

Handler = Callable[[int, FrameType | None], None]
Load = Callable[[SystemConfig], Recogniser]
"""How a recogniser is made."""
_LOST = "the machine does not keep up and audio was lost; later words have times too early"


def run(arguments: Arguments, live: LiveInput, load: Load | None = None) -> int:
    """Transcribe a live call and write its transcript; the exit status.

    Raises:
        StreamwerError: something is missing or contradictory, and nothing was listened to.
    """
    chosen = settings.read(arguments)
    written = results.choose(arguments, chosen.shown, [live.name], alone=True)
    line = Line()
    bring = _source(live, line)
    if live.microphone is None:
        feed(line, bring)  # now, so that nothing is lost while the model is loaded
    if load is None:
        from streamwer.cli.worker import faster_whisper

        if not arguments.quiet:
            settings.warn_of_toy(chosen, ())
        chosen, load = settings.with_model(chosen, arguments), lambda s: faster_whisper(s)()
    recogniser = load(chosen.system)
    if live.microphone is not None:
        feed(line, bring)
    quiet = arguments.quiet or written.where == Path(STDIN)
    display = choose(live.name, line, quiet)
    return _Call(live.name, line, display, written).run(chosen.system, recogniser)


def _source(live: LiveInput, line: Line) -> Bring:
    if live.microphone is not None:
        return microphone(live.microphone, line.interrupted)
    if sys.stdin is None or sys.stdin.isatty():
        raise AudioError("standard input is a terminal: pipe audio into `streaming -`")
    return pipe(sys.stdin.fileno(), live.rate, live.channels, live.name)


class _Call:
    """One call: its words so far, and who is told."""

    def __init__(self, name: str, line: Line, display: CallDisplay, written: Results) -> None:
        self._name, self._line = name, line
        self._display, self._results = display, written
        self._words: list[Word] = []
        self._language = ""
        self._error: str | None = None
        self._request: KeyboardInterrupt | None = None
        self._warned = False

    def run(self, system: SystemConfig, recogniser: Recogniser) -> int:
        with self._display, suppress(KeyboardInterrupt), self._hanging_up():
            self._results.opened(self._name)
            self._listen(system, recogniser)
        return self._end()

    def _listen(self, system: SystemConfig, recogniser: Recogniser) -> None:
        line = self._line
        try:
            if line.begun():
                stream = Stream(self._name, line, policies.build(system.policy))
                for step in serve([stream], recogniser, Wall(line.origin)):
                    self._words += step.update.committed
                    self._language = step.language or self._language
                    self._results.stepped(self._name, step)
                    self._display.stepped(step)
                    self._warn()
        except Exception as error:  # noqa: BLE001 - becomes the call's error; its words are kept
            self._error = reason(error)
        if line.error is not None:
            self._error = reason(line.error)

    def _warn(self) -> None:
        """Say it when the first audio is lost: there may be time to do something about it."""
        if self._line.gaps and not self._warned:
            self._warned = True
            self._display.say(f"warning: {self._name}: {_LOST}")

    def _end(self) -> int:
        line, display = self._line, self._display
        heard = line.seconds or None
        words = tuple(self._words)
        done = Transcript(self._name, heard, words, self._error, line.gaps, self._language)
        self._results.finished(done)
        self._results.close([done], any_done=heard is not None)
        if line.gaps:
            times = "once" if line.gaps == 1 else f"{line.gaps} times"
            display.say(f"warning: {self._name}: audio was lost {times}")
        if self._error:
            display.say(f"error: {self._error}")
        if heard is not None:
            display.summary(f"{heard:.1f} s of audio: {results.announced(self._results.where)}")
        if self._request:
            return processes.status_of(self._request)
        if self._error is None:
            return DONE
        return FAILED if heard is not None else UNUSABLE

    @contextmanager
    def _hanging_up(self) -> Iterator[None]:
        """At Ctrl-C, or a request to terminate, what has arrived is all; at the second, no more."""

        def hang_up(number: int, _: FrameType | None) -> None:
            again, self._request = self._request, KeyboardInterrupt(number)
            if again:
                raise self._request
            self._line.hang_up()

        with _handled(signal.SIGINT, hang_up), _handled(signal.SIGTERM, hang_up):
            yield


@contextmanager
def _handled(number: signal.Signals, handler: Handler) -> Iterator[None]:
    """A signal handled like that for a while, unless the process was told to ignore it."""
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(number) == signal.SIG_IGN:
        yield
        return
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)
