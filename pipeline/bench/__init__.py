"""What the direct engine and the policies gain, measured in one run: `make bench`."""
