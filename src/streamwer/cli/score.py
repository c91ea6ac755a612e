"""`streaming-score`: score the log of any streaming recogniser, or write ours for other tools."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from streamwer.analysis.log_comparison import Comparison, compare
from streamwer.analysis.log_figures import Figures, figures
from streamwer.cli.command import NOT_COMPARABLE, guarded
from streamwer.cli.output import check
from streamwer.config.experiment import ScoringConfig
from streamwer.errors import StreamwerError
from streamwer.eventlog.log import EventLog
from streamwer.formats import plain_text, references, simuleval, simulstream
from streamwer.formats.base import Log
from streamwer.formats.detection import FORMATS, read
from streamwer.formats.pairing import pair
from streamwer.formats.systems import systems, with_baseline
from streamwer.text.normalise import NAMES, normaliser
from streamwer.types import Reference

EXPORTS: Mapping[str, Callable[[EventLog, Mapping[str, Reference]], Iterator[str]]] = {
    "simuleval": simuleval.write,
    "simulstream": simulstream.write,
}
_ABOUT = (
    "Score the log of a streaming recogniser: word error rate and word latency, against references"
    " with word times. LOG is an event log of this project (a folder), SimulEval's instances.log, a"
    " simulstream metrics log, or the output of whisper_streaming or SimulStreaming (one file per"
    " recording, or a folder of them), or plain text against plain text. Of several event logs, or"
    " a folder of them, each is scored."
)
_EPILOG = (
    "Exit status: 0 if the log was scored or written, 2 if a log or the references cannot be used;"
    " then nothing is scored; 3 if its WER is not comparable with that of --baseline."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Score or export what the command line names.

    Returns:
        0 if that was done, 2 if not, 3 where a WER is not comparable, 130 after Ctrl-C.
    """
    return guarded(lambda: _run(parser().parse_args(argv)))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise StreamwerError(f"{message} (streaming-score -h lists the options)")


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    built = _Parser(
        "streaming-score", description=_ABOUT, epilog=_EPILOG, allow_abbrev=False, add_help=False
    )
    _add_input(built.add_argument_group("what to score"))
    _add_results(built.add_argument_group("what to write"))
    return built


def _add_input(group: argparse._ArgumentGroup) -> None:
    group.add_argument("log", nargs="+", type=Path, metavar="LOG", help="files or folders")
    group.add_argument(
        "--references",
        action="append",
        type=Path,
        metavar="PATH",
        help="a prepared data set or its manifest (.jsonl), CTM, STM, TSV with the columns"
        " start, end, word, recording, or plain text (.txt) of one recording; may be given several"
        " times; default: those in the log, which only SimulEval's has",
    )
    group.add_argument(
        "--baseline",
        type=Path,
        metavar="LOG",
        help="the log to compare the others with, one of them or another: differences in WER and"
        " latency, paired; if what was measured differs, the reason why there is none",
    )
    group.add_argument(
        "--format",
        choices=list(FORMATS),
        metavar="NAME",
        help=f"one of {', '.join(FORMATS)} (default: found out from the content)",
    )
    group.add_argument(
        "--normaliser",
        choices=NAMES,
        default=NAMES[0],
        metavar="NAME",
        help="what counts as the same word: open_asr (English by the rules of the Open ASR"
        " Leaderboard), basic (not case, not punctuation), multilingual (the same for any script),"
        " by_language, whisper_english, or none (default: open_asr)",
    )
    group.add_argument(
        "--language",
        default="",
        metavar="CODE",
        help="what is spoken (de, tr) in recordings whose references do not say it: then ß is ss"
        " in German, and I the capital of ı in Turkish",
    )
    group.add_argument(
        "--elapsed",
        choices=("queue", "logged"),
        default="queue",
        metavar="HOW",
        help="of a SimulEval log: queue takes the compute out of `elapsed` and lets it queue as in"
        " a live stream; logged takes the field as it stands, with all compute since the start"
        " (default: queue)",
    )


def _add_results(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--json", action="store_true", help="the figures as JSON, not as a table")
    group.add_argument(
        "--export",
        choices=list(EXPORTS),
        metavar="NAME",
        help="do not score: write an event log of this project as simuleval (instances.log) or"
        " simulstream, into the file that -o names; references are optional then",
    )
    group.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write here, not to the terminal"
    )
    group.add_argument("-h", "--help", action="help", help="show this help")


def _run(arguments: argparse.Namespace) -> int:
    if arguments.output:
        check(arguments.output)
    if arguments.export and not arguments.output:
        raise StreamwerError("--export needs a file to write: -o FILE")
    given = references.read(arguments.references) if arguments.references else None
    if arguments.export:
        log = read(arguments.log, arguments.format, arguments.elapsed)
        _write(arguments.output, _exported(log, arguments.export, given))
        return 0
    compared = _compared(arguments, given)
    _write(arguments.output, compared.json() if arguments.json else compared.table())
    return NOT_COMPARABLE if compared.refused else 0


def _compared(arguments: argparse.Namespace, given: references.References | None) -> Comparison:
    scoring = ScoringConfig(normaliser=arguments.normaliser)
    found, baseline = systems(arguments.log), ""
    if arguments.baseline:
        found, baseline = with_baseline(found, arguments.baseline)
    named = arguments.references or []
    plain = named and all(path.suffix.lower() == references.PLAIN for path in named)
    otherwise = plain_text.FORMAT if plain else ""
    scored = {
        name: _figures(
            read(paths, arguments.format, arguments.elapsed, otherwise),
            given,
            scoring,
            name,
            arguments.language,
        )
        for name, paths in found.items()
    }
    return compare(scored, baseline, scoring) if baseline else Comparison(scored)


def _figures(
    log: Log,
    given: references.References | None,
    scoring: ScoringConfig,
    name: str,
    language: str,
) -> Figures:
    events, found = pair(log, given)
    paired = [replace(each, language=each.language or language) for each in found]
    notes = given.notes if given else ()
    words = normaliser(scoring.normaliser)
    return figures(replace(log, events=events), paired, words, scoring, notes, name)


def _exported(log: Log, name: str, given: references.References | None) -> str:
    if log.format != "streamwer":
        raise StreamwerError(f"--export: writes event logs of this project, not {log.format} logs")
    known = {reference.recording: reference for reference in given.items} if given else {}
    return "".join(f"{line}\n" for line in EXPORTS[name](log.events, known))


def _write(path: Path | None, text: str) -> None:
    if path is None:
        print(text, end="")
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StreamwerError(f"--output {path}: cannot be written ({error.strerror})") from error


if __name__ == "__main__":
    sys.exit(main())
