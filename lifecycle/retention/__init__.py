"""How long something is kept, and what happens then: decided by value, without looking around."""
