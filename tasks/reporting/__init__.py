"""What the policy says, what ran, what was found and what is open, on one page."""
