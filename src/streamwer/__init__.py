"""streamwer: how wrong, how late and how costly streaming speech recognition is.

The parts, in the order in which they depend on each other:

- `streamwer.audio`, `streamwer.types`: sound, words, steps
- `streamwer.recognisers`: a window of audio and a prompt in, timed words out
- `streamwer.policies`: which window next, and which words are safe to commit
- `streamwer.simulation`: recordings played as live calls, under a clock
- `streamwer.runners`: many recordings, on workers with one model each
- `streamwer.datasets`: recordings and their transcripts
- `streamwer.eventlog`: what was said when, between running and scoring
- `streamwer.metrics`, `streamwer.reports`: figures and how they are shown
- `streamwer.formats`: what other programs logged, read as an event log, and ours written for them
"""
