"""Who may agree, by which code; and what awaits an answer."""
