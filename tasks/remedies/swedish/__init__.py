"""What happened, what is safe and what to do, said in Swedish."""
