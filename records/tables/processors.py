"""Who processes data on the controller's behalf, under which agreement, and how it was judged
(A-11…A-23)."""

from __future__ import annotations
