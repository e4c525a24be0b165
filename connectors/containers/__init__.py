"""A file that leaves is protected by a password (A-69 c, d): sealed containers, what is in them."""
