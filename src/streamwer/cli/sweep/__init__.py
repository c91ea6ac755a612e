"""The points of a sweep: their data, their runs and their report."""
