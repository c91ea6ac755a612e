"""Columns and metadata keys of an event log's files."""

from __future__ import annotations

from dataclasses import fields

import pyarrow as pa

from streamwer.types import StageTimes, WorkCounters

SCHEMA_VERSION = 5
"""The version that is written. Earlier ones are read too: missing columns are 0 or empty."""
VERSION_KEY = b"streamwer_event_log"
RUN_KEY = b"streamwer_run"
DIGEST_KEY = b"streamwer_events"
"""Key of the digest of the system and of all rows of `events.parquet`, the same in all files."""
SEALED_KEY = b"streamwer_sealed"
"""Key in `events.parquet` that says that `digests.json` must be there."""
MACHINE = "machine."

WORD = pa.struct(
    [
        ("text", pa.string()),
        *((name, pa.float64()) for name in ("start", "end", "probability")),
    ]
)
EVENTS = pa.schema(
    [
        ("recording", pa.string()),
        ("step", pa.int32()),
        *((name, pa.float64()) for name in ("audio_end", "ready", "start", "emitted")),
        *((each.name, pa.int64()) for each in fields(WorkCounters)),
        ("forced", pa.int32()),
        ("cut", pa.int32()),
        ("turn_end", pa.float64()),
        ("is_last", pa.bool_()),
        ("language", pa.string()),
        ("committed", pa.list_(WORD)),
        ("tentative", pa.list_(WORD)),
    ]
)
MEASURED = pa.schema(
    [
        ("recording", pa.string()),
        ("step", pa.int32()),
        *((each.name, pa.float64()) for each in fields(StageTimes)),
    ]
)
FAILURES = pa.schema([("recording", pa.string()), ("reason", pa.string())])
TIMES = ("audio_end", "ready", "start", "emitted", "turn_end")
OPTIONAL_COLUMNS = {
    *("fallbacks", "cut", "turn_end", "other", "listen"),
    *("listened_frames", "feature_frames", "encodings", "aligned_tokens"),
    "language",
}
"""Columns that logs of an earlier version may lack."""
