"""Running many recordings: workers with one model each, in this process or as Ray actors."""
