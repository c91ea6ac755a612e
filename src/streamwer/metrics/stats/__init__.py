"""Statistics: intervals, quantiles, ratios and distributions."""
