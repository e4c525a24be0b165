"""What is due goes in every place, last out of our own records, and is read back."""
