"""Nothing is handed out by a machine alone: approved, sealed, sent, recorded, withdrawn."""
