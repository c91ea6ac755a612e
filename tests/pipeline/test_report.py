"""What the report stage says of a run."""

from __future__ import annotations

from pipeline.report import provenance
from streamwer.compose import load


def test_a_choice_that_all_systems_share_is_named_once() -> None:
    named = provenance(load(["engine=direct"]))
    assert (named["model"], named["engine"]) == ("reference", "direct")


def test_where_systems_differ_each_choice_is_named_with_its_systems() -> None:
    named = provenance(load(["experiment=engines", "+model@systems.offline.model=tiny_en"]))
    assert named["engine"] == (
        "transcribe (offline, local_agreement); direct (offline_direct, local_agreement_direct)"
    )
    assert named["model"] == (
        "tiny_en (offline); reference (local_agreement, offline_direct, local_agreement_direct)"
    )
