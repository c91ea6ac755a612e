"""A log of SimulEval's, scored by SimulEval 1.1.4 and by us.

`simuleval/scores.tsv` is what its scorers gave for `simuleval/instances.log`, in milliseconds, for
each instance and over all, without and with `--computation-aware` (the columns `_CA`).
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from streamwer.analysis.log_figures import score_log
from streamwer.config.scoring import ScoringConfig
from streamwer.formats import simuleval
from streamwer.formats.detection import read_log
from streamwer.formats.pairing import pair_references
from streamwer.formats.simuleval import Elapsed
from streamwer.metrics.simulst_latency import SimulstLatency
from streamwer.metrics.tables import score
from streamwer.text.normalise import get_normaliser
from tests.metrics import peers
from tests.reports.synthetic import MANNERS, log, references

HERE = Path(__file__).parent / "simuleval"
THEIRS = pd.read_csv(HERE / "scores.tsv", sep="\t", index_col="index") / 1000
INSTANCES = THEIRS.drop("mean")
NAMES = {"LAAL": "laal", "AL": "al", "ATD": "atd", "EndOffset": "end_offset"}


def instances(elapsed: Elapsed) -> pd.DataFrame:
    log = read_log([HERE / "instances.log"], elapsed=elapsed)
    return score(log.references, log.events, get_normaliser("basic")).recordings


def means(elapsed: Elapsed) -> SimulstLatency:
    log = read_log([HERE / "instances.log"], elapsed=elapsed)
    scoring = ScoringConfig("basic")
    return score_log(
        log, pair_references(log, None)[1], get_normaliser("basic"), scoring
    ).summary.simulst_latency


@pytest.mark.parametrize(("theirs", "ours"), NAMES.items())
def test_the_ideal_figures_are_simulevals(theirs: str, ours: str) -> None:
    found = list(instances("queue")[f"{ours}_ideal"])
    assert len(found) == 6
    assert found == pytest.approx(list(INSTANCES[theirs]))
    assert means("queue")[ours].ideal == pytest.approx(THEIRS[theirs]["mean"])


@pytest.mark.parametrize("theirs", ["LAAL", "AL", "EndOffset"])
def test_so_are_those_with_compute_if_elapsed_is_taken_as_it_stands(theirs: str) -> None:
    found = list(instances("logged")[f"{NAMES[theirs]}_aware"])
    assert found == pytest.approx(list(INSTANCES[f"{theirs}_CA"]))
    assert means("logged")[NAMES[theirs]].aware == pytest.approx(THEIRS[f"{theirs}_CA"]["mean"])


def test_its_atd_lets_compute_queue_as_we_do() -> None:
    found = list(instances("queue")["atd_aware"])
    assert found == pytest.approx(list(INSTANCES["ATD_CA"]))


def test_its_other_figures_count_waiting_for_audio_as_lag() -> None:
    ours, theirs = means("queue"), THEIRS.loc["mean"]
    assert ours["laal"].aware < theirs["LAAL_CA"] - 0.4
    assert ours["end_offset"].aware < theirs["EndOffset_CA"] - 0.4


BY_CHARACTER = {
    "index": 0,
    "prediction": "我的名字叫珍妮我住在这里",
    "delays": [900.0] * 3 + [1600.0] * 2 + [2300.0] * 4 + [3100.0] * 3,
    "elapsed": [1185.0] * 3 + [2149.0] * 2 + [3269.0] * 4 + [4422.0] * 3,
    "reference": "我的名字是珍妮我住在那里吗",
    "source_length": 3000.0,
}


@pytest.mark.parametrize(
    ("elapsed", "figures_s"),
    [
        ("logged", {"laal_ideal": 0.7815385, "atd_ideal": 0.275, "end_offset_ideal": 0.1}),
        ("logged", {"laal_aware": 1.2767436, "al_aware": 1.2767436, "end_offset_aware": 1.422}),
        ("queue", {"al_ideal": 0.7815385, "atd_aware": 0.6185}),
    ],
)
def test_with_the_latency_unit_char_the_figures_are_simulevals(
    tmp_path: Path, elapsed: Elapsed, figures_s: dict[str, float]
) -> None:
    """What its scorers give for `LogInstance(line, "char")`; without punctuation, which counts."""
    path = tmp_path / "instances.log"
    path.write_text(json.dumps(BY_CHARACTER), encoding="utf-8")
    log = read_log([path], elapsed=elapsed)
    found = score(log.references, log.events, get_normaliser("multilingual")).recordings.iloc[0]
    assert {name: found[name] for name in figures_s} == pytest.approx(figures_s)
    assert (found["hits"], found["substitutions"], found["deletions"]) == (10, 2, 1)


def test_simulevals_formulas_on_what_we_export_give_our_figures() -> None:
    spoken = references(count=12)
    events = log(spoken, MANNERS["local_agreement"], failures=0)
    known = {each.recording: each for each in spoken}
    exported = [json.loads(line) for line in simuleval.write_simuleval(events, known)]
    ours = score(spoken, events, get_normaliser("basic")).recordings.set_index("recording")
    assert len(exported) == 12
    for line in exported:
        mine = ours.loc[line["source"][0].removesuffix(".flac")]
        words, source = len(line["reference"].split(" ")), line["source_length"]
        for field, kind in (("delays", "ideal"), ("elapsed", "aware")):
            delays = line[field]
            al = peers.compute_lagging(delays, source, words)
            laal = peers.compute_lagging(delays, source, max(words, len(delays)))
            assert mine[f"al_{kind}"] == pytest.approx(al / 1000)
            assert mine[f"laal_{kind}"] == pytest.approx(laal / 1000)
