"""The event log: the contract between running and scoring.

One Parquet file per system, one row per step, its schema version in the file's metadata.
What was said when is in `events.parquet`; what the machine measured while saying it is in
`measured.parquet`, so that a virtual clock's event log is the same on every run. A recording
that failed is a row in `failures.parquet`. What ran (policy, model, packages) is in the metadata of
`events.parquet`; what it ran on, in that of `measured.parquet`.

`write` and `read` hold all of a log, `write_sorted` and `recordings` one recording at a time, and
`about` none.
"""

from streamwer.eventlog.log import EventLog
from streamwer.eventlog.reading import about, read, recordings
from streamwer.eventlog.schema import SCHEMA_VERSION
from streamwer.eventlog.writing import write, write_sorted

__all__ = ["SCHEMA_VERSION", "EventLog", "about", "read", "recordings", "write", "write_sorted"]
