"""What becomes of an export, row by row: accepted, duplicate, quarantined or ignored, with a reason."""
