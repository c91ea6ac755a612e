from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from streamwer.cli.arguments import parse_arguments
from streamwer.cli.command import main
from streamwer.cli.settings import locate_model, read_settings, warn_of_toy_model
from streamwer.config.compose import find_conf_dir
from streamwer.errors import ConfigError, ModelError


def settings(*argv: str) -> dict[str, Any]:
    return dict(read_settings(parse_arguments([*argv, "a.wav"])).shown)


@pytest.fixture
def pinned() -> str:
    """A policy whose file chooses the engine `direct` for its own system."""
    return "prompted_buffer"


def test_flags_reach_the_model_the_engine_and_the_policy() -> None:
    shown = settings(
        *"--policy local_agreement --chunk-s 0.5 --agreement 3".split(),
        *"--beam-size 1 --cpu-threads 2 --compute-type float32 --temperatures 0.0,0.2".split(),
        *"--condition-on-previous-text false --log-prob-threshold -2".split(),
    )
    assert shown["policy"]["chunk_s"] == 0.5
    assert shown["policy"]["agreement"] == 3
    assert (shown["model"]["cpu_threads"], shown["model"]["compute_type"]) == (2, "float32")
    engine = shown["engine"]
    assert (engine["name"], engine["beam_size"]) == ("transcribe", 1)
    assert engine["condition_on_previous_text"] is False
    assert engine["log_prob_threshold"] == -2.0
    assert engine["temperatures"] == [0.0, 0.2]


def test_the_engine_is_chosen_with_its_own_hyperparameters() -> None:
    chosen = "--engine direct --tokens-per-s 9 --buckets-s 5,30 --skip-silence false".split()
    engine = settings(*chosen)["engine"]
    assert (engine["name"], engine["tokens_per_s"], engine["skip_silence"]) == (
        "direct",
        9.0,
        False,
    )
    assert engine["buckets_s"] == [5.0, 30.0]


def test_a_policy_runs_on_the_engine_that_its_file_chooses(pinned: str) -> None:
    engine = settings("--policy", pinned, "--tokens-per-s", "9")["engine"]
    assert (engine["name"], engine["tokens_per_s"]) == ("direct", 9.0)
    assert settings("--policy", "local_agreement")["engine"]["name"] == "transcribe"


def test_an_engine_that_is_asked_for_wins_over_the_policy_s_own(pinned: str) -> None:
    engine = settings("--policy", pinned, "--engine", "transcribe", "--beam-size", "2")["engine"]
    assert (engine["name"], engine["beam_size"]) == ("transcribe", 2)
    with pytest.raises(ConfigError, match="--tokens-per-s: the engine transcribe has no such"):
        settings("--policy", pinned, "--engine", "transcribe", "--tokens-per-s", "9")


def test_a_wrong_value_for_the_policy_s_own_engine_is_named_by_its_flag(pinned: str) -> None:
    with pytest.raises(ConfigError, match=r"--beam-size 'two': it must be a whole number"):
        settings("--policy", pinned, "--beam-size", "two")
    with pytest.raises(ConfigError, match=r"--padding-s -1.0 must be between 0 and 30"):
        settings("--policy", pinned, "--padding-s", "-1")


@pytest.mark.parametrize(("argv", "clock"), [((), "measured"), (("--live",), "wall")])
def test_live_means_the_wall_clock(argv: tuple[str, ...], clock: str) -> None:
    assert settings(*argv)["clock"] == clock


@pytest.mark.parametrize(
    "text",
    ["a b", "it's", 'q"q', "k=v,w", "[x]", "{y}", "tail\\", r"\'", "é 🎧", "12"],
)
def test_text_arrives_as_typed(text: str) -> None:
    assert settings("--path", text)["model"]["path"] == text


