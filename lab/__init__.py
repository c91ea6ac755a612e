"""The laboratory: recipes that make what the repository bundles, and what they are judged by."""
