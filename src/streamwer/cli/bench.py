"""`streaming-bench`: play recordings to a running server, and measure what it says."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from streamwer.cli.common.arguments import parse_count
from streamwer.cli.common.command_parser import CommandParser
from streamwer.cli.common.run_command import run_program
from streamwer.config import registry
from streamwer.config.load import LoadConfig
from streamwer.config.settings import SettingField, list_settings
from streamwer.errors import ConfigError
from streamwer.servers.protocol import ServerConfig
from streamwer.text.normalise import NAMES

if TYPE_CHECKING:
    from streamwer.eventlog.log import EventLog
    from streamwer.runners.served import ServedRun

ALL_FAILED = 1
_WIDTH = 88
_ABOUT = (
    "Play recordings to a running server of streaming recognition in real time, and measure word"
    " errors, word latency, and the words that it loses at the end, at the client. Audio goes to"
    " SERVER and nowhere else."
)
_EPILOG = (
    "Exit status: 0 if the server was measured, 1 if every session failed, 2 if it could not be"
    " measured, or chunks were sent too late for a valid run. A service's key is never an argument:"
    " name its environment variable with --set key_env=NAME."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure the server that the command line names; return the exit status, which -h explains."""
    return run_program(lambda: _run(build_bench_parser().parse_args(argv)))


def build_bench_parser() -> argparse.ArgumentParser:
    """Build the parser of the command."""
    built = CommandParser(
        "streaming-bench",
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    built.description = textwrap.fill(_ABOUT, _WIDTH)
    built.epilog = f"{_list_settings()}\n\n{textwrap.fill(_EPILOG, _WIDTH)}"
    built.add_argument(
        "server",
        metavar="SERVER",
        help="ws://HOST:PORT/PATH, wss://… or tcp://HOST:PORT; or the sessions.jsonl of an earlier"
        " run, which is decoded and scored again without a server",
    )
    built.add_argument(
        "data",
        metavar="DATA",
        help="a folder with recordings and their transcripts, or the name of a data set; word times"
        " give latencies",
    )
    built.add_argument(
        "--protocol", choices=registry.names("server"), help="what the server speaks"
    )
    built.add_argument(
        "--set",
        action="append",
        default=[],
        dest="settings",
        metavar="KEY=VALUE",
        help="a setting of the session, from the list below; may be given several times",
    )
    _add_choices(built)
    return built


def _add_choices(built: argparse.ArgumentParser) -> None:
    built.add_argument(
        "--end-of-audio",
        metavar="HOW",
        help="what follows the last sample: immediate, silence:S or hold:S (default: immediate)",
    )
    built.add_argument(
        "--streams",
        type=parse_count,
        metavar="N",
        help="calls at once (default: one at a time)",
    )
    built.add_argument(
        "--arrivals",
        choices=("poisson", "fixed", "together"),
        default="poisson",
        help="with --streams: when calls begin (default: %(default)s)",
    )
    built.add_argument("--limit", type=parse_count, metavar="N", help="the first N recordings only")
    built.add_argument(
        "--normaliser",
        choices=NAMES,
        default=NAMES[0],
        metavar="NAME",
        help=f"what counts as the same word: {', '.join(NAMES)} (default: %(default)s)",
    )
    built.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("bench"),
        metavar="FOLDER",
        help="where the report, the log and the sessions are written (default: %(default)s)",
    )


def _list_settings() -> str:
    """List the settings that all protocols share, and those of each, for the help."""
    shared = {each.key: each for each in list_settings(ServerConfig) if each.key != "url"}
    lines = ["settings:", *map(_format_setting, shared.values())]
    for name, schema in registry.get_schemas("server").items():
        own = [each for each in list_settings(schema) if each.help and each.key not in shared]
        own = [each for each in own if each.key != "url"]
        lines += [f"settings of {name}:"] * bool(own)
        lines += map(_format_setting, own)
    return "\n".join(lines)


def _format_setting(each: SettingField) -> str:
    text = f"{each.key}: {each.help}"
    return textwrap.fill(text, _WIDTH, initial_indent="  ", subsequent_indent="    ")


