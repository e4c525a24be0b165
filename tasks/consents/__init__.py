"""A consent is asked for per purpose, kept with its evidence, taken back as easily (art. 7)."""
