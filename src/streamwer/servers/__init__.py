"""Running servers of streaming recognition, measured at the client: sessions, adapters, decoders.

An adapter says how one protocol looks, a session plays a recording in real time and keeps every
message with its time, and the adapter's decoder turns the messages into committed and tentative
words. See docs/servers.md.
"""