def test_null_stands_for_no_value() -> None:
    assert settings("--model", "tiny_en", "--sha256", "null")["model"]["sha256"] is None


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ("--beam-size two", "--beam-size 'two': it must be a whole number"),
        ("--beam-size=", "--beam-size '': it must be a whole number"),
        ("--chunk-s long", "--chunk-s 'long': it must be a number"),
        ("--chunk-s nan", "--chunk-s 'nan': it must be finite"),
        ("--buffer-s inf", "--buffer-s 'inf': it must be finite"),
        ("--engine transcribe --temperatures a,b", "--temperatures 'a,b': it must be numbers"),
        (
            "--engine transcribe --condition-on-previous-text maybe",
            "--condition-on-previous-text 'maybe': it must be true or false",
        ),
        (
            "--policy local_agreement --chunk-s 50",
            "--chunk-s 50.0 must be at most --buffer-s",
        ),
        ("--chunk-s 50", "--chunk-s 50.0 must be at most --longest-chunk-s "),
        ("--policy local_agreement --agreement 1", "--agreement 1 must be at least 2"),
        ("--padding-s inf", "--padding-s 'inf': it must be finite"),
        (
            "--padding-s 31",
            "-padding-s 31.0 must be between 0 and 30",
        ),
        ("--engine direct --buckets-s 2,x", "--buckets-s '2,x': it must be numbers"),
        (
            "--engine direct --buckets-s 40",
            "--buckets-s [40.0] must be one or more numbers above 0",
        ),
        ("--beam-size 0", "--beam-size 0 must be at least 1"),
        ("--engine transcribe --temperatures=", "--temperatures [] must be one or more numbers"),
        (
            "--policy local_agreement --tokens-per-s 1",
            "transcribe has no such setting; direct has it",
        ),
        ("--engine direct --temperatures 0", "transcribe has it (choose with --engine)"),
        ("--engine nonsense", "'direct', 'http', 'pocketsphinx', 'transcribe'"),
        ("--policy offline --chunk-s 1", "prefix_agreement and prompted_buffer have"),
        ("--policy offline --agreement 2", "the policy offline has no such setting"),
        ("--policy nonsense", "'offline', 'prefix_agreement', 'prompted_buffer'"),
        ("--model nonsense", "--model: there is no model 'nonsense'; "),
        ("--model tiny.enn", "did you mean tiny.en or "),
        ("--model large-v9", "did you mean large-v3 or "),
        ("--model tiny_en --language german", "tiny_en knows only English; take --model tiny"),
        ("--model tiny --language xx", "--language 'xx' is no language that Whisper knows"),
        ("--jobs 0", "'0' is not a whole number above 0"),
        ("--live --clock unaware", "not allowed with"),
        ("--chunk 1", "unrecognized arguments: --chunk"),
    ],
)
def test_what_makes_no_sense_is_one_line(
    argv: str, said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    output = tmp_path / "t.json"
    assert main([*argv.split(), "a.wav", "--output", str(output)]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("error: ")
    assert said in complaint
    assert complaint.count("\n") == 1
    assert not output.exists()


def test_options_may_stand_between_paths() -> None:
    arguments = parse_arguments(["a.wav", "--jobs", "2", "b.wav"])
    assert arguments.paths == (Path("a.wav"), Path("b.wav"))
    assert arguments.jobs == 2


def test_the_bundled_model_is_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = parse_arguments(["a.wav", "--model", "reference"])
    chosen = locate_model(read_settings(arguments), arguments)
    assert Path(chosen.system.model.path, "model.bin").is_file()
    assert chosen.shown["model"]["path"] == "models/reference"


def test_a_missing_model_is_named_by_its_flag() -> None:
    arguments = parse_arguments(["a.wav", "--path", "nowhere/m"])
    with pytest.raises(ModelError, match=r"nowhere/m: no such model folder \(--path\)"):
        locate_model(read_settings(arguments), arguments)


def test_without_the_bundled_model_another_one_is_suggested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(find_conf_dir(), tmp_path / "conf")
    monkeypatch.chdir(tmp_path)
    arguments = parse_arguments(["a.wav", "--model", "reference"])
    with pytest.raises(ModelError, match=r"comes with a checkout .* choose another with --model"):
        locate_model(read_settings(arguments), arguments)


@pytest.mark.parametrize("name", ["tiny_en", "tiny.en", "Systran/faster-whisper-tiny.en"])
@pytest.mark.parametrize("flag", ["--model", "--path"])
def test_a_model_goes_by_the_names_that_people_type(flag: str, name: str) -> None:
    pinned = settings("--model", "tiny_en")["model"]
    assert settings(flag, name)["model"] == pinned
    assert (pinned["name"], pinned["path"]) == ("tiny_en", "Systran/faster-whisper-tiny.en")


def test_a_folder_is_a_model_of_its_own(tmp_path: Path) -> None:
    model = settings("--model", f"{tmp_path}/my model")["model"]
    assert (model["name"], model["path"]) == ("my model", f"{tmp_path}/my model")
    assert (model["revision"], model["sha256"], model["package"]) == (None, None, None)


def test_a_repository_that_we_do_not_know_is_taken_as_it_is() -> None:
    model = settings("--model", "acme/whisper-fine", "--beam-size", "1")["model"]
    assert (model["name"], model["path"]) == ("whisper-fine", "acme/whisper-fine")
    assert (model["revision"], model["sha256"]) == ("main", None)
    assert settings("--model", "acme/fine", "--revision", "abc")["model"]["revision"] == "abc"


@pytest.mark.parametrize(
    ("language", "code"),
    [("german", "de"), ("German", "de"), ("de", "de"), ("de-DE", "de"), ("auto", "auto")],
)
def test_a_language_goes_by_its_name_or_its_code(language: str, code: str) -> None:
    assert settings("--model", "base", "--language", language)["model"]["language"] == code


def test_a_model_of_english_only_need_not_detect_it() -> None:
    assert settings("--model", "tiny.en", "--language", "auto")["model"]["language"] == "en"


@pytest.mark.parametrize(
    ("model", "files", "warned"),
    [
        ("reference", ["call.flac"], True),
        ("reference", [], True),
        ("reference", [str(find_conf_dir().parent / "data/toy_calls/call_01.flac")], False),
        ("tiny_en", ["call.flac"], False),
    ],
)
def test_the_toy_model_is_said_to_be_one(
    model: str, files: list[str], warned: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = read_settings(parse_arguments(["--model", model, "a.wav"]))
    warn_of_toy_model(chosen, [Path(file) for file in files])
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == warned
    assert ("is a toy that was trained on synthetic calls" in complaint) == warned
    assert ("take --model tiny_en" in complaint) == warned


def test_nothing_is_taken_from_an_unknown_policy_flag() -> None:
    with pytest.raises(ConfigError, match="--holdback-s: the policy local_agreement has no such"):
        parse_arguments(["a.wav", "--policy", "local_agreement", "--holdback-s", "1"])


def test_a_hardware_profile_is_chosen_and_its_lack_of_costs_names_a_command_that_exists() -> None:
    """The advice is the other program's command line: no flag of this one's may get into it."""
    with pytest.raises(ConfigError) as problem:
        settings("--clock", "profile", "--hardware", "reference", "--model", "small_en")
    said = str(problem.value)
    assert "`python -m lab.calibration model=small_en`" in said
    assert "--hardware reference has no such costs" in said
