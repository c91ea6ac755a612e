"""When each word of a reference was said, for data sets that do not say it.

By forced alignment with a model that is not under test, or from alignments that others published.
"""

from streamwer.word_times.origin import Origin, Placing
from streamwer.word_times.origin import read as read_origin
from streamwer.word_times.origin import write as write_origin
from streamwer.word_times.placing import place

__all__ = ["Origin", "Placing", "place", "read_origin", "write_origin"]
