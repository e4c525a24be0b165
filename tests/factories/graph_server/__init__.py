"""A Microsoft Graph on loopback: drives in memory and mailboxes, every failure at hand."""
