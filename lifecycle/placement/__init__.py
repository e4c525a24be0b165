"""Where personal data lies is chosen knowing what it is worth (A-58): what a text shows, and
whether the policy allows that there."""
