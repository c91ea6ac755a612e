"""What the report stage says of a run."""

from __future__ import annotations

from streamwer.config.compose import load_config
from streamwer.config.experiment import ExperimentConfig, build_system
from streamwer.metrics import store
from streamwer.provenance.signature import Signature
from streamwer.reports.run_identity import describe_run
from streamwer.runners.pool import RunOutcome
from streamwer.runners.run_log import make_event_log
from streamwer.text.normalise import get_normaliser
from tests.formats.calls import REFERENCE, own_step

FACTS = {"hardware": "EPYC, 2 cores", "workers": 2, "model_digest": "77", "package numpy": "2.4"}


def sign_run(settings: ExperimentConfig, name: str, **facts: str) -> Signature:
    """What a run of a system would have been signed with."""
    outcome = RunOutcome([own_step(0, 2.0, 2.5, "my name is jane")], facts=FACTS | facts)
    log = make_event_log(outcome, build_system(settings, name), "audio")
    return store.sign_scores([REFERENCE], log, get_normaliser("basic"))


def describe_systems(settings: ExperimentConfig, **changed: Signature) -> dict[str, object]:
    signatures = {name: sign_run(settings, name) for name in settings.compare}
    return describe_run(settings, signatures | changed, "none")


def test_a_choice_that_all_systems_share_is_named_once() -> None:
    named = describe_systems(load_config(["model=reference", "engine=direct"]))
    assert (named["model"], named["engine"]) == ("reference@77", "direct")
    assert named["hardware"] == "EPYC, 2 cores"


def test_where_systems_differ_each_choice_is_named_with_its_systems() -> None:
    named = describe_systems(
        load_config(
            ["experiment=engines", "model=reference", "+model@systems.offline.model=tiny_en"]
        )
    )
    assert named["engine"] == (
        "transcribe (offline, local_agreement); direct (offline_direct, local_agreement_direct)"
    )
    assert named["model"] == (
        "tiny_en@77 (offline);"
        " reference@77 (local_agreement, offline_direct, local_agreement_direct)"
    )


def test_versions_are_those_of_the_run_not_of_the_report() -> None:
    settings = load_config(["policy=[offline,local_agreement]"])
    old = sign_run(settings, "offline", **{"package numpy": "1.26"})
    assert (
        describe_systems(settings, offline=old)["numpy"] == "1.26 (offline); 2.4 (local_agreement)"
    )
