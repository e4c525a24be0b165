"""Processors, apps and risks are listed, agreed to and looked at anew (art. 28, 30, 35)."""
