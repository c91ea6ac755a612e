"""`python -m lab.capacity`: see `lab.capacity.command`."""

import sys

from lab.capacity.command import main

sys.exit(main())
