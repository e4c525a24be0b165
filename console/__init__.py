"""The `gallra` command."""
