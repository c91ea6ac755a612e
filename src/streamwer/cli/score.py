"""`streaming score`: score the log of any streaming recogniser, or write ours for other tools."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from streamwer.analysis.log_comparison import LogComparison, compare_logs
from streamwer.analysis.log_figures import pair_and_score
from streamwer.cli.common.command_parser import CommandParser
from streamwer.cli.common.run_command import NOT_COMPARABLE, run_program
from streamwer.cli.output import check_writable, write_whole
from streamwer.config.scoring import ScoringConfig
from streamwer.errors import StreamwerError
from streamwer.eventlog.log import EventLog
from streamwer.formats import plain_text, references, simuleval, simulstream
from streamwer.formats.base import Log
from streamwer.formats.captions.writing import STDOUT
from streamwer.formats.detection import FORMATS, read_log
from streamwer.formats.reference_files import References
from streamwer.formats.systems import add_baseline, group_systems
from streamwer.metrics import store
from streamwer.metrics.store import SignedScores
from streamwer.text.normalise import NAMES
from streamwer.types import Reference

EXPORTS: Mapping[str, Callable[[EventLog, Mapping[str, Reference]], Iterator[str]]] = {
    "simuleval": simuleval.write_simuleval,
    "simulstream": simulstream.write_simulstream,
}
_ABOUT = (
    "Score what a streaming recogniser wrote: word error rate, and word latency against references"
    " with word times. LOG is the JSON or the JSON lines of `streaming`, an event log of this"
    " project (a folder), SimulEval's instances.log, a simulstream metrics log, or the output of"
    " whisper_streaming or SimulStreaming (one file per recording, or a folder of them), or plain"
    " text against plain text. Of several event logs, or a folder of them, each is scored."
)
_EPILOG = (
    "Exit status: 0 if the log was scored or written, 2 if a log or the references cannot be used;"
    " then nothing is scored; 3 if its WER is not comparable with that of --baseline."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Score or export what the command line names; return the exit status, which -h explains."""
    return run_program(lambda: _run(build_score_parser().parse_args(argv)))


def build_score_parser() -> argparse.ArgumentParser:
    """Build the parser of the command."""
    built = CommandParser(
        "streaming score", description=_ABOUT, epilog=_EPILOG, allow_abbrev=False, add_help=False
    )
    _add_input(built.add_argument_group("what to score"))
    _add_results(built.add_argument_group("what to write"))
    return built


def _add_input(group: argparse._ArgumentGroup) -> None:
    group.add_argument("log", nargs="+", type=Path, metavar="LOG", help="files or folders")
    group.add_argument(
        "-r",
        "--references",
        action="append",
        type=Path,
        metavar="PATH",
        help="a prepared data set or its manifest (.jsonl), CTM, STM, TSV with the columns"
        " start, end, word, recording, or plain text (.txt) of one recording, or with a segment a"
        " line, as the log; may be given several times; default: those in the log, which only"
        " SimulEval's has",
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
    _add_scoring(group)


def _add_scoring(group: argparse._ArgumentGroup) -> None:
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
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="write here; - is standard output, the default",
    )
    group.add_argument(
        "--scores",
        type=Path,
        metavar="FOLDER",
        help="also write the scores of each log here, in a folder by its name, for streaming-gate"
        " and streaming-compare",
    )
    group.add_argument("-h", "--help", action="help", help="show this help")


def _run(arguments: argparse.Namespace) -> int:
    if arguments.output:
        check_writable(arguments.output)
    if arguments.export and not arguments.output:
        raise StreamwerError("--export needs a file to write: -o FILE")
    loaded = references.read_references(arguments.references) if arguments.references else None
    if arguments.export:
        log = read_log(arguments.log, arguments.format, arguments.elapsed)
        write_whole(arguments.output, _export_log(log, arguments.export, loaded))
        return 0
    compared = _compare_systems(arguments, loaded)
    if arguments.scores:
        _write_scores(arguments.scores, compared)
    write_whole(
        arguments.output or STDOUT, compared.to_json() if arguments.json else compared.to_table()
    )
    return NOT_COMPARABLE if compared.has_incomparable_wer else 0


def _compare_systems(arguments: argparse.Namespace, loaded: References | None) -> LogComparison:
    scoring = ScoringConfig(normaliser=arguments.normaliser)
    logs, baseline = group_systems(arguments.log), ""
    if arguments.baseline:
        logs, baseline = add_baseline(logs, arguments.baseline)
    named = arguments.references or []
    plain = named and all(path.suffix.lower() == references.TEXT_SUFFIX for path in named)
    fallback = plain_text.FORMAT if plain else ""
    scored = {
        name: pair_and_score(
            read_log(paths, arguments.format, arguments.elapsed, fallback),
            loaded,
            scoring,
            name=name,
            language=arguments.language,
        )
        for name, paths in logs.items()
    }
    return compare_logs(scored, baseline, scoring) if baseline else LogComparison(scored)


def _export_log(log: Log, name: str, loaded: References | None) -> str:
    if log.format != "streamwer":
        raise StreamwerError(f"--export: writes event logs of this project, not {log.format} logs")
    known = {reference.recording: reference for reference in loaded.items} if loaded else {}
    return "".join(f"{line}\n" for line in EXPORTS[name](log.events, known))


def _write_scores(folder: Path, compared: LogComparison) -> None:
    try:
        for name, each in compared.systems.items():
            store.write_scores(folder / name, SignedScores(each.scores, each.signature))
    except OSError as error:
        raise StreamwerError(f"--scores {folder}: cannot be written ({error.strerror})") from error
