"""The steps the flows are made of: they take and return references and counts, never people."""
