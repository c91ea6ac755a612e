"""The event log of a system: the contract between running and scoring.

Three Parquet files hold it, with the schema version in their metadata. `events.parquet` has one row
per step: its words and times. `measured.parquet` has the compute of each step, so the events of a
virtual clock are the same on every run. `failures.parquet` has a row per recording that failed. The
system (policy, model, packages) is in the metadata of `events.parquet`, and the machine in that of
`measured.parquet`.

`write_log` and `read_log` hold a whole log, `write_recordings` and `iterate_recordings` one
recording at a time, and `read_summary` none.
"""

from streamwer.eventlog.log import EventLog
from streamwer.eventlog.reading import iterate_recordings, read_log, read_summary
from streamwer.eventlog.schema import SCHEMA_VERSION
from streamwer.eventlog.writing import write_log, write_recordings

__all__ = [
    "SCHEMA_VERSION",
    "EventLog",
    "iterate_recordings",
    "read_log",
    "read_summary",
    "write_log",
    "write_recordings",
]
