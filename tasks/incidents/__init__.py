"""A breach is registered, judged, reported within 72 hours, told to the people."""