def _run(arguments: argparse.Namespace) -> int:
    from streamwer.runners import served  # only now: help must not wait for it
    from streamwer.servers.session_file import SESSION_FILE, read_sessions

    out, recorded = arguments.output, Path(arguments.server)
    record = read_sessions(recorded) if recorded.is_file() else None
    config = None if record else _build_config(arguments)
    with TemporaryDirectory(prefix="streaming-bench-") as scratch:
        prepared = Path(scratch, "prepared")
        references = _prepare(arguments, prepared)
        run = served.ServedRun(record) if record else _play(arguments, config, prepared)
        log = served.write_served_log(out / "log", run)
    _report(arguments, log, references)
    for line in _describe(log, run):
        print(line)
    print(f"report: {out / 'index.html'}, sessions: {out / 'log' / SESSION_FILE}")
    return ALL_FAILED if len(log.failures) >= len(references) else 0


def _prepare(arguments: argparse.Namespace, folder: Path) -> Sequence[Any]:
    """Prepare the recordings in a folder; return their references."""
    from streamwer.cli.common.progress import show_progress
    from streamwer.config.compose import load_config, quote_value
    from streamwer.datasets.preparation import prepare_dataset

    known = Path(arguments.data).exists()
    chosen = [f"dataset.path={quote_value(arguments.data)}"] if known else []
    name = "folder" if known else arguments.data
    limit = [f"dataset.limit={arguments.limit}"] if arguments.limit else []
    try:
        config = load_config([f"dataset={name}", *chosen, *limit]).dataset
    except ConfigError as error:
        if known:
            raise
        raise ConfigError(f"{arguments.data}: no such folder, and no such data set") from error
    with show_progress(f"reading {arguments.data}") as update:
        return prepare_dataset(config, folder, update)


def _play(arguments: argparse.Namespace, config: Any, prepared: Path) -> ServedRun:
    from streamwer.cli.common.recordings import show_recordings
    from streamwer.runners import served
    from streamwer.runners.dataset import read_jobs
    from streamwer.servers.session_file import list_public_settings

    load = LoadConfig()
    if arguments.streams:
        load = LoadConfig(name=arguments.arrivals, streams=arguments.streams)
    dataset = read_jobs(prepared)
    with show_recordings(config.protocol, len(dataset.jobs)) as done:
        server = config, list_public_settings(config)
        return served.play_jobs(dataset.jobs, server, load, dataset.digest, done)


def _build_config(arguments: argparse.Namespace) -> Any:
    """Build the settings of the server from the command line."""
    from streamwer.config.experiment import parse_server

    if not arguments.protocol:
        known = ", ".join(registry.names("server"))
        raise ConfigError(f"--protocol: say what the server speaks, one of {known}")
    values: dict[str, Any] = {"protocol": arguments.protocol, "url": arguments.server}
    for text in arguments.settings:
        key, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"--set {text}: must be KEY=VALUE")
        values[key] = value
    if values.get("peer"):
        raise ConfigError("--set peer: only a comparison starts a server (experiment=servers)")
    if arguments.end_of_audio:
        values["end_of_audio"] = arguments.end_of_audio
    return parse_server(values)


def _report(arguments: argparse.Namespace, log: EventLog, references: Sequence[Any]) -> None:
    """Print the figures, and write the report."""
    from streamwer import reports
    from streamwer.analysis.log_figures import pair_and_score
    from streamwer.config.scoring import ScoringConfig
    from streamwer.formats.base import Log
    from streamwer.formats.reference_files import References
    from streamwer.reports.runs import make_comparison

    scoring = ScoringConfig(normaliser=arguments.normaliser)
    name = str(log.machine["server_protocol"])
    wrapped = Log(f"sessions with {name}", log, ideal=False)
    figures = pair_and_score(wrapped, References(tuple(references)), scoring, name=name)
    print("\n".join(figures.format_lines()))
    reports.write_report(make_comparison({name: figures}), arguments.output)


def _describe(log: EventLog, run: ServedRun) -> Iterator[str]:
    """Yield what must be known of how the figures were measured."""
    facts, settings = log.machine, run.record.settings
    yield (
        f"measured at the client, over {facts['server_network']}; end of audio: "
        f"{settings['end_of_audio']}; chunks of {settings['chunk_s']:g} s, sent "
        f"{1000 * facts['generator_lag_p50_s']:.1f} / {1000 * facts['generator_lag_p99_s']:.1f} ms"
        " late (p50 / p99)"
    )
    yield (
        f"sessions: {len(run.record.sessions)}, failed: {facts['sessions_failed']}, without an end:"
        f" {facts['sessions_without_end']}; connected in {facts['connect_p50_s']:.3f} s, ready"
        f" {facts['ready_p50_s']:.3f} s later (p50)"
    )
    if facts["commit_violations"]:
        changed = facts["commit_violations"]
        yield f"warning: {changed} words changed after the server had called them final"
