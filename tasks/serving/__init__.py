"""The Prefect server and its worker on this machine."""
