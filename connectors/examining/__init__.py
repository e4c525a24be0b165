"""What each kind of system can tell of our rights there, and what it keeps."""
