"""When each word of a reference was said, for data sets that do not say it.

By forced alignment with a model that is not under test, or from alignments that others published.
"""

from streamwer.alignment.origin import Origin, Placing
from streamwer.alignment.origin import read as read_origin
from streamwer.alignment.origin import write as write_origin
from streamwer.alignment.placing import place

__all__ = ["Origin", "Placing", "place", "read_origin", "write_origin"]
