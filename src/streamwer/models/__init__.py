"""Models: which there are, by which names, where their files are, and whether they are whole."""
