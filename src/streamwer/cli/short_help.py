"""The short help of `streaming`: what most people use, on one screen and at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from streamwer.cli.commands import COMMANDS, RUN, load_command
from streamwer.errors import ConfigError

_TEXT = """\
usage: streaming [PATH ...] [option ...]
       streaming COMMAND ...

Transcribe audio with Whisper as it arrives, word by word, as in a live call.

  streaming call.mp3                         show it, and write transcripts.json
  streaming calls/ --format srt -o captions  captions of every file in a folder
  streaming call.mp3 --live                  at the speed of speech
  streaming --microphone                     or a pipe: arecord … | streaming -
  streaming call.mp3 --format jsonl -o -     every update at once, for programs
  streaming score transcripts.json --references call.txt

options:
  --model NAME           tiny.en, large-v3, a folder, or owner/name on the hub
  --language CODE        de, en, or auto
  --policy NAME          what decides when a word is final
  --engine NAME          how the model is called
  --initial-prompt TEXT  text that the model takes for what was said before
  --hotwords TEXT        words and names that it is likely to hear
  --format NAME          json, jsonl, text, srt or vtt
  -o, --output FILE      where it goes; - is standard output
  --clock NAME           whether compute counts: measured, unaware, wall
  --jobs N               files at a time
  -h NAME                settings of a policy, an engine or a model
  --help-all             every option, with its default

commands (-h shows their options):
"""


def print_help(rest: Sequence[str] = ()) -> int:
    """Print the short help, or that of the words behind -h; return the exit status.

    Raises:
        ConfigError: there is nothing of that name.
    """
    name = rest[0] if rest and not rest[0].startswith("-") else ""
    if name in COMMANDS and name != RUN:
        return load_command(name)(["-h"])
    if name and name != RUN:
        print(_format_option(name), end="")
        return 0
    print(f"{_TEXT}{_format_commands(COMMANDS)}", end="")
    return 0


def _format_commands(commands: Mapping[str, tuple[str, str]]) -> str:
    """Format the commands, those that do the same on one line."""
    by_about: dict[str, list[str]] = {}
    for name, (_, about) in commands.items():
        by_about.setdefault(about, []).append(name)
    listed = {", ".join(each): about for about, each in by_about.items()}
    return "".join(
        f"  {names}\n{'':14}{about}\n" if len(names) > 11 else f"  {names:<11} {about}\n"
        for names, about in listed.items()
    )


def _format_option(name: str) -> str:
    """Format the settings of a policy, an engine or a model."""
    from streamwer.cli.arguments import read_choices
    from streamwer.cli.parser import format_settings
    from streamwer.config import model_catalogue

    _, groups, known = read_choices()
    model = model_catalogue.find(name)
    for group, members in groups.items():
        key = model.name if model and group == "model" else name
        if key in members:
            return format_settings(key, group, members[key], known)
    raise ConfigError(
        f"-h {name}: there is no policy, engine, model or command of that name"
        " (streaming policies, engines and models list them)"
    )
