"""The export goes into the case system, is verified there, and the folder is emptied."""
