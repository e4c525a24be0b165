"""What is late, open or not reached is seen, and said to whoever answers for it."""
