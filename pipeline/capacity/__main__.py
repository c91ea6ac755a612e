"""`python -m pipeline.capacity`: see `pipeline.capacity.command`."""

import sys

from pipeline.capacity.command import main

sys.exit(main())
