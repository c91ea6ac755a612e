"""Stage `score`: word errors and word latencies of one system, per recording and per word."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.align import each_reference, refuse_model_under_test
from pipeline.stream import EVENTS
from streamwer import eventlog
from streamwer.cli.stage import command
from streamwer.config import experiment
from streamwer.metrics import store
from streamwer.metrics.batches import score_in_parts
from streamwer.metrics.summary import pooled
from streamwer.metrics.tables import Scores
from streamwer.metrics.word_errors import WordErrors
from streamwer.runners.cache.sessions import Sessions
from streamwer.text.normalise import normaliser

SCORES = Path("data/scores")


@command
def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.score", description=__doc__)
    parser.add_argument("--system", required=True, help="a name under `systems` in params.yaml")
    args = parser.parse_args()
    settings = experiment.load()
    Sessions(Path(settings.finished.folder)).release()  # DVC has just recorded the log
    folder, words = EVENTS / args.system, normaliser(settings.scoring.normaliser)
    log = eventlog.about(folder)
    signature = store.sign(each_reference(), log, words)
    refuse_model_under_test(settings, args.system, signature.subject.model)
    played = eventlog.recordings(folder)
    parts = score_in_parts(each_reference(), played, log.failures, words)
    tally = Tally()
    store.write_parts(SCORES / args.system, tally.counting(parts), signature)
    print(f"{args.system}: {tally.line()}")
    return 0


@dataclass
class Tally:
    """What was scored, counted as it goes by: a log of any length is never held."""

    recordings: int = 0
    failed: int = 0
    errors: WordErrors = field(default_factory=WordErrors)

    def counting(self, parts: Iterable[Scores]) -> Iterator[Scores]:
        """The parts as they are."""
        for part in parts:
            self.recordings += len(part.recordings)
            self.failed += int((part.recordings["failure"] != "").sum())
            self.errors += pooled(part.recordings)
            yield part

    def line(self) -> str:
        """How many recordings, of them failed, and words; and the WER where a word was said."""
        rate = self.errors.rate
        wer = f", WER {rate.value:.1%}" if rate else ""
        words = f"{self.errors.words} words{wer}"
        return f"{self.recordings} recordings, {self.failed} failed, {words}"


if __name__ == "__main__":
    sys.exit(main())
