"""What was promised, what was done and what is open, on one page for an inspector (art. 5(2))."""
