"""For every reason code three sentences: what happened, what is safe, what to do next."""
