"""People are told what is done with their data, once for each version (art. 13, 14)."""
