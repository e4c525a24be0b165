"""What becomes of an export, row by row: accepted, duplicate, quarantined or ignored, and why."""
