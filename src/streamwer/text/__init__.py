"""Text: words, normalisation for scoring, languages, repeated words."""
